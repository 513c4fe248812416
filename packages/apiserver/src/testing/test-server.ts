import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FakeClock, silentLog } from '@drover/kit';
import { openMemoryStore, type Store } from '@drover/store';
import { type ApiServer, createApiServer } from '../server.js';
import type { ApiServerOptions } from '../server-options.js';

/** A server on a memory store, with a clock that stands still, that leaves nothing behind. */
export interface TestServer extends AsyncDisposable {
  readonly server: ApiServer;
  readonly store: Store;
  readonly clock: FakeClock;
  readonly dataDir: string;
}

/** Opens a test server; `options` replace what it would choose itself. */
export async function openTestServer(options: Partial<ApiServerOptions> = {}): Promise<TestServer> {
  const dataDir = mkdtempSync(join(tmpdir(), 'drover-apiserver-'));
  const clock = new FakeClock(Date.UTC(2026, 0, 1));
  const { store = openMemoryStore({ clock: options.clock ?? clock, log: silentLog }) } = options;
  const server = await createApiServer({
    store,
    clock,
    random: (length) => randomBytes(length),
    log: silentLog,
    dataDir,
    advertise: { host: '127.0.0.1', port: 6443 },
    ...options,
  });
  return {
    server,
    store,
    clock,
    dataDir,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await store[Symbol.asyncDispose]();
      rmSync(dataDir, { recursive: true });
    },
  };
}
