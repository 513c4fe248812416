import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FakeClock, silentLog } from '@drover/kit';
import { openMemoryStore } from '@drover/store';
import { describe, expect, it } from 'vitest';
import { type ApiServer, createApiServer } from '../server.js';
import { ask } from '../testing/ask.js';

const DISCOVERY = '/apis/discovery.k8s.io/v1';

describe('a start', () => {
  it('makes what each cluster has, and next to nothing on the next one', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'drover-start-'));
    const clock = new FakeClock(Date.UTC(2026, 0, 1));
    await using store = openMemoryStore({ clock, log: silentLog });
    const random = (length: number): Uint8Array => randomBytes(length);
    const open = (): Promise<ApiServer> =>
      createApiServer({ store, clock, random, log: silentLog, dataDir, advertise: { host: '10.0.0.1', port: 6443 } });
    {
      await using server = await open();
      const names = (await ask(server, 'GET', '/api/v1/namespaces')).body['items'] as unknown as {
        metadata: { name: string };
      }[];
      expect(names.map(({ metadata }) => metadata.name)).toEqual([
        'default',
        'kube-node-lease',
        'kube-public',
        'kube-system',
      ]);
      const endpoints = await ask(server, 'GET', '/api/v1/namespaces/default/endpoints/kubernetes');
      expect(endpoints.body['subsets']).toMatchObject([{ addresses: [{ ip: '10.0.0.1' }], ports: [{ port: 6443 }] }]);
      const slice = await ask(server, 'GET', `${DISCOVERY}/namespaces/default/endpointslices/kubernetes`);
      expect(slice.body).toMatchObject({ addressType: 'IPv4', endpoints: [{ addresses: ['10.0.0.1'] }] });
      const classes = await ask(server, 'GET', '/apis/scheduling.k8s.io/v1/priorityclasses');
      expect(JSON.stringify(classes.body)).toMatch(/system-cluster-critical.*system-node-critical/);
    }
    const before = store.revision;
    {
      await using _server = await open();
    }
    expect(store.revision - before).toBeLessThan(3);
    rmSync(dataDir, { recursive: true });
  });
});
