import type { ResourceDefinition, Served } from './definition.js';
import { versionOf } from './definition.js';

/** A kind that can be listed and watched now, in the version it is stored in. */
export interface ServedResource {
  readonly group: string;
  readonly plural: string;
  readonly kind: string;
  readonly version: string;
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
}

/** What is served now: the built-in kinds, and those that CustomResourceDefinitions add and take away. */
export interface Catalog {
  resources(): readonly ServedResource[];
  /** The kind an object or owner reference names. */
  byKind(apiVersion: string, kind: string): ServedResource | undefined;
  /** Calls `onChange` after each change of what is served. */
  subscribe(onChange: () => void): Disposable;
}

/** The catalogue, with what the core needs of it. */
export class ResourceCatalog implements Catalog {
  readonly #builtin: readonly ResourceDefinition[];
  #definitions = new Map<string, ResourceDefinition>();
  readonly #subscribers = new Set<() => void>();
  #version = 0;

  /** `builtin` are always served, and win over later definitions of the same name. */
  constructor(builtin: readonly ResourceDefinition[]) {
    this.#builtin = builtin;
    this.replace([]);
  }

  /** Grows with each change: what was derived from the catalogue is good while it stays. */
  get version(): number {
    return this.#version;
  }

  definitions(): readonly ResourceDefinition[] {
    return [...this.#definitions.values()];
  }

  definition(group: string, plural: string): ResourceDefinition | undefined {
    return this.#definitions.get(`${group}/${plural}`);
  }

  /** What a request to `/apis/GROUP/VERSION/PLURAL` is about, if that is served. */
  served(group: string, version: string, plural: string): Served | undefined {
    const definition = this.definition(group, plural);
    const found = definition && versionOf(definition, version);
    return definition && found?.served ? { definition, version: found } : undefined;
  }

  /** Whether any kind is served in a group version. */
  serves(group: string, version: string): boolean {
    return this.definitions().some(
      (definition) => definition.group === group && versionOf(definition, version)?.served === true,
    );
  }

  /** Serves the built-in kinds and `definitions`, and nothing else. */
  replace(definitions: readonly ResourceDefinition[]): void {
    const next = new Map<string, ResourceDefinition>();
    for (const definition of [...this.#builtin, ...definitions]) {
      const key = `${definition.group}/${definition.plural}`;
      if (!next.has(key)) next.set(key, definition);
    }
    this.#definitions = next;
    this.#version += 1;
    for (const onChange of [...this.#subscribers]) onChange();
  }

  resources(): readonly ServedResource[] {
    return this.definitions()
      .filter(({ verbs }) => verbs.includes('list') && verbs.includes('watch'))
      .map(asServed);
  }

  byKind(apiVersion: string, kind: string): ServedResource | undefined {
    const [group, version] = splitApiVersion(apiVersion);
    const found = this.definitions().find(
      (definition) =>
        definition.kind === kind && definition.group === group && versionOf(definition, version)?.served === true,
    );
    return found && asServed(found);
  }

  subscribe(onChange: () => void): Disposable {
    this.#subscribers.add(onChange);
    return { [Symbol.dispose]: () => this.#subscribers.delete(onChange) };
  }
}

/** "apps/v1" → ["apps", "v1"], "v1" → ["", "v1"]. */
export function splitApiVersion(apiVersion: string): [group: string, version: string] {
  const slash = apiVersion.lastIndexOf('/');
  return slash < 0 ? ['', apiVersion] : [apiVersion.slice(0, slash), apiVersion.slice(slash + 1)];
}

function asServed({ group, plural, kind, storageVersion, namespaced, verbs }: ResourceDefinition): ServedResource {
  return { group, plural, kind, version: storageVersion, namespaced, verbs };
}
