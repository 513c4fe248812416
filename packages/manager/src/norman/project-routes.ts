import { isJsonObject, type JsonObject, type Project, projects, type Stored } from '@drover/api';
import { amountsOf } from '@drover/api/quota';
import type { Limit } from '@drover/api/types/rancher';
import { updateWithRetry } from '@drover/controller';
import { NAME_ALPHABET, type RandomBytes, randomText } from '@drover/kit';
import { readObject, requiredText, textField, textMapField } from '../front/body.js';
import { type Answer, ok, type SignedIn } from '../front/exchange.js';
import type { ClusterProxy } from '../proxy/cluster-proxy.js';
import type { ProjectQuotas } from '../quotas/project-quotas.js';
import { baseOf, type NormanApi } from './norman-api.js';
import { NormanError } from './norman-error.js';
import { resourceDocument } from './resource.js';

/** Projects of clusters, made and changed in the caller's name. */
export class ProjectRoutes {
  constructor(
    private readonly parts: {
      readonly norman: NormanApi;
      readonly proxy: ClusterProxy;
      readonly quotas: Pick<ProjectQuotas, 'shortage'>;
      readonly random: RandomBytes;
    },
  ) {}

  /** `POST /v3/projects {clusterId, name, description, labels, annotations}` */
  async create(exchange: SignedIn): Promise<Answer> {
    const body = await readObject(exchange.request);
    const { id } = await this.parts.proxy.visible(exchange.caller, requiredText(body, 'clusterId'));
    const object: Project = {
      apiVersion: 'management.cattle.io/v3',
      kind: 'Project',
      metadata: {
        name: `p-${randomText(5, this.parts.random, NAME_ALPHABET)}`,
        namespace: id,
        labels: textMapField(body, 'labels'),
        annotations: textMapField(body, 'annotations'),
      },
      spec: {
        clusterName: id,
        displayName: requiredText(body, 'name'),
        description: textField(body, 'description') ?? '',
        ...quotaFields(body),
      },
    };
    const made = await this.parts.norman.asUser(exchange.caller).create(projects, object);
    return { status: 201, json: resourceDocument(this.parts.norman.known('projects'), made, baseOf(exchange)) };
  }

  /** `PUT /v3/projects/:id`: name, description, labels, annotations, quota and what containers get by default. */
  async update(exchange: SignedIn): Promise<Answer> {
    const { caller, params, request } = exchange;
    const { norman } = this.parts;
    const type = norman.known('projects');
    const { metadata } = await norman.object(caller, type, params['id'] ?? '');
    const ref = { namespace: metadata.namespace, name: metadata.name };
    const body = await readObject(request);
    const name = textField(body, 'name');
    const description = textField(body, 'description');
    const quota = quotaFields(body);
    // The fields of a quota are replaced as a whole, which no merge of two documents does.
    const changed = await updateWithRetry(norman.asUser(caller), projects, ref, (project) => {
      this.#refuseShortage(project, quota);
      const { labels, annotations } = project.metadata;
      return {
        ...project,
        metadata: {
          ...project.metadata,
          labels: { ...labels, ...textMapField(body, 'labels') },
          annotations: { ...annotations, ...textMapField(body, 'annotations') },
        },
        spec: {
          clusterName: metadata.namespace ?? '',
          ...project.spec,
          displayName: name ?? project.spec?.displayName ?? '',
          ...(description !== undefined && { description }),
          ...quota,
        },
      };
    });
    return ok(resourceDocument(type, changed, baseOf(exchange)));
  }

  #refuseShortage(project: Stored<Project>, quota: QuotaFields): void {
    if (quota.resourceQuota === undefined) return;
    const { namespaceDefaultResourceQuota: defaults = project.spec?.namespaceDefaultResourceQuota } = quota;
    const short = this.parts.quotas.shortage(project, {
      limit: amountsOf(quota.resourceQuota.limit),
      defaults: amountsOf(defaults?.limit),
    });
    if (short !== undefined) throw new NormanError('MaxLimitExceeded', short, { fieldName: 'resourceQuota' });
  }
}

/** The fields of a project's quota; one that the body does not have stays as it is, and `null` takes it away. */
type QuotaFields = Pick<
  NonNullable<Project['spec']>,
  'resourceQuota' | 'namespaceDefaultResourceQuota' | 'containerDefaultResourceLimit'
>;

function quotaFields(body: JsonObject): QuotaFields {
  const limitIn = (fieldName: 'resourceQuota' | 'namespaceDefaultResourceQuota'): { limit?: Limit } => {
    const value = body[fieldName] ?? {};
    if (!isJsonObject(value)) throw new NormanError('InvalidFormat', `${fieldName} must be an object`, { fieldName });
    const { extended, ...named } = isJsonObject(value['limit']) ? value['limit'] : {};
    const limit: Limit = textMapField({ limit: named }, 'limit');
    if (isJsonObject(extended)) limit.extended = textMapField({ extended }, 'extended');
    return Object.keys(limit).length === 0 ? {} : { limit };
  };
  const has = (fieldName: string): boolean => body[fieldName] !== undefined;
  return {
    ...(has('resourceQuota') && { resourceQuota: limitIn('resourceQuota') }),
    ...(has('namespaceDefaultResourceQuota') && {
      namespaceDefaultResourceQuota: limitIn('namespaceDefaultResourceQuota'),
    }),
    ...(has('containerDefaultResourceLimit') && {
      containerDefaultResourceLimit: textMapField(body, 'containerDefaultResourceLimit'),
    }),
  };
}
