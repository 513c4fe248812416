import { hasReason, type KubeObject, notServed, type ObjectRef } from '@drover/api';
import type { Change } from '@drover/store';
import { serverIdentity } from '../auth/identity.js';
import { versionOf } from '../catalog/definition.js';
import type { Part } from '../catalog/strategy.js';
import type { GroupResource, ObjectEvent, Objects, Sighting } from '../controllers/controller.js';
import { objectDecoding } from '../request/decoding.js';
import { collectionPrefix, namespacePrefix } from '../storage/key.js';
import { decodeStored } from '../storage/rendering.js';
import type { Core, StoredObject, WriteContext, Written } from './core.js';
import { deleteObject } from './delete.js';
import { EntrySighting } from './sighting.js';
import { createObject, updateObject } from './write.js';

const MANAGER = 'drover-apiserver';
/**
 * Objects that were there before, told of in one turn of the event loop: a tenth of a millisecond of looking at each, because a
 * start with many of them has many turns of its own, and is waited for.
 */
const TOLD_AT_ONCE = 64;

/** The core's objects for code of this package, in the version they are stored in. */
export class CoreObjects implements Objects {
  constructor(readonly core: Core) {}

  get(resource: GroupResource, ref: ObjectRef): StoredObject | undefined {
    return this.core.reader.get(resource, ref) as StoredObject | undefined;
  }

  list(resource: GroupResource, namespace?: string): readonly StoredObject[] {
    return this.core.reader.list(resource, namespace) as readonly StoredObject[];
  }

  watch(resource: GroupResource, onEvents: (events: readonly ObjectEvent[]) => void, signal: AbortSignal): void {
    const { store, decoded } = this.core;
    const prefix = collectionPrefix(resource);
    const page = store.list(prefix);
    const object = (entry: Parameters<typeof decoded.get>[0]): StoredObject => decoded.get(entry) as StoredObject;
    if (page.entries.length > 0) onEvents(page.entries.map((entry) => ({ type: 'ADDED', object: object(entry) })));
    const eventOf = (change: Change): ObjectEvent => {
      if (change.type === 'delete') return { type: 'DELETED', object: object(change.previous) };
      const { entry, previous } = change;
      return previous === undefined
        ? { type: 'ADDED', object: object(entry) }
        : { type: 'MODIFIED', object: object(entry), previous: object(previous) };
    };
    store.watch(prefix, page.revision, (changes) => onEvents(changes.map(eventOf)), signal);
  }

  sight(resource: GroupResource, namespace?: string): readonly Sighting[] {
    const { store, decoded } = this.core;
    const collection = collectionPrefix(resource);
    const { entries } = store.list(namespace === undefined ? collection : namespacePrefix(collection, namespace));
    return entries.map((entry) => EntrySighting.ofEntry(collection, entry, decoded));
  }

  async follow(
    resource: GroupResource,
    onSightings: (sightings: readonly Sighting[]) => void,
    signal: AbortSignal,
  ): Promise<void> {
    const { store, decoded } = this.core;
    const prefix = collectionPrefix(resource);
    const sighted = (change: Change): Sighting => EntrySighting.ofChange(prefix, change, decoded);
    store.watch(prefix, store.revision, (changes) => onSightings(changes.map(sighted)), signal);
    // Each page is as of now, with all changes told: what was there is never told after what became of it.
    for (let after: string | undefined; ; ) {
      const { entries, more } = store.list(prefix, { limit: TOLD_AT_ONCE, ...(after !== undefined && { after }) });
      if (entries.length > 0) onSightings(entries.map((entry) => EntrySighting.ofEntry(prefix, entry, decoded)));
      if (more === 0) return;
      after = entries.at(-1)?.key;
      await new Promise((resolve) => setImmediate(resolve));
      if (signal.aborted) return;
    }
  }

  async create(resource: GroupResource, object: KubeObject): Promise<StoredObject> {
    const context = this.#context(resource, object.metadata.namespace, 'main');
    return asStored(await createObject(this.core, context, structuredClone(object)));
  }

  async update(
    resource: GroupResource,
    ref: ObjectRef,
    change: (object: KubeObject) => KubeObject | undefined,
    options: { readonly subresource?: 'status' | 'finalize' } = {},
  ): Promise<StoredObject | undefined> {
    const present = this.get(resource, ref);
    // Most looks at an object find it as it should be: that must not cost a write's way.
    if (present === undefined || change(structuredClone(present)) === undefined) return present;
    const context = this.#context(resource, ref.namespace, options.subresource ?? 'main');
    const apply = (current: () => KubeObject): KubeObject => change(current()) ?? current();
    try {
      const written = await updateObject(this.core, context, ref, apply, { replace: false });
      return written.outcome === 'deleted' ? undefined : asStored(written);
    } catch (error) {
      if (hasReason(error, 'NotFound')) return undefined;
      throw error;
    }
  }

  async delete(resource: GroupResource, ref: ObjectRef, options: Parameters<Objects['delete']>[2] = {}): Promise<void> {
    const { uid, resourceVersion, propagationPolicy, gracePeriodSeconds } = options;
    const preconditions = { ...(uid ? { uid } : {}), ...(resourceVersion ? { resourceVersion } : {}) };
    try {
      const context = this.#context(resource, ref.namespace, 'main');
      await deleteObject(this.core, context, ref, { propagationPolicy, gracePeriodSeconds, preconditions });
    } catch (error) {
      if (!hasReason(error, 'NotFound')) throw error;
    }
  }

  #context({ group, plural }: GroupResource, namespace: string | undefined, part: Part): WriteContext {
    const definition = this.core.catalog.definition(group, plural);
    const version = definition && versionOf(definition, definition.storageVersion);
    if (definition === undefined || version === undefined) throw notServed();
    return {
      served: { definition, version },
      namespace,
      identity: serverIdentity,
      part,
      dryRun: false,
      fieldManager: MANAGER,
      fieldValidation: 'Ignore',
      options: {},
      decoding: objectDecoding(),
      warnings: [],
      annotate: () => {},
    };
  }
}

function asStored({ value, revision }: Written): StoredObject {
  return decodeStored(value, revision ?? 0) as StoredObject;
}
