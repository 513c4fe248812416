import { isJsonObject, type KubeObject, resourcePath, type Stored } from '@drover/api';
import type { SteveType } from './steve-types.js';

/** Fields of a document that Kubernetes objects may have as well; theirs get an underscore. */
const RESERVED = ['id', 'type', 'links', 'actions'];

/** The id of an object in Steve: `namespace/name`, or `name`. */
export function steveId({ metadata }: Stored<KubeObject>): string {
  return metadata.namespace === undefined ? metadata.name : `${metadata.namespace}/${metadata.name}`;
}

/** A Kubernetes object with what Steve adds: id, type, links, and its state in a word. */
export function steveDocument(type: SteveType, object: Stored<KubeObject>, origin: string): object {
  const id = steveId(object);
  const self = `${origin}/v1/${type.kind.group}.${type.kind.plural}/${id}`;
  const { namespace, name } = object.metadata;
  const { name: state, transitioning, message } = type.state(object);
  const changeable = type.methods.includes('PUT');
  const removable = type.methods.includes('DELETE');
  return {
    id,
    type: type.id,
    links: {
      self,
      view: `${origin}${resourcePath(type.kind, { namespace, name })}`,
      ...(changeable ? { update: self } : {}),
      ...(removable ? { remove: self } : {}),
    },
    ...withoutReserved(object),
    ...normalisedStatus(object),
    metadata: {
      ...object.metadata,
      state: { name: state, error: transitioning === 'error', transitioning: transitioning === 'yes', message },
    },
  };
}

/** `object` with fields that would hide Steve's renamed, as Steve does. */
export function withoutReserved(object: object): object {
  return Object.fromEntries(
    Object.entries(object).map(([key, value]) => [RESERVED.includes(key) ? `_${key}` : key, value]),
  );
}

/** Conditions with the two booleans that dashboards read. */
function normalisedStatus(object: Stored<KubeObject>): object {
  const status: unknown = Object.entries(object).find(([key]) => key === 'status')?.[1];
  if (!isJsonObject(status)) return {};
  const { conditions } = status;
  if (!Array.isArray(conditions)) return {};
  return {
    status: {
      ...status,
      conditions: conditions.map((condition: unknown) =>
        isJsonObject(condition) ? { error: false, transitioning: false, ...condition } : condition,
      ),
    },
  };
}
