import { type Json, type JsonObject, type Project, projects } from '@drover/api';
import { NAME_ALPHABET, type RandomBytes, randomText } from '@drover/kit';
import { readObject, requiredText, textField, textMapField } from '../front/body.js';
import { type Answer, ok, type SignedIn } from '../front/exchange.js';
import type { ClusterProxy } from '../proxy/cluster-proxy.js';
import { baseOf, type NormanApi } from './norman-api.js';
import { NormanError } from './norman-error.js';
import { resourceDocument } from './resource.js';

/** Projects of clusters, made and changed in the caller's name. */
export class ProjectRoutes {
  constructor(
    private readonly parts: { readonly norman: NormanApi; readonly proxy: ClusterProxy; readonly random: RandomBytes },
  ) {}

  /** `POST /v3/projects {clusterId, name, description, labels, annotations}` */
  async create(exchange: SignedIn): Promise<Answer> {
    const body = await readObject(exchange.request);
    refuseQuotas(body);
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
      },
    };
    const made = await this.parts.norman.asUser(exchange.caller).create(projects, object);
    return { status: 201, json: resourceDocument(this.parts.norman.known('projects'), made, baseOf(exchange)) };
  }

  /** `PUT /v3/projects/:id`: name, description, labels and annotations. */
  async update(exchange: SignedIn): Promise<Answer> {
    const { caller, params, request } = exchange;
    const { norman } = this.parts;
    const type = norman.known('projects');
    const { metadata } = await norman.object(caller, type, params['id'] ?? '');
    const body = await readObject(request);
    refuseQuotas(body);
    const spec: Record<string, Json> = {};
    const name = textField(body, 'name');
    if (name !== undefined) spec['displayName'] = name;
    const description = textField(body, 'description');
    if (description !== undefined) spec['description'] = description;
    const patch = {
      spec,
      metadata: { labels: textMapField(body, 'labels'), annotations: textMapField(body, 'annotations') },
    };
    const ref = { namespace: metadata.namespace, name: metadata.name };
    const changed = await norman.asUser(caller).patch(projects, ref, { type: 'merge', patch });
    return ok(resourceDocument(type, changed, baseOf(exchange)));
  }
}

/** Fields that clients send empty; with something in them they would have to be enforced. */
function refuseQuotas(body: JsonObject): void {
  for (const fieldName of ['resourceQuota', 'namespaceDefaultResourceQuota', 'containerDefaultResourceLimit']) {
    const value = body[fieldName];
    if (value === undefined || value === null || Object.keys(value).length === 0) continue;
    const words = `${fieldName} is not implemented: set a ResourceQuota or LimitRange in each namespace`;
    throw new NormanError('InvalidOption', words, { fieldName });
  }
}
