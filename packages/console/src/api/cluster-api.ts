import { type Kind, type KubeObject, type ObjectList, type ObjectRef, resourcePath, type Stored } from '@drover/api';
import type { Http } from './http.js';

/** Which Kubernetes API: the server's own, or an imported cluster's by its id. */
export type ClusterId = string;

/** The server's own Kubernetes API, where the fleet's objects live. */
export const LOCAL: ClusterId = 'local';

/** Where a cluster's Kubernetes API is mounted. */
export const clusterRoot = (cluster: ClusterId): string => `/k8s/clusters/${encodeURIComponent(cluster)}`;

/** What Steve calls the collection of a kind. */
export const collectionName = ({ group, plural }: Pick<Kind, 'group' | 'plural'>): string =>
  group === '' ? plural : `${group}.${plural}`;

/** The verbs of one cluster's Kubernetes API, as the signed-in user. Each throws what `Http.request` throws. */
export class ClusterApi {
  readonly #root: string;

  constructor(
    readonly http: Http,
    readonly cluster: ClusterId,
  ) {
    this.#root = clusterRoot(cluster);
  }

  async list<T extends KubeObject>(kind: Kind<T>, namespace?: string, signal?: AbortSignal): Promise<ObjectList<T>> {
    const answer = await this.http.request(
      this.#root + resourcePath(kind, { namespace }),
      signal === undefined ? {} : { signal },
    );
    return answer as ObjectList<T>;
  }

  /** What the user may see of a kind, as a collection of Steve. */
  async visible(kind: Kind, namespace?: string, signal?: AbortSignal): Promise<unknown> {
    const path = `${this.#root}/v1/${collectionName(kind)}${namespace === undefined ? '' : `/${namespace}`}`;
    return this.http.request(path, signal === undefined ? {} : { signal });
  }

  /** The kinds that the user may do anything with, as schemas of Steve. */
  async schemas(): Promise<unknown> {
    return this.http.request(`${this.#root}/v1/schemas`);
  }

  /** One of them, with where the user may use each verb; refused as not found when the user may do nothing with the kind. */
  async schema(kind: Pick<Kind, 'group' | 'plural'>): Promise<unknown> {
    return this.http.request(`${this.#root}/v1/schemas/${collectionName(kind)}`);
  }

  async get<T extends KubeObject>(kind: Kind<T>, { namespace, name }: ObjectRef): Promise<Stored<T>> {
    return (await this.http.request(this.#root + resourcePath(kind, { namespace, name }))) as Stored<T>;
  }

  async create<T extends KubeObject>(kind: Kind<T>, object: T): Promise<Stored<T>> {
    const path = resourcePath(kind, { namespace: object.metadata.namespace });
    return (await this.http.request(this.#root + path, { method: 'POST', body: object })) as Stored<T>;
  }

  /** Refused with Conflict unless `metadata.resourceVersion` is the newest. */
  async update<T extends KubeObject>(kind: Kind<T>, object: T): Promise<Stored<T>> {
    const { namespace, name = '' } = object.metadata;
    const path = resourcePath(kind, { namespace, name });
    return (await this.http.request(this.#root + path, { method: 'PUT', body: object })) as Stored<T>;
  }

  async mergePatch<T extends KubeObject>(kind: Kind<T>, { namespace, name }: ObjectRef, patch: object): Promise<void> {
    await this.http.request(this.#root + resourcePath(kind, { namespace, name }), {
      method: 'PATCH',
      body: patch,
      contentType: 'application/merge-patch+json',
    });
  }

  async delete(kind: Kind, { namespace, name }: ObjectRef): Promise<void> {
    await this.http.request(this.#root + resourcePath(kind, { namespace, name }), {
      method: 'DELETE',
      body: { kind: 'DeleteOptions', apiVersion: 'v1', propagationPolicy: 'Background' },
    });
  }

  /** PUT on a subresource that is an order: `start`, `stop`, `pause`. */
  async order(
    kind: Pick<Kind, 'group' | 'version' | 'plural'>,
    { namespace, name }: ObjectRef,
    verb: string,
    body: object = {},
  ): Promise<void> {
    const path = resourcePath(kind, { namespace, name, subresource: verb });
    await this.http.request(this.#root + path, { method: 'PUT', body });
  }

  /** The Kubernetes version the cluster answers with. */
  async version(): Promise<string> {
    const answer = await this.http.request(`${this.#root}/version`);
    return typeof answer === 'object' && answer !== null && 'gitVersion' in answer ? String(answer.gitVersion) : '';
  }
}
