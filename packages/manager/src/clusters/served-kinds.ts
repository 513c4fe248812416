import { isJsonObject, type Kind, type KubeObject } from '@drover/api';
import type { Client } from '@drover/client';
import type { Clock } from '@drover/kit';
import { readJson } from './read-json.js';

/** A kind that a cluster serves, in the version it prefers, and what can be done with its objects. */
export interface ServedKind {
  readonly kind: Kind<KubeObject>;
  readonly verbs: readonly string[];
}

/** Definitions come and go rarely. */
const FRESH_MS = 60_000;
/** Clusters of which it is remembered. */
const REMEMBERED = 256;
/** apidiscovery.k8s.io, as kubectl asks for it: everything at two paths. */
const AGGREGATED = ['v2', 'v2beta1']
  .map((version) => `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`)
  .join(',');

/** Every kind that each cluster serves, by its aggregated discovery (Kubernetes 1.26 and later). */
export class ServedKinds {
  readonly #known = new Map<string, { readonly until: number; readonly kinds: Promise<readonly ServedKind[]> }>();

  constructor(private readonly clock: Clock) {}

  /** `client` may be anybody's: everybody sees the same. */
  of(cluster: string, client: Client): Promise<readonly ServedKind[]> {
    const known = this.#known.get(cluster);
    if (known !== undefined && known.until > this.clock.now()) return known.kinds;
    const kinds = Promise.all(['/api', '/apis'].map((path) => readJson(client, path, { accept: AGGREGATED }))).then(
      (documents) => documents.flatMap(kindsIn),
    );
    if (this.#known.size >= REMEMBERED) this.#known.clear();
    this.#known.set(cluster, { until: this.clock.now() + FRESH_MS, kinds });
    kinds.catch(() => this.#known.delete(cluster));
    return kinds;
  }
}

function kindsIn(document: unknown): ServedKind[] {
  return objectsIn(document, 'items').flatMap((item) => {
    const group = isJsonObject(item['metadata']) ? String(item['metadata']['name'] ?? '') : '';
    const found = new Map<string, ServedKind>();
    // The version that the cluster prefers stands first; what only another one has is taken from there.
    for (const { version, ...rest } of objectsIn(item, 'versions')) {
      for (const resource of objectsIn(rest, 'resources')) {
        const { resource: plural, responseKind, scope, verbs } = resource;
        const kind = isJsonObject(responseKind) ? responseKind['kind'] : undefined;
        if (typeof plural !== 'string' || typeof kind !== 'string' || found.has(plural)) continue;
        if (!Array.isArray(verbs) || typeof version !== 'string') continue;
        found.set(plural, {
          kind: { group, version, kind, plural, namespaced: scope === 'Namespaced' },
          verbs: verbs.map(String),
        });
      }
    }
    return [...found.values()];
  });
}

function objectsIn(document: unknown, field: string): Record<string, unknown>[] {
  const list = isJsonObject(document) ? document[field] : undefined;
  return Array.isArray(list) ? list.filter(isJsonObject) : [];
}
