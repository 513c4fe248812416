import {
  alreadyExists,
  apiVersion,
  badRequest,
  conflict,
  invalid,
  type JsonObject,
  type Kind,
  type KubeObject,
  notFound,
  notServed,
  type ObjectRef,
  type Stored,
} from '@drover/api';
import { type Clock, type RandomBytes, randomText } from '@drover/kit';
import type { DeleteOptions } from '../client.js';
import { History } from './history.js';

/** The objects of a fake API server and the rules of their writes, without schemas, permissions and garbage collection. */
export class FakeObjects {
  readonly history = new History();
  readonly #objects = new Map<string, Stored<KubeObject>>();
  readonly #clock: Clock;
  readonly #random: RandomBytes;
  readonly #withoutStatus: ReadonlySet<string>;

  constructor(clock: Clock, random: RandomBytes, withoutStatus: readonly string[]) {
    this.#clock = clock;
    this.#random = random;
    this.#withoutStatus = new Set(withoutStatus);
  }

  /** A private copy. @throws ApiError NotFound. */
  get<T extends KubeObject>(kind: Kind<T>, ref: ObjectRef): Stored<T> {
    const object = this.#objects.get(keyOf(kind, ref));
    if (object === undefined) throw notFound(kind, ref.name);
    return structuredClone(object) as Stored<T>;
  }

  /** Private copies, in the order of their names. */
  list<T extends KubeObject>(kind: Kind<T>): Stored<T>[] {
    const prefix = `${resourceOf(kind)} `;
    return [...this.#objects]
      .filter(([key]) => key.startsWith(prefix))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, object]) => structuredClone(object) as Stored<T>);
  }

  create<T extends KubeObject>(kind: Kind<T>, object: T, dryRun: boolean): Stored<T> {
    const { generateName, ...metadata } = structuredClone(object.metadata);
    const name = metadata.name ?? (generateName === undefined ? undefined : generateName + randomText(5, this.#random));
    if (name === undefined || name === '') {
      throw invalid(kind, '', [
        {
          reason: 'FieldValueRequired',
          field: 'metadata.name',
          message: 'Required value: name or generateName is required',
        },
      ]);
    }
    if (metadata.resourceVersion !== undefined)
      throw badRequest('resourceVersion should not be set on objects to be created');
    this.#checkNamespace(kind, metadata.namespace);
    if (this.#objects.has(keyOf(kind, { namespace: metadata.namespace, name }))) throw alreadyExists(kind, name);
    const fresh: Stored<T> = {
      ...structuredClone(object),
      apiVersion: apiVersion(kind),
      kind: kind.kind,
      metadata: {
        ...metadata,
        ...(generateName === undefined ? {} : { generateName }),
        name,
        uid: this.#uid(),
        resourceVersion: '',
        generation: 1,
        creationTimestamp: seconds(this.#clock.now()),
      },
    };
    if (this.#hasStatus(kind)) delete (fresh as { status?: unknown }).status;
    return this.#store(kind, fresh, undefined, dryRun);
  }

  update<T extends KubeObject>(kind: Kind<T>, object: T, subresource: string | undefined, dryRun: boolean): Stored<T> {
    const { namespace, name } = object.metadata;
    if (name === undefined) throw badRequest('name is required');
    if (subresource !== undefined && (subresource !== 'status' || !this.#hasStatus(kind))) throw notServed();
    const live = this.#objects.get(keyOf(kind, { namespace, name })) as Stored<T> | undefined;
    if (live === undefined) throw notFound(kind, name);
    const { resourceVersion, uid } = object.metadata;
    if (resourceVersion !== undefined && resourceVersion !== live.metadata.resourceVersion) {
      throw conflict(
        kind,
        name,
        'the object has been modified; please apply your changes to the latest version and try again',
      );
    }
    if (uid !== undefined && uid !== live.metadata.uid) {
      throw conflict(
        kind,
        name,
        `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${live.metadata.uid}`,
      );
    }
    const wanted = this.#merged(kind, live, structuredClone(object), subresource);
    if (sameContent(wanted, live)) return structuredClone(live);
    if (!sameContent(specOf(wanted), specOf(live))) {
      wanted.metadata.generation = (live.metadata.generation ?? 0) + 1;
    }
    const gone = wanted.metadata.deletionTimestamp !== undefined && (wanted.metadata.finalizers ?? []).length === 0;
    return gone ? this.#remove(kind, live, wanted, dryRun) : this.#store(kind, wanted, live, dryRun);
  }

  delete<T extends KubeObject>(kind: Kind<T>, ref: ObjectRef, { preconditions, dryRun = false }: DeleteOptions): void {
    const live = this.#objects.get(keyOf(kind, ref)) as Stored<T> | undefined;
    if (live === undefined) throw notFound(kind, ref.name);
    for (const field of ['uid', 'resourceVersion'] as const) {
      const wanted = preconditions?.[field];
      if (wanted !== undefined && wanted !== live.metadata[field]) {
        throw conflict(kind, ref.name, `Precondition failed: ${field} is ${live.metadata[field]}, not ${wanted}`);
      }
    }
    if ((live.metadata.finalizers ?? []).length === 0) {
      this.#remove(kind, live, live, dryRun);
    } else if (live.metadata.deletionTimestamp === undefined) {
      const marked = structuredClone(live);
      marked.metadata.deletionTimestamp = seconds(this.#clock.now());
      marked.metadata.deletionGracePeriodSeconds = 0;
      marked.metadata.generation = (live.metadata.generation ?? 0) + 1;
      this.#store(kind, marked, live, dryRun);
    }
  }

  /** What a write of `object` through this endpoint may change of `live`. */
  #merged<T extends KubeObject>(kind: Kind<T>, live: Stored<T>, object: T, subresource: string | undefined): Stored<T> {
    const { name, uid, resourceVersion, creationTimestamp, generation, deletionTimestamp } = live.metadata;
    const fixed = {
      name,
      uid,
      resourceVersion,
      creationTimestamp,
      ...(generation === undefined ? {} : { generation }),
      ...(deletionTimestamp === undefined ? {} : { deletionTimestamp, deletionGracePeriodSeconds: 0 }),
    };
    if (subresource === 'status') {
      return withStatus(structuredClone(live), (object as WithStatus).status);
    }
    const merged: Stored<T> = {
      ...object,
      apiVersion: apiVersion(kind),
      kind: kind.kind,
      metadata: { ...object.metadata, ...fixed },
    };
    if (deletionTimestamp === undefined) delete merged.metadata.deletionTimestamp;
    return this.#hasStatus(kind) ? withStatus(merged, structuredClone((live as WithStatus).status)) : merged;
  }

  #store<T extends KubeObject>(
    kind: Kind<T>,
    object: Stored<T>,
    previous: Stored<T> | undefined,
    dryRun: boolean,
  ): Stored<T> {
    if (dryRun) return structuredClone(object);
    this.history.revision += 1;
    const { revision } = this.history;
    const stored = structuredClone(object);
    stored.metadata.resourceVersion = String(revision);
    this.#objects.set(keyOf(kind, stored.metadata), stored);
    this.history.push({ revision, resource: resourceOf(kind), object: stored, previous });
    return structuredClone(stored);
  }

  #remove<T extends KubeObject>(kind: Kind<T>, live: Stored<T>, last: Stored<T>, dryRun: boolean): Stored<T> {
    if (dryRun) return structuredClone(last);
    this.history.revision += 1;
    const { revision } = this.history;
    const gone = structuredClone(last);
    gone.metadata.resourceVersion = String(revision);
    this.#objects.delete(keyOf(kind, live.metadata));
    this.history.push({ revision, resource: resourceOf(kind), object: undefined, previous: gone });
    return structuredClone(gone);
  }

  #hasStatus(kind: Kind): boolean {
    return !this.#withoutStatus.has(kind.group === '' ? kind.plural : `${kind.plural}.${kind.group}`);
  }

  #checkNamespace(kind: Kind, namespace: string | undefined): void {
    if (kind.namespaced && (namespace === undefined || namespace === '')) {
      throw badRequest(`an empty namespace may not be set during creation of a ${kind.kind}`);
    }
    if (!kind.namespaced && namespace !== undefined) throw badRequest(`a ${kind.kind} has no namespace`);
  }

  #uid(): string {
    const hex = Buffer.from(this.#random(16)).toString('hex');
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20)}`;
  }
}

interface WithStatus extends KubeObject {
  status?: unknown;
}

function withStatus<T extends KubeObject>(object: T, status: unknown): T {
  const target: WithStatus = object;
  if (status === undefined) delete target.status;
  else target.status = status;
  return object;
}

/** `group/plural`: what tells kinds apart. */
export function resourceOf({ group, plural }: Pick<Kind, 'group' | 'plural'>): string {
  return `${group}/${plural}`;
}

function keyOf(kind: Kind, { namespace, name }: { namespace?: string | undefined; name: string }): string {
  return `${resourceOf(kind)} ${kind.namespaced ? (namespace ?? '') : ''}/${name}`;
}

function specOf(object: KubeObject): JsonObject {
  const { metadata: _, status: __, ...rest } = object as KubeObject & { status?: unknown };
  return rest;
}

function sameContent(a: unknown, b: unknown): boolean {
  return JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, field]) => field !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, field]) => [key, sorted(field)]),
  );
}

function seconds(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
