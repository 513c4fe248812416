import {
  ApiError,
  type ApiRequest,
  type ApiResponse,
  builtinColumns,
  type KubeObject,
  matchesFields,
  matchesLabels,
  methodNotAllowed,
  type ProtobufDocument,
  parseFieldSelector,
  parseLabelSelector,
} from '@drover/api';
import type { ComponentStatus } from '@drover/api/types/core-v1';
import type { Store } from '@drover/store';
import type { PublishedQuestion } from '../discovery/published.js';
import { partialMetadata, table, tableRow } from '../registry/represent.js';
import { type Representation, representation } from '../request/negotiation.js';
import { documentResponse, header } from '../request/response.js';
import type { ResourceTarget } from '../request/target.js';
import { withWarnings } from './warning.js';

/** The old list of the parts of a cluster, which is not stored: each answer says how they are now. */
export const componentStatus: PublishedQuestion = {
  ofGroup: '',
  ofVersion: 'v1',
  name: 'componentstatuses',
  singularName: 'componentstatus',
  namespaced: false,
  kind: 'ComponentStatus',
  verbs: ['get', 'list'],
  shortNames: ['cs'],
  component: 'io.k8s.api.core.v1.ComponentStatus',
};

const DEPRECATED = 'v1 ComponentStatus is deprecated in v1.19+';

/** Whether a path is about the parts of the cluster. */
export function isComponentStatus({ group, version, resource, namespace, subresource }: ResourceTarget): boolean {
  const whole = namespace === undefined && subresource === undefined;
  return whole && group === '' && version === 'v1' && resource === componentStatus.name;
}

/** Says how the parts of this server are. @throws ApiError for a part that it has not, and for other verbs than get and list. */
export function serveComponentStatus(
  store: Store,
  request: ApiRequest,
  query: URLSearchParams,
  { name }: ResourceTarget,
  verb: string,
): ApiResponse {
  if (!componentStatus.verbs.includes(verb) || request.method === 'HEAD') throw methodNotAllowed();
  const form = representation(header(request, 'accept'), query, { builtin: true, plural: name === undefined });
  const document = name === undefined ? listOf(selected(store, query), form) : one(store, name, form);
  return withWarnings(documentResponse(200, document, form), [DEPRECATED]);
}

function one(store: Store, name: string, form: Representation): ProtobufDocument {
  const found = components(store).find(({ metadata }) => metadata.name === name);
  if (found === undefined) throw new ApiError('Unknown', `Component not found: ${name}`);
  return form.form === 'table' ? tableOf([found], form) : shown(found, form);
}

function listOf(found: readonly ComponentStatus[], form: Representation): ProtobufDocument {
  if (form.form === 'table') return tableOf(found, form);
  const list =
    form.form === 'object'
      ? {
          kind: 'ComponentStatusList',
          apiVersion: 'v1',
          metadata: {},
          items: found.map(({ metadata, conditions }) => ({ metadata, conditions })),
        }
      : {
          kind: 'PartialObjectMetadataList',
          apiVersion: `meta.k8s.io/${form.version}`,
          metadata: {},
          items: found.map((status) => partialMetadata(asObject(status), form.version)),
        };
  return list;
}

function shown(status: ComponentStatus, { form, version }: Representation): ProtobufDocument {
  return form === 'object' ? status : partialMetadata(asObject(status), version);
}

function tableOf(found: readonly ComponentStatus[], { version }: Representation): ProtobufDocument {
  const columns = builtinColumns('', componentStatus.name);
  const rows = found.map((status) => tableRow(asObject(status), columns, 'Metadata', version, 0));
  return table(rows, columns, {}, version);
}

function selected(store: Store, query: URLSearchParams): ComponentStatus[] {
  const labels = parseLabelSelector(query.get('labelSelector') ?? '');
  const fields = parseFieldSelector(query.get('fieldSelector') ?? '');
  const field = ({ metadata }: ComponentStatus, path: string) =>
    path === 'metadata.name' ? (metadata.name ?? '') : '';
  return components(store).filter(
    (status) => matchesLabels(labels, {}) && matchesFields(fields, (path) => field(status, path)),
  );
}

/** The controllers are in this process: they are as well as whoever answers. */
function components({ health }: Store): ComponentStatus[] {
  return [healthOf('controller-manager', undefined), healthOf('store', health.ok ? undefined : health.reason)];
}

function healthOf(name: string, failure: string | undefined): ComponentStatus {
  const healthy = failure === undefined;
  const condition = { type: 'Healthy', status: healthy ? 'True' : 'False', message: failure ?? 'ok' };
  return { apiVersion: 'v1', kind: 'ComponentStatus', metadata: { name }, conditions: [condition] };
}

const asObject = (status: ComponentStatus): KubeObject => ({ ...status });
