import type { KubeObject, Stored } from '@drover/api';
import type { Clock } from '@drover/kit';
import type { LiveCollection } from './collection.js';
import type { LiveCollections } from './registry.js';

/** Longer than a server takes that is busy with something else. */
const PATIENCE_MS = 15_000;

/**
 * Resolves with the row of that key as soon as it is as `wanted`: what a controller of the server adds to an object that was just
 * made. Rejects with `otherwise` after fifteen seconds.
 */
export function untilRow<T extends KubeObject>(
  { collections, clock }: { readonly collections: LiveCollections; readonly clock: Clock },
  collection: LiveCollection<T>,
  key: string,
  wanted: (object: Stored<T>) => boolean,
  otherwise: string,
): Promise<Stored<T>> {
  return new Promise((resolve, reject) => {
    const look = (): void => {
      const row = collection.snapshot().rows.get(key);
      if (row === undefined || !wanted(row)) return;
      end();
      resolve(row);
    };
    const timer = clock.after(PATIENCE_MS, () => {
      end();
      reject(new Error(otherwise));
    });
    const stop = collections.listen(collection, look);
    const end = (): void => {
      timer[Symbol.dispose]();
      stop();
    };
    look();
  });
}
