import { once } from 'node:events';
import { connect } from 'node:net';
import { clusterRegistrationTokens, managementTokens, secrets, users } from '@drover/api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Route } from './front/route.js';
import { type Installation, startInstallation } from './testing/installation.js';

let drover: Installation;
let first: string;
beforeAll(async () => {
  drover = await startInstallation();
  first = (await drover.client.list(users)).items[0]?.metadata.name ?? '';
  await drover.user({ name: 'u-plain', username: 'plain' });
  await drover.user({ name: 'user-admin', username: 'boss' });
});
afterAll(() => drover[Symbol.asyncDispose]());

/** Who asks, and with which token, each time a new one: some requests end theirs. */
const ROLES: Record<string, () => Promise<string | undefined>> = {
  anonymous: async () => undefined,
  'wrong-key': async () => `${(await drover.token('user-admin')).split(':')[0]}:wrong`,
  'first-password': () => drover.token(first),
  user: () => drover.token('u-plain'),
  admin: () => drover.token('user-admin'),
  'foreign-bearer': async () => 'eyJhbGciOiJSUzI1NiJ9.e30.x',
};

const SAMPLES: Record<string, string> = {
  ':type': 'nodes',
  ':id': 'sample',
  ':cluster': 'local',
  ':file': 'x_c-m-abcd2345.yaml',
  ':namespace': 'ns',
  ':name': 'sample',
  '*': 'api',
};

function sampleOf({ path, action }: Pick<Route, 'path' | 'action'>): string {
  const filled = path.replace(/:\w+|\*/g, (name) => SAMPLES[name] ?? name);
  return action === undefined ? filled : `${filled}?action=${action}`;
}

it('every route answers every role as it was reviewed', async () => {
  const lines: string[] = [];
  for (const route of drover.manager.routes) {
    const method = route.method === 'ANY' ? 'GET' : route.method;
    const answers: string[] = [];
    for (const [role, token] of Object.entries(ROLES)) {
      const { status } = await drover.ask(method, sampleOf(route), {
        token: await token(),
        ...(method === 'POST' || method === 'PUT' ? { body: {} } : {}),
      });
      answers.push(`${role}=${status}`);
    }
    const action = route.action === undefined ? '' : `?action=${route.action}`;
    const why = route.access === 'open' ? ` (${route.because})` : '';
    lines.push(`${route.method} ${route.path}${action}\n  ${route.access}${why}\n  ${answers.join(' ')}`);
  }
  await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot(
    new URL('../testdata/route-matrix.txt', import.meta.url).pathname,
  );
});

it('the front page of the console is served, not redirected, with and without its last slash', async () => {
  for (const path of ['/dashboard', '/dashboard/', '/dashboard/c/local/vms']) {
    expect((await drover.ask('GET', path)).headers.location).toBeUndefined();
  }
  expect((await drover.ask('GET', '/', { headers: { accept: 'text/html' } })).headers.location).toBe('/dashboard/');
});

it('no answer to anybody but an administrator carries a secret', async () => {
  const CANARY = 'canary-of-a-secret';
  const { client } = drover;
  await client.create(secrets, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'u-seeded', namespace: 'cattle-local-user-passwords' },
    data: { password: CANARY, salt: CANARY },
  });
  await client.create(managementTokens, {
    apiVersion: 'management.cattle.io/v3',
    kind: 'Token',
    metadata: { name: 'token-seeded' },
    token: CANARY,
    userId: 'u-plain',
  });
  await client.create(clusterRegistrationTokens, {
    apiVersion: 'management.cattle.io/v3',
    kind: 'ClusterRegistrationToken',
    metadata: { name: 'seeded', namespace: 'c-m-abcd2345' },
    spec: { clusterName: 'c-m-abcd2345' },
  });
  await client.patch(
    clusterRegistrationTokens,
    { namespace: 'c-m-abcd2345', name: 'seeded' },
    { type: 'merge', patch: { status: { token: CANARY } } },
    { subresource: 'status' },
  );
  const types = [
    'clusters',
    'clusterregistrationtokens',
    'projects',
    'nodes',
    'settings',
    'users',
    'tokens',
    'principals',
  ];
  const ids = ['sample', 'seeded', 'c-m-abcd2345:seeded', 'token-seeded', 'u-plain', 'cacerts'];
  const paths = drover.manager.routes
    .filter(({ method }) => method === 'GET')
    .flatMap(({ path }) =>
      types.flatMap((type) =>
        ids.map((id) => sampleOf({ path: path.replace(':type', type).replace(/:id|:name/, id) })),
      ),
    );
  for (const role of ['anonymous', 'first-password', 'user'] as const) {
    const token = await ROLES[role]?.();
    for (const path of new Set(paths)) {
      const { text } = await drover.ask('GET', path, { token });
      expect([path, text.includes(CANARY)]).toEqual([path, false]);
    }
  }
});

describe('an upgrade at', () => {
  async function handshake(path: string, headers: Record<string, string>): Promise<number> {
    const socket = connect(drover.port, '127.0.0.1');
    socket.on('error', () => {});
    const fields = {
      Host: 'drover.example',
      Connection: 'Upgrade',
      Upgrade: 'websocket',
      'Sec-WebSocket-Version': '13',
      'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
      ...headers,
    };
    socket.write(
      `GET ${path} HTTP/1.1\r\n${Object.entries(fields)
        .map(([name, value]) => `${name}: ${value}\r\n`)
        .join('')}\r\n`,
    );
    const [chunk] = (await once(socket, 'data')) as [Buffer];
    socket.destroy();
    return Number(/^HTTP\/1\.1 (\d+)/.exec(chunk.toString())?.[1]);
  }

  it('every path that takes sessions is refused with a cookie from another site or from nowhere, and without a session', async () => {
    for (const { path, access } of drover.manager.upgrades) {
      const sample = sampleOf({ path });
      expect([path, await handshake(sample, {})]).toEqual([path, 401]);
      if (access === 'open') continue;
      const cookie = `R_SESS=${await drover.token('user-admin')}`;
      expect([path, await handshake(sample, { Cookie: cookie })]).toEqual([path, 403]);
      expect([path, await handshake(sample, { Cookie: cookie, Origin: 'https://evil.example' })]).toEqual([path, 403]);
      expect([path, await handshake(sample, { Authorization: `Bearer ${await drover.token(first)}` })]).toEqual([
        path,
        403,
      ]);
    }
  });

  it('our own page’s is accepted', async () => {
    const cookie = `R_SESS=${await drover.token('user-admin')}`;
    expect(await handshake('/v1/subscribe', { Cookie: cookie, Origin: 'https://drover.example' })).toBe(101);
  });

  it('any other path is refused', async () => {
    expect(await handshake('/v3/users', { Authorization: `Bearer ${await drover.token('user-admin')}` })).toBe(404);
  });
});
