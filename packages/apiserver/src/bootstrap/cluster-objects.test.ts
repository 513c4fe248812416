import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FakeClock, silentLog } from '@drover/kit';
import { openMemoryStore } from '@drover/store';
import { describe, expect, it } from 'vitest';
import { type ApiServer, createApiServer } from '../server.js';
import { type Answer, ask } from '../testing/ask.js';

const ROLES = '/apis/rbac.authorization.k8s.io/v1/clusterroles';
const merge = { headers: { 'content-type': 'application/merge-patch+json' } };
const patch = (server: ApiServer, name: string, body: object): Promise<Answer> =>
  ask(server, 'PATCH', `${ROLES}/${name}`, body, merge);
const rules = async (server: ApiServer, name: string): Promise<string> =>
  JSON.stringify((await ask(server, 'GET', `${ROLES}/${name}`)).body['rules']);

describe('a start', () => {
  it('makes what each cluster has, and on the next one adds what is missing without taking anything away', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'drover-start-'));
    const clock = new FakeClock(Date.UTC(2026, 0, 1));
    await using store = openMemoryStore({ clock, log: silentLog });
    const random = (length: number): Uint8Array => randomBytes(length);
    const open = (): Promise<ApiServer> =>
      createApiServer({ store, clock, random, log: silentLog, dataDir, advertise: { host: '10.0.0.1', port: 6443 } });
    const own = { verbs: ['get'], apiGroups: ['mine.io'], resources: ['things'] };
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
      await patch(server, 'system:public-info-viewer', { rules: [own] });
      await patch(server, 'system:basic-user', {
        rules: [own],
        metadata: { annotations: { 'rbac.authorization.kubernetes.io/autoupdate': 'false' } },
      });
    }
    const before = store.revision;
    {
      await using server = await open();
      const viewer = await rules(server, 'system:public-info-viewer');
      expect([viewer.includes('mine.io'), viewer.includes('/healthz')]).toEqual([true, true]);
      expect(await rules(server, 'system:basic-user')).toBe(JSON.stringify([own]));
    }
    expect(store.revision - before).toBeLessThan(3);
    rmSync(dataDir, { recursive: true });
  });
});
