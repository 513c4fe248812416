import type { KubeObject } from '@drover/api';
import type { Entry } from '@drover/store';
import type { VersionDefinition } from '../catalog/definition.js';
import { decodeStored } from '../storage/rendering.js';

/** The little of an object that selectors ask about. */
export interface Facets {
  readonly labels: Readonly<Record<string, string>>;
  readonly fields: Readonly<Record<string, string>>;
}

/**
 * Labels and selectable fields of stored entries, each read once for as long as the store holds the entry: so a selector over
 * ten thousand objects parses them the first time only.
 */
export class FacetIndex {
  readonly #known = new WeakMap<Entry, Facets & { readonly version: VersionDefinition }>();

  of(entry: Entry, version: VersionDefinition): Facets {
    const known = this.#known.get(entry);
    if (known?.version === version) return known;
    const facets = { version, ...facetsOf(converted(version, decodeStored(entry.value, entry.revision)), version) };
    this.#known.set(entry, facets);
    return facets;
  }
}

function converted({ convert }: VersionDefinition, stored: KubeObject): KubeObject {
  return convert?.fromStored(stored) ?? stored;
}

/** The facets of an object. */
export function facetsOf(object: KubeObject, version: VersionDefinition): Facets {
  const { name = '', namespace = '', labels = {} } = object.metadata;
  const fields: Record<string, string> = { 'metadata.name': name, 'metadata.namespace': namespace };
  for (const { path, read } of version.selectableFields) fields[path] = read(object);
  return { labels, fields };
}
