import { isJsonObject, type Kind, type KubeObject, resourcePath, type Stored } from '@drover/api';
import { schemaIdOf } from './schemas.js';
import type { SteveType } from './steve-types.js';

/** Fields of a document that Kubernetes objects may have as well; theirs get an underscore. */
const RESERVED = ['id', 'type', 'links', 'actions'];

/** The id of an object in Steve: `namespace/name`, or `name`. */
export const steveId = ({ namespace, name }: Named): string =>
  namespace === undefined ? name : `${namespace}/${name}`;

interface Named {
  readonly namespace?: string | undefined;
  readonly name: string;
}

/** A Kubernetes object with what Steve adds: id, type, links, and its state in a word. */
export function steveDocument(type: SteveType, object: Stored<KubeObject>, origin: string): object {
  const id = steveId(object.metadata);
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

/** An object of any kind as Steve tells it. */
export const resourceOf = (kind: Kind, object: Stored<KubeObject>): object => ({
  ...steveIdentity(kind, object.metadata),
  ...withoutReserved(object),
});

/** What Steve knows an object of any kind by. */
export const steveIdentity = (kind: Kind, metadata: Named) => ({ id: steveId(metadata), type: schemaIdOf(kind) });
