import type { JsonObject, Schema } from '@drover/api';
import { builtinSchemas } from '@drover/api/schemas';
import type { ResourceDefinition, VersionDefinition } from '../catalog/definition.js';
import { customComponent, customListComponent } from './custom-component.js';

/** A schema document under construction: what OpenAPI allows beyond the structural part. */
export type Document = Readonly<Record<string, unknown>>;

const REF = '#/components/schemas/';
const META = 'io.k8s.apimachinery.pkg.apis.meta.v1';
const SCALE = 'io.k8s.api.autoscaling.v1.Scale';

/** The OpenAPI v3 document of one group version: its paths, and the schemas they need. */
export function openApiV3(
  served: readonly { readonly definition: ResourceDefinition; readonly version: VersionDefinition }[],
): Document {
  const schemas: Record<string, Schema> = {};
  const paths: Record<string, unknown> = {};
  for (const { definition, version: entry } of served) {
    const component = componentOf(definition, entry);
    collect(component.name, component.schema, schemas);
    const list = listOf(definition, entry, component.name);
    if (list !== undefined) collect(list.name, list.schema, schemas);
    if (entry.scale) collectNamed(SCALE, schemas);
    Object.assign(paths, pathsOf(definition, entry, component.name, list?.name ?? component.name));
  }
  for (const name of ['DeleteOptions', 'Status', 'ListMeta']) collectNamed(`${META}.${name}`, schemas);
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: 'v1.32.0' },
    paths: sorted(paths),
    components: { schemas: sorted(schemas) },
  };
}

/** The named schema of a kind's version. Custom kinds are named by their group, turned around. */
export function componentOf(
  definition: ResourceDefinition,
  version: VersionDefinition,
): { readonly name: string; readonly schema: Schema } {
  const { group, kind, builtin } = definition;
  const schema = version.document();
  if (builtin) return { name: version.component, schema };
  const name = [...group.split('.').reverse(), version.name, kind].join('.');
  return { name, schema: customComponent(definition, version) };
}

/** The component of a custom kind's lists. */
function listOf(
  definition: ResourceDefinition,
  version: VersionDefinition,
  item: string,
): { readonly name: string; readonly schema: Schema } | undefined {
  const { group, listKind, builtin } = definition;
  if (builtin) return undefined;
  const name = [...group.split('.').reverse(), version.name, listKind].join('.');
  return { name, schema: customListComponent(definition, version, item) };
}

function collectNamed(name: string, into: Record<string, Schema>): void {
  const schema = builtinSchemas()[name];
  if (schema !== undefined) collect(name, schema, into);
}

/** Puts a schema, and every schema it refers to, among `into`. */
function collect(name: string, schema: Schema, into: Record<string, Schema>): void {
  if (into[name] !== undefined) return;
  into[name] = schema;
  for (const reference of references(schema)) collectNamed(reference, into);
}

function references(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(references);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    key === '$ref' && typeof inner === 'string' ? [inner.slice(REF.length)] : references(inner),
  );
}

const parameter = (name: string, place: 'query' | 'path', type = 'string'): JsonObject => ({
  name,
  in: place,
  ...(place === 'path' ? { required: true } : {}),
  schema: { type },
});

const WRITE = ['dryRun', 'fieldManager', 'fieldValidation'].map((name) => parameter(name, 'query'));
const FORCE = parameter('force', 'query', 'boolean');
const LIST = [
  ...['continue', 'fieldSelector', 'labelSelector', 'resourceVersion', 'resourceVersionMatch'].map((name) =>
    parameter(name, 'query'),
  ),
  ...['allowWatchBookmarks', 'sendInitialEvents', 'watch'].map((name) => parameter(name, 'query', 'boolean')),
  ...['limit', 'timeoutSeconds'].map((name) => parameter(name, 'query', 'integer')),
];

/** The operations on a kind. Clients read from them which parameters a write takes, and whether a kind is served at all. */
function pathsOf(
  definition: ResourceDefinition,
  version: VersionDefinition,
  component: string,
  list: string,
): Record<string, unknown> {
  const { group, kind, plural, namespaced, verbs } = definition;
  const head = group === '' ? `/api/${version.name}` : `/apis/${group}/${version.name}`;
  const collection = namespaced ? `${head}/namespaces/{namespace}/${plural}` : `${head}/${plural}`;
  const of = (name: string): object => ({ 'application/json': { schema: { $ref: `${REF}${name}` } } });
  const place = namespaced ? [parameter('namespace', 'path')] : [];
  const operation = (
    action: string,
    parameters: readonly JsonObject[],
    body = false,
    content = of(component),
  ): object => ({
    operationId: `${action}${definition.builtin ? '' : group.replace(/[^a-z0-9]/g, '')}${version.name}${kind}`,
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': { group, version: version.name, kind },
    parameters,
    ...(body ? { requestBody: { content } } : {}),
    responses: { 200: { description: 'OK', content } },
  });
  const name = parameter('name', 'path');
  const item = (suffix = '', content = of(component)): Record<string, unknown> => ({
    [`${collection}/{name}${suffix}`]: {
      parameters: [name, ...place],
      get: operation('get', [], false, content),
      put: operation('put', WRITE, true, content),
      patch: operation('patch', [...WRITE, FORCE], true, content),
      ...(suffix === '' && verbs.includes('delete')
        ? { delete: operation('delete', [parameter('dryRun', 'query')]) }
        : {}),
    },
  });
  return {
    [collection]: {
      ...(place.length > 0 ? { parameters: place } : {}),
      get: operation('list', LIST, false, of(list)),
      ...(verbs.includes('create') ? { post: operation('post', WRITE, true) } : {}),
      ...(verbs.includes('deletecollection') ? { delete: operation('deletecollection', LIST) } : {}),
    },
    ...(namespaced ? { [`${head}/${plural}`]: { get: operation('list', LIST, false, of(list)) } } : {}),
    ...item(),
    ...(version.status ? item('/status') : {}),
    ...(version.scale ? item('/scale', of(SCALE)) : {}),
  };
}

function sorted<T>(record: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}
