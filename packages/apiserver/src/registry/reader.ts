import type { KubeObject, ObjectRef } from '@drover/api';
import type { Store } from '@drover/store';
import type { ObjectReader } from '../catalog/strategy.js';
import type { DecodedObjects } from '../storage/decoded.js';
import { collectionPrefix, namespacePrefix, objectKey, UnsafeKey } from '../storage/key.js';

interface Resource {
  readonly group: string;
  readonly plural: string;
}

/** Synchronous reads of stored objects. What it hands out is shared: copy before changing. */
export class StoreReader implements ObjectReader {
  constructor(
    readonly store: Store,
    readonly decoded: DecodedObjects,
  ) {}

  get(resource: Resource, ref: ObjectRef): KubeObject | undefined {
    try {
      const entry = this.store.get(objectKey(collectionPrefix(resource), ref));
      return entry && this.decoded.get(entry);
    } catch (error) {
      // A name that cannot be stored names nothing.
      if (error instanceof UnsafeKey) return undefined;
      throw error;
    }
  }

  list(resource: Resource, namespace?: string): readonly KubeObject[] {
    const collection = collectionPrefix(resource);
    const prefix = namespace === undefined ? collection : namespacePrefix(collection, namespace);
    return this.store.list(prefix).entries.map((entry) => this.decoded.get(entry));
  }
}
