import type { Log } from '@drover/kit';
import type { Change, Entry, Store } from '@drover/store';
import type { ResourceCatalog } from '../catalog/catalog.js';
import type { ResourceDefinition } from '../catalog/definition.js';
import { collectionPrefix } from '../storage/key.js';
import { decodeStored } from '../storage/rendering.js';
import { customResource } from './custom-resource.js';
import { isEstablished } from './definition-status.js';
import type { ConversionParts } from './webhook-conversion.js';

/**
 * Keeps the catalogue to what the stored CustomResourceDefinitions say, in the moment a change becomes visible: whoever was
 * told that a definition is stored can use its kind.
 */
export function followDefinitions(
  store: Store,
  catalog: ResourceCatalog,
  conversion: ConversionParts,
  log: Log,
  signal: AbortSignal,
): void {
  const prefix = collectionPrefix({ group: 'apiextensions.k8s.io', plural: 'customresourcedefinitions' });
  const served = new Map<string, ResourceDefinition>();
  const generations = new Map<string, string>();
  const take = (entry: Entry): void => {
    try {
      const object = decodeStored(entry.value, entry.revision);
      const { uid, generation, deletionTimestamp } = object.metadata;
      const established = isEstablished(object);
      // A change of status alone leaves the kind, and the schema that may have been opened for it, as they are.
      const known = `${uid} ${generation} ${deletionTimestamp} ${established}`;
      if (generations.get(entry.key) === known) return;
      generations.set(entry.key, known);
      served.delete(entry.key);
      if (established) served.set(entry.key, customResource(entry, conversion));
    } catch (error) {
      // Written by an older version of the rules; the other kinds must not suffer from it.
      log.error('a stored definition cannot be served', { key: entry.key, error });
    }
  };
  const page = store.list(prefix);
  for (const entry of page.entries) take(entry);
  catalog.replace([...served.values()]);
  const onChanges = (changes: readonly Change[]): void => {
    for (const change of changes) {
      if (change.type === 'put') take(change.entry);
      else {
        served.delete(change.key);
        generations.delete(change.key);
      }
    }
    catalog.replace([...served.values()]);
  };
  store.watch(prefix, page.revision, onChanges, signal);
}
