import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Identity, KubeObject, Stored } from '@drover/api';
import { FakeClock, silentLog } from '@drover/kit';
import { openMemoryStore, type Store } from '@drover/store';
import { type ApiServer, createApiServer } from '../server.js';

const ADMIN: Identity = { name: 'system:admin', groups: ['system:masters'], extra: {} };
/** Turns of the event loop without a write after which the controllers have nothing left to do. */
const QUIET_TURNS = 50;

/** Any object, as tests look at it. */
export type AnyObject = Stored<KubeObject> & Record<string, unknown>;

/** A whole API server in this process, on a memory store and a clock that stands still, spoken to by HTTP verbs. */
export class TestCluster implements AsyncDisposable {
  private constructor(
    readonly server: ApiServer,
    readonly store: Store,
    readonly clock: FakeClock,
    readonly dir: string,
  ) {}

  static async open(): Promise<TestCluster> {
    const dir = mkdtempSync(join(tmpdir(), 'drover-cluster-'));
    const clock = new FakeClock(Date.UTC(2026, 0, 1));
    const store = openMemoryStore({ clock, log: silentLog });
    const random = (length: number): Uint8Array => randomBytes(length);
    const advertise = { host: '127.0.0.1', port: 6443 };
    const server = await createApiServer({ store, clock, random, log: silentLog, dataDir: dir, advertise });
    return new TestCluster(server, store, clock, dir);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server[Symbol.asyncDispose]();
    await this.store[Symbol.asyncDispose]();
    rmSync(this.dir, { recursive: true });
  }

  /** The object at `path`; `undefined` when it is not there. @throws Error for any other refusal. */
  async get(path: string): Promise<AnyObject | undefined> {
    const { status, body } = await this.#send('GET', path);
    if (status === 404) return undefined;
    if (status !== 200) throw new Error(`GET ${path}: ${status} ${JSON.stringify(body)}`);
    return body;
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

  async #write(method: string, path: string, document: unknown, type = 'application/json'): Promise<AnyObject> {
    const { status, body } = await this.#send(method, path, document, type);
    if (status >= 300) throw new Error(`${method} ${path}: ${status} ${JSON.stringify(body)}`);
    return body;
  }

  async #send(
    method: string,
    url: string,
    document?: unknown,
    type = 'application/json',
  ): Promise<{ status: number; body: AnyObject }> {
    const headers = { accept: 'application/json', ...(document === undefined ? {} : { 'content-type': type }) };
    const bytes = document === undefined ? [] : [Buffer.from(JSON.stringify(document))];
    const request = { method, url, headers, body: chunks(bytes), signal: new AbortController().signal };
    const response = await this.server.handle(request, ADMIN);
    const parts: Uint8Array[] = [];
    for await (const part of response.body instanceof Uint8Array ? [response.body] : response.body) parts.push(part);
    return { status: response.status, body: JSON.parse(Buffer.concat(parts).toString()) as AnyObject };
  }
}

async function* chunks(bytes: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* bytes;
}

/** A ConfigMap, as the plainest object there is. */
export function configMap(
  name: string,
  metadata: Partial<KubeObject['metadata']> = {},
): KubeObject & Record<string, unknown> {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, ...metadata }, data: {} };
}
