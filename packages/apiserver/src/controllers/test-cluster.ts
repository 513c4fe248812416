import type { KubeObject, Stored } from '@drover/api';
import type { FakeClock } from '@drover/kit';
import type { Store } from '@drover/store';
import type { ApiServer } from '../server.js';
import { ask } from '../testing/ask.js';
import { openTestServer, type TestServer } from '../testing/test-server.js';

/** Turns of the event loop without a write after which the controllers have nothing left to do. */
const QUIET_TURNS = 50;

/** Any object, as tests look at it. */
export type AnyObject = Stored<KubeObject> & Record<string, unknown>;

/** A whole API server in this process, on a memory store and a clock that stands still, spoken to by HTTP verbs. */
export class TestCluster implements AsyncDisposable {
  private constructor(readonly test: TestServer) {}

  /** With what another server left in `store`, which is closed with the cluster; by default with an empty one. */
  static async open(store?: Store): Promise<TestCluster> {
    return new TestCluster(await openTestServer(store && { store }));
  }

  get server(): ApiServer {
    return this.test.server;
  }

  get store(): Store {
    return this.test.store;
  }

  get clock(): FakeClock {
    return this.test.clock;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.test[Symbol.asyncDispose]();
  }

  /** The object at `path`; `undefined` when it is not there. @throws Error for any other refusal. */
  async get(path: string): Promise<AnyObject | undefined> {
    const { status, text } = await ask(this.server, 'GET', path);
    if (status === 404) return undefined;
    if (status !== 200) throw new Error(`GET ${path}: ${status} ${text}`);
    return JSON.parse(text) as AnyObject;
  }

  create(path: string, object: KubeObject & Record<string, unknown>): Promise<AnyObject> {
    return this.#write('POST', path, object);
  }

  merge(path: string, patch: Record<string, unknown>): Promise<AnyObject> {
    return this.#write('PATCH', path, patch, 'application/merge-patch+json');
  }

  delete(path: string, options: Record<string, unknown> = {}): Promise<AnyObject> {
    return this.#write('DELETE', path, { apiVersion: 'v1', kind: 'DeleteOptions', ...options });
  }

  /** Resolves as soon as `wanted` holds: asked now and after each write to the store. */
  async until(wanted: () => Promise<boolean>): Promise<void> {
    for (let revision = this.store.revision; !(await wanted()); revision = this.store.revision) {
      await new Promise<void>((resolve) => {
        const watch = new AbortController();
        const stop = (): void => {
          watch.abort();
          resolve();
        };
        this.store.watch('', revision, stop, watch.signal);
        if (this.store.revision > revision) stop();
      });
    }
  }

  /** Resolves when the object at `path` is there, or not. */
  async untilThere(path: string, there = true): Promise<void> {
    await this.until(async () => ((await this.get(path)) !== undefined) === there);
  }

  /** Resolves when nothing is written any more: whatever the controllers would do, they have done. */
  async quiet(): Promise<void> {
    for (let revision = this.store.revision, turns = 0; turns < QUIET_TURNS; turns += 1) {
      await new Promise((resolve) => setImmediate(resolve));
      if (this.store.revision !== revision) turns = 0;
      revision = this.store.revision;
    }
  }

  async #write(method: string, path: string, document: object, type = 'application/json'): Promise<AnyObject> {
    const { status, text } = await ask(this.server, method, path, document, { headers: { 'content-type': type } });
    if (status >= 300) throw new Error(`${method} ${path}: ${status} ${text}`);
    return JSON.parse(text) as AnyObject;
  }
}

/** A ConfigMap, as the plainest object there is. */
export function configMap(
  name: string,
  metadata: Partial<KubeObject['metadata']> = {},
): KubeObject & Record<string, unknown> {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, ...metadata }, data: {} };
}
