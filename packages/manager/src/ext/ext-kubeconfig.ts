import {
  ApiError,
  badRequest,
  type ConfigMap,
  configMaps,
  invalid,
  isJsonObject,
  type Json,
  type JsonObject,
  matchesLabels,
  notFound,
  parseLabelSelector,
  type Stored,
  users,
} from '@drover/api';
import type { Client } from '@drover/client';
import { deleteIfPresent, getIfPresent, ownerReference } from '@drover/controller';
import { NAME_ALPHABET, type RandomBytes, randomText } from '@drover/kit';
import { cause } from '../admission/fields.js';
import type { Caller } from '../identity/caller.js';
import type { Directory } from '../identity/directory.js';
import type { TokenAccess } from '../identity/token-access.js';
import { USER_LABEL } from '../identity/token-kind.js';
import type { Tokens } from '../identity/tokens.js';
import { type KubeconfigCluster, kubeconfigFor } from '../proxy/kubeconfig.js';
import type { ExtKind } from './ext-kind.js';
import { countOf, demandFields, demandUser, EXT, type ExtCall, specOf, textOf } from './ext-request.js';

/** Where it is kept which kubeconfigs were made, without what is secret in them. */
export const KUBECONFIG_NAMESPACE = 'cattle-kubeconfigs';

const KUBECONFIGS = { group: EXT.group, plural: 'kubeconfigs', kind: 'Kubeconfig' };
const FIELDS = ['clusters', 'currentContext', 'description', 'ttl', 'includeDefaultEntry'];
/** Clusters in one kubeconfig. */
const MOST_CLUSTERS = 1_000;
/** The context that reaches the server itself. */
const DEFAULT_ENTRY = 'rancher';

/** What a kubeconfig is made from. */
export interface KubeconfigFacts {
  /** The clusters the caller may see, by id with the name people know. */
  readonly clustersOf: (caller: Caller) => Promise<readonly { readonly id: string; readonly name: string }[]>;
  /** `https://host:port` */
  readonly serverUrl: () => string;
  readonly caPem: () => string;
  /** Whether kubeconfigs carry a token. */
  readonly withToken: () => boolean;
}

/**
 * Kubeconfigs for several clusters with one token. `status.value` is in the answer of the creation alone; deleting one ends its token.
 */
export function extKubeconfigs(parts: {
  readonly client: Client;
  readonly directory: Directory;
  readonly tokens: Tokens;
  readonly access: TokenAccess;
  readonly facts: KubeconfigFacts;
  readonly random: RandomBytes;
}): ExtKind {
  const { client, directory, tokens, access, facts, random } = parts;
  const find = async ({ identity }: ExtCall, name: string): Promise<Stored<ConfigMap>> => {
    const found = await getIfPresent(client, configMaps, { namespace: KUBECONFIG_NAMESPACE, name });
    if (found === undefined || !(await access.maySee(identity, ownerOf(found)))) throw notFound(KUBECONFIGS, name);
    return found;
  };
  const change = async (call: ExtCall, name: string): Promise<Stored<ConfigMap>> => {
    const found = await find(call, name);
    const fault = await access.endingFault(call.identity, ownerOf(found));
    if (fault !== undefined) throw new ApiError('Forbidden', fault);
    return found;
  };
  return {
    kind: 'Kubeconfig',
    plural: 'kubeconfigs',
    singular: 'kubeconfig',
    async create(call, document) {
      const caller = demandUser(call);
      const spec = specOf(document);
      demandFields(spec, FIELDS);
      const entries = await entriesOf(caller, spec);
      const current = currentOf(spec, entries);
      const made = facts.withToken() ? await tokens.kubeconfig(caller.user, wishOf(spec)) : undefined;
      const name = `kubeconfig-${randomText(5, random, NAME_ALPHABET)}`;
      const kept = await client.create(configMaps, {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: {
          name,
          namespace: KUBECONFIG_NAMESPACE,
          labels: { [USER_LABEL]: caller.user.metadata.name },
          ownerReferences: [ownerReference(users, caller.user, { controller: false })],
        },
        data: { spec: JSON.stringify(spec), tokens: JSON.stringify(made ? [made.token.metadata.name] : []) },
      });
      const user = made
        ? { token: made.bearer }
        : { signInAt: facts.serverUrl(), userName: caller.user.metadata.name, cluster: undefined };
      const value = kubeconfigFor({ clusters: entries, caPem: facts.caPem(), user, current });
      const shown = documentOf(kept);
      return { ...shown, status: { ...shown.status, value } };
    },
    async list(call) {
      const all = await access.maySee(call.identity);
      const labelSelector = all ? '' : `${USER_LABEL}=${call.identity.name}`;
      const { items, metadata } = await client.list(configMaps, { namespace: KUBECONFIG_NAMESPACE, labelSelector });
      const wanted = parseLabelSelector(call.query.get('labelSelector') ?? '');
      return {
        resourceVersion: metadata.resourceVersion ?? '',
        items: items
          .filter(({ metadata: { labels = {} } }) => labels[USER_LABEL] !== undefined && matchesLabels(wanted, labels))
          .map(documentOf),
      };
    },
    get: async (call, name) => documentOf(await find(call, name)),
    async update(call, name, document) {
      const kept = await change(call, name);
      const [spec, before] = [specOf(document), specIn(kept)];
      demandFields(spec, FIELDS);
      const fixed = FIELDS.filter(
        (field) => field !== 'description' && JSON.stringify(spec[field] ?? '') !== JSON.stringify(before[field] ?? ''),
      );
      if (fixed.length > 0) throw invalid(KUBECONFIGS, name, fixed.map(unchangeable));
      const data = { ...kept.data, spec: JSON.stringify({ ...before, description: textOf(spec, 'description') }) };
      const metadata = isJsonObject(document['metadata']) ? document['metadata'] : {};
      const { resourceVersion = kept.metadata.resourceVersion } = metadata;
      const changed = { ...kept, data, metadata: { ...kept.metadata, resourceVersion: String(resourceVersion) } };
      return documentOf(await client.update(configMaps, changed));
    },
    async remove(call, name) {
      const kept = await change(call, name);
      for (const each of tokensIn(kept)) {
        const token = await directory.token(each);
        if (token !== undefined) await tokens.revoke(token);
      }
      await deleteIfPresent(client, configMaps, { namespace: KUBECONFIG_NAMESPACE, name });
      return documentOf(kept);
    },
  };

  async function entriesOf(caller: Caller, spec: JsonObject): Promise<readonly KubeconfigCluster[]> {
    const visible = await facts.clustersOf(caller);
    const ids = idsOf(spec);
    const chosen = ids.includes('*') ? visible : visible.filter(({ id }) => ids.includes(id));
    const missing = ids.find((id) => id !== '*' && !visible.some((cluster) => cluster.id === id));
    if (missing !== undefined)
      throw invalid(KUBECONFIGS, '', [cause('spec.clusters', `there is no cluster "${missing}"`)]);
    const names = chosen.map(({ name }) => name);
    const entries = chosen.map(({ id, name }) => ({
      id,
      // Two clusters may have one name; each entry has its own.
      name: names.filter((each) => each === name).length > 1 ? `${name}-${id}` : name,
      server: `${facts.serverUrl()}/k8s/clusters/${id}`,
    }));
    const root = { id: DEFAULT_ENTRY, name: DEFAULT_ENTRY, server: facts.serverUrl() };
    const all = spec['includeDefaultEntry'] === true ? [root, ...entries] : entries;
    if (all.length === 0)
      throw invalid(KUBECONFIGS, '', [cause('spec.clusters', 'name a cluster by its id, or "*" for all')]);
    return all;
  }
}

function idsOf({ clusters }: JsonObject): string[] {
  const list: readonly Json[] | undefined = Array.isArray(clusters)
    ? clusters
    : clusters === undefined
      ? []
      : undefined;
  if (list === undefined || list.length > MOST_CLUSTERS || !list.every((id) => typeof id === 'string'))
    throw badRequest(`spec.clusters must be a list of at most ${MOST_CLUSTERS} ids`);
  return list.map(String);
}

function currentOf(spec: JsonObject, entries: readonly KubeconfigCluster[]): string {
  const wanted = textOf(spec, 'currentContext');
  const current = entries.find(({ id }) => wanted === '' || id === wanted);
  if (current !== undefined) return current.name;
  throw invalid(KUBECONFIGS, '', [cause('spec.currentContext', `"${wanted}" is none of spec.clusters`)]);
}

function wishOf(spec: JsonObject): { description: string; ttlMs?: number } {
  const seconds = countOf(spec, 'ttl');
  const description = textOf(spec, 'description') || 'Kubeconfig';
  return { description, ...(seconds === undefined || seconds === 0 ? {} : { ttlMs: seconds * 1_000 }) };
}

const ownerOf = ({ metadata }: Stored<ConfigMap>): string => metadata.labels?.[USER_LABEL] ?? '';

const tokensIn = ({ data }: Stored<ConfigMap>): string[] => JSON.parse(data?.['tokens'] ?? '[]') as string[];

const specIn = ({ data }: Stored<ConfigMap>): JsonObject => JSON.parse(data?.['spec'] ?? '{}') as JsonObject;

function documentOf(kept: Stored<ConfigMap>) {
  const { name, uid, resourceVersion, creationTimestamp, labels } = kept.metadata;
  const conditions = [{ type: 'TokenCreated', status: 'True', reason: 'TokenCreated', message: '' }];
  const tokens = tokensIn(kept);
  return {
    metadata: { name, uid, resourceVersion, creationTimestamp, ...(labels === undefined ? {} : { labels }) },
    spec: specIn(kept),
    status: { summary: 'Complete', tokens, conditions: tokens.length > 0 ? conditions : [] },
  };
}

const unchangeable = (field: string) => cause(`spec.${field}`, 'cannot be changed: make another kubeconfig');
