import { ApiError, isJsonObject, type Kind, type KubeObject } from '@drover/api';
import type { Client } from '@drover/client';
import type { Clock } from '@drover/kit';
import { readJson } from '../clusters/read-json.js';

/** Definitions come and go rarely; one that is not found is looked up again at once. */
const FRESH_MS = 60_000;
/** Clusters times API groups that are remembered. */
const REMEMBERED = 4_096;

/** Which kind a resource type means in a cluster, by that cluster's discovery. */
export class ResourceTypes {
  readonly #groups = new Map<string, { readonly until: number; readonly kinds: Promise<readonly Resource[]> }>();

  constructor(private readonly clock: Clock) {}

  /**
   * The kind of `kubevirt.io.virtualmachines`, `kubevirt.io.virtualmachine` or, in the core group, `nodes` or `node`.
   *
   * @throws ApiError NotFound when the cluster serves no such type.
   */
  async kind(cluster: string, client: Client, type: string): Promise<Kind<KubeObject>> {
    const at = type.lastIndexOf('.');
    const group = at < 0 ? '' : type.slice(0, at);
    const name = type.slice(at + 1).toLowerCase();
    if (!/^[a-z0-9.-]*$/.test(group) || !/^[a-z0-9-]+$/.test(name)) throw unknown(type);
    const resource = (await this.#resources(cluster, client, group)).find((each) => each.names.includes(name));
    if (resource === undefined) {
      this.#groups.delete(`${cluster} ${group}`);
      throw unknown(type);
    }
    return resource.kind;
  }

  #resources(cluster: string, client: Client, group: string): Promise<readonly Resource[]> {
    const key = `${cluster} ${group}`;
    const known = this.#groups.get(key);
    if (known !== undefined && known.until > this.clock.now()) return known.kinds;
    const kinds = discover(client, group);
    if (this.#groups.size >= REMEMBERED) this.#groups.clear();
    this.#groups.set(key, { until: this.clock.now() + FRESH_MS, kinds });
    kinds.catch(() => this.#groups.delete(key));
    return kinds;
  }
}

interface Resource {
  readonly names: readonly string[];
  readonly kind: Kind<KubeObject>;
}

async function discover(client: Client, group: string): Promise<readonly Resource[]> {
  const version = group === '' ? 'v1' : await preferredVersion(client, group);
  if (version === undefined) return [];
  const document = await readJson(client, group === '' ? '/api/v1' : `/apis/${group}/${version}`);
  const resources = isJsonObject(document) ? document['resources'] : undefined;
  if (!Array.isArray(resources)) return [];
  return resources.flatMap((resource: unknown) => {
    if (!isJsonObject(resource)) return [];
    const { name, singularName, kind, namespaced } = resource;
    if (typeof name !== 'string' || typeof kind !== 'string' || name.includes('/')) return [];
    const names = [name, kind.toLowerCase(), ...(typeof singularName === 'string' ? [singularName] : [])];
    return [{ names, kind: { group, version, kind, plural: name, namespaced: namespaced === true } }];
  });
}

async function preferredVersion(client: Client, group: string): Promise<string | undefined> {
  const document = await readJson(client, `/apis/${group}`);
  const preferred = isJsonObject(document) ? document['preferredVersion'] : undefined;
  const version = isJsonObject(preferred) ? preferred['version'] : undefined;
  return typeof version === 'string' ? version : undefined;
}

const unknown = (type: string): ApiError => new ApiError('NotFound', `failed to find schema ${type}`);
