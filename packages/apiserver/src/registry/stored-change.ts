import { type KubeObject, notFound, type ObjectRef } from '@drover/api';
import { RevisionConflict } from '@drover/store';
import type { ResourceDefinition } from '../catalog/definition.js';
import { collectionPrefix, objectKey } from '../storage/key.js';
import { decodeStored, encodeStored } from '../storage/rendering.js';
import type { Core } from './core.js';
import { refusalOf } from './refusal.js';

/** Attempts of a change that loses against another process of the same store. */
const ATTEMPTS = 8;

/**
 * Changes a stored object as the server itself does: admission is not asked, and nobody is noted as a manager. `change` is given
 * the present object, refuses by throwing, and may have to do it again. A dry run ends before anything is stored. The result has
 * the resourceVersion that the object is at then.
 *
 * @throws ApiError NotFound, and as a store refuses.
 */
export function changeStored(
  { lock, store }: Core,
  definition: ResourceDefinition,
  ref: ObjectRef,
  dryRun: boolean,
  change: (object: KubeObject) => void,
): Promise<KubeObject> {
  const key = objectKey(collectionPrefix(definition), ref);
  return lock.run(key, async () => {
    for (let attempt = 1; ; attempt++) {
      const entry = store.get(key);
      if (entry === undefined) throw notFound(definition, ref.name);
      const object = decodeStored(entry.value, entry.revision);
      change(object);
      if (dryRun) return object;
      try {
        const { revision } = await store.update(key, encodeStored(object, object.apiVersion), entry.revision);
        object.metadata.resourceVersion = String(revision);
        return object;
      } catch (error) {
        if (!(error instanceof RevisionConflict) || attempt === ATTEMPTS) throw refusalOf(error, definition, ref.name);
      }
    }
  });
}
