import { fileURLToPath } from 'node:url';
import type { Identity } from '@drover/api';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { anonymous } from './auth/identity.js';
import { ask, type Loose, someone } from './testing/ask.js';
import { openTestServer, type TestServer } from './testing/test-server.js';

/** What a new cluster lets whom do: kept as a file, so that whatever becomes reachable shows up in review. */
const GOLDEN = fileURLToPath(new URL('../testdata/route-matrix.txt', import.meta.url));

const PATHS = [
  '/',
  '/.well-known/openid-configuration',
  '/api',
  '/apis',
  '/healthz',
  '/livez',
  '/metrics',
  '/openapi/v2',
  '/openapi/v3',
  '/openid/v1/jwks',
  '/readyz',
  '/version',
];

/** Who asks: nobody, somebody, an agent of a node, which has no right by being one, and holders of the default roles in one namespace. */
const ASKERS: readonly (readonly [string, Identity])[] = [
  ['anonymous', anonymous],
  ['authenticated', someone('someone')],
  [
    'service account',
    {
      ...someone('system:serviceaccount:other:sa'),
      groups: ['system:serviceaccounts', 'system:serviceaccounts:other', 'system:authenticated'],
    },
  ],
  ['node', someone('system:node:one', 'system:nodes')],
  ['view', someone('view')],
  ['edit', someone('edit')],
  ['admin', someone('admin')],
];

let test: TestServer;
beforeAll(async () => {
  test = await openTestServer();
  for (const role of ['view', 'edit', 'admin']) {
    await ask(test.server, 'POST', '/apis/rbac.authorization.k8s.io/v1/namespaces/default/rolebindings', {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: { name: role },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role },
      subjects: [{ kind: 'User', name: role }],
    });
  }
});
afterAll(() => test[Symbol.asyncDispose]());

async function may(identity: Identity, attributes: object): Promise<boolean> {
  const review = { apiVersion: 'authorization.k8s.io/v1', kind: 'SubjectAccessReview' };
  const spec = { user: identity.name, groups: identity.groups, resourceAttributes: attributes };
  const { body } = await ask(test.server, 'POST', '/apis/authorization.k8s.io/v1/subjectaccessreviews', {
    ...review,
    spec,
  });
  return Boolean(body['status']!['allowed']);
}

interface Resource {
  readonly name: string;
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
}

async function resources(): Promise<[group: string, resource: Resource][]> {
  const { body } = await ask(test.server, 'GET', '/apis');
  const groups = body['groups'] as unknown as { preferredVersion: { groupVersion: string } }[];
  const lists = ['/api/v1', ...groups.map(({ preferredVersion }) => `/apis/${preferredVersion.groupVersion}`)];
  const found: [string, Resource][] = [];
  for (const url of lists) {
    const list: { body: Loose } = await ask(test.server, 'GET', url);
    const group = url === '/api/v1' ? '' : (url.split('/')[2] ?? '');
    for (const resource of list.body['resources'] as unknown as Resource[]) found.push([group, resource]);
  }
  return found;
}

it('a new cluster lets everyone do what the matrix says, and no more', async () => {
  const lines: string[] = [];
  for (const path of PATHS) {
    const allowed: string[] = [];
    for (const [who, identity] of ASKERS) {
      const { status } = await ask(test.server, 'GET', path, undefined, { as: identity });
      if (status < 400) allowed.push(who);
    }
    lines.push(`GET ${path}: ${allowed.join(', ') || 'administrators'}`);
  }
  for (const [group, { name, namespaced, verbs }] of await resources()) {
    const [resource = '', ...subresource] = name.split('/');
    const place = namespaced ? { namespace: 'default' } : {};
    const granted: string[] = [];
    for (const [who, identity] of ASKERS) {
      const held: string[] = [];
      for (const verb of verbs) {
        const attributes = { verb, group, resource, subresource: subresource.join('/'), ...place };
        if (await may(identity, attributes)) held.push(verb);
      }
      if (held.length > 0) granted.push(`${who} ${held.length === verbs.length ? '*' : held.join(',')}`);
    }
    lines.push(`${group === '' ? 'core' : group} ${name}: ${granted.join(' | ') || 'administrators'}`);
  }
  await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot(GOLDEN);
});
