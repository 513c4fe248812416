import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { silentLog } from '@drover/kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ApiServer, createApiServer } from '../server.js';
import { ask, type Loose } from '../testing/ask.js';
import { openTestServer, type TestServer } from '../testing/test-server.js';

const RBAC = '/apis/rbac.authorization.k8s.io/v1';
const FACTS = resolve('../shared/data/kubernetes/default-rbac.json');
const AUTOUPDATE = 'rbac.authorization.kubernetes.io/autoupdate';
const PLURALS: Record<string, string> = {
  ClusterRole: 'clusterroles',
  ClusterRoleBinding: 'clusterrolebindings',
  Role: 'roles',
  RoleBinding: 'rolebindings',
};

interface Row {
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
  readonly [field: string]: unknown;
}

let test: TestServer;
beforeAll(async () => {
  test = await openTestServer();
});
afterAll(() => test[Symbol.asyncDispose]());

const get = async (path: string): Promise<Loose> => (await ask(test.server, 'GET', `${RBAC}/${path}`)).body;
const send = (method: string, path: string, body: object) =>
  ask(test.server, method, `${RBAC}/${path}`, body, { headers: { 'content-type': 'application/merge-patch+json' } });
/** The same store and keys, a new server: what a restart does. */
async function restart(): Promise<void> {
  const { store, clock, dataDir } = test;
  const options = { store, clock, random: (length: number) => randomBytes(length), log: silentLog, dataDir };
  const server: ApiServer = await createApiServer({ ...options, advertise: { host: '127.0.0.1', port: 6443 } });
  await server[Symbol.asyncDispose]();
}

describe('the default roles and bindings', () => {
  it.skipIf(!existsSync(FACTS))('are all those of a real cluster (needs ../shared)', async () => {
    const rows = JSON.parse(readFileSync(FACTS, 'utf8')) as Row[];
    for (const { kind, name, namespace, labels, ...wanted } of rows) {
      const place = namespace === undefined ? '' : `namespaces/${namespace}/`;
      const found = await get(`${place}${PLURALS[kind]}/${name}`);
      const { rules = [], aggregationRule, roleRef, subjects } = wanted;
      // An empty list is not there: Go writes it as null.
      const unordered = (list: unknown = []): string[] =>
        (list as unknown[]).map((item) => JSON.stringify(item)).sort();
      expect([name, found['metadata']?.['labels']]).toEqual([
        name,
        { 'kubernetes.io/bootstrapping': 'rbac-defaults', ...(labels as object) },
      ]);
      expect([name, found['roleRef'], found['aggregationRule']]).toEqual([name, roleRef, aggregationRule ?? undefined]);
      if (roleRef === undefined) expect([name, ...unordered(found['rules'])]).toEqual([name, ...unordered(rules)]);
      else expect([name, ...unordered(found['subjects'])]).toEqual([name, ...unordered(subjects ?? [])]);
    }
  });

  it('get back at a start what they lack, and keep what was added', async () => {
    const own = { verbs: ['get'], apiGroups: ['mine.io'], resources: ['things'] };
    await send('PATCH', 'clusterroles/system:public-info-viewer', { rules: [own], metadata: { labels: null } });
    await send('PATCH', 'clusterroles/view', {
      aggregationRule: { clusterRoleSelectors: [{ matchLabels: { a: 'b' } }] },
    });
    await send('PATCH', 'clusterrolebindings/system:discovery', { subjects: [{ kind: 'User', name: 'ann' }] });
    await restart();
    const viewer = await get('clusterroles/system:public-info-viewer');
    expect(viewer['metadata']?.['labels']).toEqual({ 'kubernetes.io/bootstrapping': 'rbac-defaults' });
    expect(JSON.stringify(viewer['rules'])).toMatch(/mine\.io.*healthz/);
    expect((await get('clusterroles/view'))['aggregationRule']?.['clusterRoleSelectors']).toHaveLength(2);
    const names = (await get('clusterrolebindings/system:discovery'))['subjects'] as unknown as { name: string }[];
    expect(names.map(({ name }) => name)).toEqual(['ann', 'system:authenticated']);
  });

  it('are made anew when they bind another role', async () => {
    const at = 'clusterrolebindings/system:basic-user';
    await send('DELETE', at, {});
    const roleRef = { kind: 'ClusterRole', name: 'view' };
    await send('POST', 'clusterrolebindings', { metadata: { name: 'system:basic-user' }, roleRef, subjects: [] });
    await restart();
    expect((await get(at))['roleRef']?.['name']).toBe('system:basic-user');
  });

  it('are left alone when they say so', async () => {
    const at = 'clusterroles/system:discovery';
    await send('PATCH', at, { rules: [], metadata: { annotations: { [AUTOUPDATE]: 'false' } } });
    await restart();
    expect((await get(at))['rules']).toEqual([]);
  });
});
