import { mkdir, readdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { configMaps, namespaces } from '@drover/api';
import type { Client } from '@drover/client';
import { type AckedWrite, checkRevisionsGrow } from '@drover/store/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DroverProcess, type ReadyLine } from '../drover-process.js';
import { kubeconfigClient } from '../lab.js';
import { temporaryDirectory } from '../temporary.js';

/** Makes ConfigMaps through the API and keeps what was acknowledged. */
class Writer {
  readonly writes: AckedWrite[] = [];
  #events = 0;

  async create(client: Client, name: string): Promise<void> {
    const called = this.#events++;
    const metadata = { name, namespace: 'default' };
    const { metadata: made } = await client.create(configMaps, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata,
      data: { name },
    });
    const revision = Number(made.resourceVersion);
    this.writes.push({ type: 'put', key: name, revision, expected: undefined, called, answered: this.#events++ });
  }

  get newest(): number {
    return Math.max(...this.writes.map(({ revision }) => revision));
  }
}

const run = async (...args: string[]): Promise<{ code: number | null; told: string }> => {
  await using drover = new DroverProcess(args);
  const { code } = await drover.ended;
  return { code, told: drover.told };
};

describe('a server that is backed up while it serves, and restored', () => {
  const closing: AsyncDisposable[] = [];
  const writer = new Writer();
  let data: string;
  let backup: string;
  let server: DroverProcess;
  let ready: ReadyLine;
  let client: Client;

  const start = async (): Promise<void> => {
    server = new DroverProcess(['server', '--data-dir', data, '--listen', '127.0.0.1:0']);
    closing.push(server);
    ready = await server.ready('server');
    client = await kubeconfigClient(ready.kubeconfig);
  };
  const restore = (from: string, ...flags: string[]) =>
    run('server', 'restore', '--data-dir', data, '--from', from, ...flags);
  const names = async (): Promise<string[]> =>
    (await client.list(configMaps, { namespace: 'default' })).items.map(({ metadata }) => metadata.name);

  beforeAll(async () => {
    const directory = await temporaryDirectory();
    closing.push(directory);
    // Longer than a socket's address: the command finds the server all the same.
    data = join(directory.path, 'd'.repeat(120));
    await mkdir(data);
    backup = join(directory.path, 'backup');
    await start();
    for (const name of ['first', 'second']) await writer.create(client, name);
  });
  afterAll(async () => {
    for (const one of closing.reverse()) await one[Symbol.asyncDispose]();
  });

  it('writes a file for its owner alone while others write, and not over one that is there', async () => {
    const stop = new AbortController();
    const writing = (async () => {
      for (let turn = 0; !stop.signal.aborted; turn += 1) await writer.create(client, `meanwhile-${turn}`);
    })();
    expect(await run('server', 'backup', '--data-dir', data, '--output', backup)).toMatchObject({ code: 0 });
    stop.abort();
    await writing;
    await writer.create(client, 'after');
    expect((await stat(backup)).mode & 0o777).toBe(0o600);
    const again = await run('server', 'backup', '--data-dir', data, '--output', backup);
    expect(again).toMatchObject({ code: 2, told: expect.stringContaining('is there already') });
  });

  it('is not put aside by accident, while it runs, or for a file that is damaged', async () => {
    expect(await restore(backup)).toMatchObject({ code: 2, told: expect.stringContaining('--force') });
    expect(await restore(backup, '--force')).toMatchObject({ code: 3 });
    const damaged = `${backup}.damaged`;
    const bytes = await readFile(backup);
    await writeFile(damaged, bytes.subarray(0, bytes.byteLength - 1));
    await server.stop();
    expect(await restore(damaged, '--force')).toMatchObject({ code: 1, told: expect.stringContaining('damaged') });
    expect(await readdir(data)).toEqual(['server']);
    await start();
    expect(await names()).toContain('after');
  });

  it('is as it was, for the clients that trust it too, and gives out no revision that was ever seen', async () => {
    const authority = await readFile(ready.caFile, 'utf8');
    const frontProxy = await readFile(join(data, 'server/front-proxy/ca.pem'), 'utf8');
    const first = await client.get(configMaps, { name: 'first', namespace: 'default' });
    const lost = writer.newest;
    await server.stop();
    expect(await restore(backup, '--force')).toMatchObject({ code: 0 });
    await start();
    expect(await readFile(ready.caFile, 'utf8')).toBe(authority);
    expect(await readFile(join(data, 'server/front-proxy/ca.pem'), 'utf8')).toBe(frontProxy);
    expect(await client.get(configMaps, { name: 'first', namespace: 'default' })).toEqual(first);
    expect(await names()).not.toContain('after');
    const watch = client.watch(configMaps, { resourceVersion: String(lost) })[Symbol.asyncIterator]();
    await expect(watch.next()).rejects.toMatchObject({ code: 410 });
    for (const name of ['after', 'restored']) await writer.create(client, name);
    checkRevisionsGrow(writer.writes);
  });

  it('keeps what was put aside', async () => {
    const aside = (await readdir(data)).filter((name) => name.startsWith('server.'));
    expect(aside).toHaveLength(1);
    expect(await readdir(join(data, aside[0] as string))).toContain('store.db');
  });

  it('is the restored one when the restore was killed after it had put the former one aside', async () => {
    await server.stop();
    await rename(join(data, 'server'), join(data, 'server.restored'));
    await start();
    expect(await names()).toContain('restored');
    expect(await readdir(data)).not.toContain('server.restored');
  });

  it('can be backed up when it does not run, and be restored where nothing is', async () => {
    await server.stop();
    const second = `${backup}.2`;
    expect(await run('server', 'backup', '--data-dir', data, '--output', second)).toMatchObject({ code: 0 });
    data = `${data}-2`;
    expect(await restore(second)).toMatchObject({ code: 0 });
    await start();
    expect(await names()).toContain('restored');
    expect((await client.list(namespaces)).items.length).toBeGreaterThan(3);
    await writer.create(client, 'elsewhere');
    checkRevisionsGrow(writer.writes);
  });

  it('has no file of which nobody has said whether it belongs to a backup', async () => {
    const kept = [
      'admin-token',
      'bootstrap-password',
      'ca.pem',
      'front-proxy',
      'front-proxy/ca.pem',
      'service-account.key',
    ];
    const storeFiles = ['store.db', 'store.db-wal'];
    const madeAtStart = ['ca.crt', 'control.sock', 'kubeconfig.yaml'];
    const putAside = ['management-audit.log'];
    const found = await readdir(join(data, 'server'), { recursive: true });
    expect(found.sort()).toEqual([...kept, ...storeFiles, ...madeAtStart, ...putAside].sort());
  });

  it('is refused by name for a lab, and where there is no server', async () => {
    const lab = await run('lab', 'backup', '--output', backup);
    expect(lab).toMatchObject({ code: 2, told: expect.stringContaining('a lab is not backed up') });
    const nowhere = await run('server', 'backup', '--data-dir', `${data}-3`, '--output', `${backup}.3`);
    expect(nowhere).toMatchObject({ code: 2, told: expect.stringContaining('holds no server’s state') });
  });
});
