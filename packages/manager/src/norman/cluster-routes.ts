import {
  clusterRegistrationTokens,
  hasReason,
  isJsonObject,
  type JsonObject,
  type ManagementCluster,
  managementClusters,
  provisioningClusters,
  type Stored,
} from '@drover/api';
import type { Informer } from '@drover/client';
import { type Clock, NAME_ALPHABET, type RandomBytes, randomText } from '@drover/kit';
import { clusterIdFor } from '../clusters/cluster-id.js';
import { clusterNameFault, envVarFault } from '../clusters/cluster-rules.js';
import { CREATOR_ID } from '../clusters/side-objects.js';
import { readObject, requiredText, textField, textMapField } from '../front/body.js';
import { type Answer, ok, type SignedIn } from '../front/exchange.js';
import type { Tokens } from '../identity/tokens.js';
import type { ClusterProxy } from '../proxy/cluster-proxy.js';
import { kubeconfigOf } from '../proxy/kubeconfig.js';
import type { Settings } from '../settings.js';
import { baseOf, type NormanApi } from './norman-api.js';
import { NormanError } from './norman-error.js';
import { resourceDocument } from './resource.js';

/** How long a POST waits for the management object that follows from what it made. */
const PATIENCE_MS = 10_000;

/** Clusters, as far as they are made, changed and reached through `/v3`. */
export class ClusterRoutes {
  constructor(
    private readonly parts: {
      readonly norman: NormanApi;
      readonly management: Informer<ManagementCluster>;
      readonly proxy: ClusterProxy;
      readonly tokens: Tokens;
      readonly settings: Settings;
      readonly clock: Clock;
      readonly random: RandomBytes;
    },
  ) {}

  /**
   * `POST /v3/clusters`: makes the same as a provisioning Cluster in the default workspace would, in the caller's name, and
   * answers with the management cluster.
   */
  async create(exchange: SignedIn): Promise<Answer> {
    const body = await readObject(exchange.request);
    const name = requiredText(body, 'name');
    const fault = clusterNameFault(name);
    if (fault !== undefined) throw new NormanError('InvalidCharacters', fault, { fieldName: 'name' });
    const agentEnvVars = envVarsOf(body);
    const namespace =
      textField(body, 'fleetWorkspaceName') || this.parts.settings.value('fleet-default-workspace-name');
    const description = textField(body, 'description') ?? '';
    const made = await this.parts.norman
      .asUser(exchange.caller)
      .create(provisioningClusters, {
        apiVersion: 'provisioning.cattle.io/v1',
        kind: 'Cluster',
        metadata: {
          name,
          namespace,
          labels: textMapField(body, 'labels'),
          annotations: {
            ...textMapField(body, 'annotations'),
            ...(description === '' ? {} : { 'field.cattle.io/description': description }),
            [CREATOR_ID]: exchange.caller.user.metadata.name,
          },
        },
        spec: { agentEnvVars },
      })
      .catch((error: unknown) => {
        if (!hasReason(error, 'AlreadyExists')) throw error;
        throw new NormanError('Conflict', `there is a cluster named "${name}" in ${namespace} already`, {
          fieldName: 'name',
        });
      });
    const cluster = await this.#appeared(clusterIdFor(made.metadata.uid));
    return { status: 201, json: resourceDocument(this.parts.norman.known('clusters'), cluster, baseOf(exchange)) };
  }

  /** `PUT /v3/clusters/:id`: description, labels, annotations and agent variables. */
  async update(exchange: SignedIn): Promise<Answer> {
    const { caller, params } = exchange;
    const type = this.parts.norman.known('clusters');
    const { metadata } = await this.parts.norman.object(caller, type, params['id'] ?? '');
    const body = await readObject(exchange.request);
    const spec: Record<string, JsonObject[] | string> = {};
    if (body['agentEnvVars'] !== undefined) spec['agentEnvVars'] = envVarsOf(body);
    const description = textField(body, 'description');
    if (description !== undefined) spec['description'] = description;
    const patch: JsonObject = {
      spec,
      metadata: { labels: textMapField(body, 'labels'), annotations: textMapField(body, 'annotations') },
    };
    const client = this.parts.norman.asUser(caller);
    const changed = await client.patch(managementClusters, { name: metadata.name }, { type: 'merge', patch });
    return ok(resourceDocument(type, changed, baseOf(exchange)));
  }

  /** `POST /v3/clusters/:id?action=generateKubeconfig` */
  async generateKubeconfig({ caller, params, url }: SignedIn): Promise<Answer> {
    const { id, cluster } = await this.parts.proxy.visible(caller, params['id'] ?? '');
    const name = cluster.spec?.displayName ?? id;
    const { settings, tokens } = this.parts;
    const origin = settings.serverUrl || url.origin;
    const user =
      settings.value('kubeconfig-generate-token') === 'false'
        ? { signInAt: origin, userName: caller.user.metadata.name, cluster: id }
        : { token: (await tokens.kubeconfig(caller.user, { description: `Kubeconfig of ${name}` })).bearer };
    const server = `${origin}/k8s/clusters/${id}`;
    const config = kubeconfigOf({ name, server, caPem: settings.value('cacerts'), user });
    return ok({ baseType: 'generateKubeConfigOutput', type: 'generateKubeConfigOutput', config });
  }

  /** `POST /v3/clusterregistrationtokens {clusterId}` */
  async createRegistrationToken(exchange: SignedIn): Promise<Answer> {
    const body = await readObject(exchange.request);
    const clusterId = requiredText(body, 'clusterId');
    const { id } = await this.parts.proxy.visible(exchange.caller, clusterId);
    const name = textField(body, 'name') ?? `crt-${randomText(5, this.parts.random, NAME_ALPHABET)}`;
    const made = await this.parts.norman.asUser(exchange.caller).create(clusterRegistrationTokens, {
      apiVersion: 'management.cattle.io/v3',
      kind: 'ClusterRegistrationToken',
      metadata: { name, namespace: id },
      spec: { clusterName: id },
    });
    return {
      status: 201,
      json: resourceDocument(this.parts.norman.known('clusterregistrationtokens'), made, baseOf(exchange)),
    };
  }

  async #appeared(id: string): Promise<Stored<ManagementCluster>> {
    const { management, clock } = this.parts;
    return new Promise((resolve, reject) => {
      const done: Disposable[] = [];
      const settle = (): void => {
        for (const each of done) each[Symbol.dispose]();
      };
      done.push(
        clock.after(PATIENCE_MS, () => {
          settle();
          reject(new NormanError('ServerError', `the cluster ${id} has been asked for but is not there yet`));
        }),
      );
      done.push(
        management.subscribe(({ type, object }) => {
          if (type === 'deleted' || object.metadata.name !== id) return;
          resolve(object);
          settle();
        }),
      );
      // The subscription calls back at once for what is there: it could not be ended before it was known.
      if (management.get(undefined, id) !== undefined) settle();
    });
  }
}

function envVarsOf(body: JsonObject): { name: string; value: string }[] {
  const list = body['agentEnvVars'] ?? [];
  const fieldName = 'agentEnvVars';
  if (!Array.isArray(list)) throw new NormanError('InvalidFormat', 'agentEnvVars must be a list', { fieldName });
  return list.map((entry: unknown) => {
    if (!isJsonObject(entry))
      throw new NormanError('InvalidFormat', 'agentEnvVars must hold objects with name and value', { fieldName });
    const variable = { name: requiredText(entry, 'name'), value: textField(entry, 'value') ?? '' };
    const fault = envVarFault(variable);
    if (fault !== undefined) throw new NormanError('InvalidFormat', fault, { fieldName });
    return variable;
  });
}
