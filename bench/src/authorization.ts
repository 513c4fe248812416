import { randomBytes } from 'node:crypto';
import type { ApiResponse, Authorize, Identity } from '@drover/api';
import { type ApiServer, createApiServer } from '@drover/apiserver';
import { silentLog, systemClock } from '@drover/kit';
import { openMemoryStore } from '@drover/store';
import type { Benchmark, Row } from './benchmark.js';
import { crowd, repeat, Samples, timed } from './samples.js';

const ADMIN: Identity = { name: 'bench', groups: ['system:masters'], extra: {} };
const RBAC = '/apis/rbac.authorization.k8s.io/v1';
const NAMESPACES = 100;
/** Decisions timed together: one alone is shorter than the clock's steps. */
const TOGETHER = 100;

/** Figure 12: what a decision costs when there are many bindings, and how long a revoked right lives. */
export const authorization: Benchmark = {
  name: 'authorization',
  about: 'one RBAC decision among 10,000 bindings; a revoked right, until the open watch ends',
  async run({ dir, quick, note }) {
    const bindings = quick ? 1_000 : 10_000;
    await using store = openMemoryStore({ clock: systemClock, log: silentLog });
    let authorize: Authorize | undefined;
    await using server = await createApiServer({
      store,
      clock: systemClock,
      random: (length) => randomBytes(length),
      log: silentLog,
      dataDir: dir,
      advertise: { host: '127.0.0.1', port: 6443 },
      paths: [
        {
          // A handler is given the question itself, as any front of this server is: no HTTP is in the figure.
          prefix: '/bench',
          handle: async (_request, _identity, ask) => {
            authorize = ask;
            return { status: 200, headers: {}, body: new Uint8Array() };
          },
        },
      ],
    });
    note(`making ${bindings} bindings`);
    await makeBindings(server, bindings);
    await send(server, 'GET', '/bench', undefined, user(7));
    if (!authorize) throw new Error('the handler was not asked');
    return [...(await decisions(authorize, bindings, quick)), await revocation(server, quick, note)];
  },
};

async function decisions(authorize: Authorize, bindings: number, quick: boolean): Promise<Row[]> {
  const question = (namespace: string) => ({ verb: 'get', group: '', resource: 'pods', namespace, name: 'a' });
  const figure = async (what: string, namespace: string, expected: boolean): Promise<Row> => {
    if (authorize(question(namespace)).allowed !== expected) throw new Error(`${what}: the answer is wrong`);
    const samples = await repeat(quick ? 50 : 2_000, () => {
      for (let turn = 0; turn < TOGETHER; turn += 1) authorize(question(namespace));
    });
    return { what, unit: 'µs', median: (samples.median * 1_000) / TOGETHER, p99: (samples.p99 * 1_000) / TOGETHER };
  };
  return [
    await figure(`allowed, ${bindings} bindings`, 'space-7', true),
    await figure(`refused, ${bindings} bindings`, 'elsewhere', false),
  ];
}

/** From sending the deletion of a binding to the end of the watch it allowed. */
async function revocation(server: ApiServer, quick: boolean, note: (text: string) => void): Promise<Row> {
  note('revoking rights of open watches');
  const samples = new Samples();
  for (let turn = 0; turn < (quick ? 3 : 20); turn += 1) {
    const { body } = await send(server, 'GET', '/api/v1/namespaces/space-7/pods?watch=1', undefined, user(7));
    if (body instanceof Uint8Array) throw new Error('the watch was refused');
    const ended = (async () => {
      for await (const _ of body);
    })();
    const { ms } = await timed(async () => {
      await send(server, 'DELETE', `${RBAC}/namespaces/space-7/rolebindings/binding-7`);
      await ended;
    });
    samples.add(ms);
    await send(server, 'POST', `${RBAC}/namespaces/space-7/rolebindings`, binding(7));
  }
  return { what: 'a revoked right, until its watch ends', unit: 'ms', median: samples.median, p99: samples.p99 };
}

async function makeBindings(server: ApiServer, count: number): Promise<void> {
  const pods = { apiGroups: [''], resources: ['pods'], verbs: ['get', 'list', 'watch'] };
  await send(server, 'POST', `${RBAC}/clusterroles`, {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name: 'bench-pods' },
    rules: [pods],
  });
  for (let space = 0; space < NAMESPACES; space += 1) {
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: `space-${space}` } };
    await send(server, 'POST', '/api/v1/namespaces', namespace);
  }
  await crowd(50, count / 50, (caller, turn) => {
    const index = turn * 50 + caller;
    return send(server, 'POST', `${RBAC}/namespaces/space-${index % NAMESPACES}/rolebindings`, binding(index));
  });
}

function binding(index: number): Record<string, unknown> {
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: { name: `binding-${index}` },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'bench-pods' },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: user(index).name }],
  };
}

/** Who binding number `index` is for: each user has one binding in each namespace. */
function user(index: number): Identity {
  return { name: `user-${Math.floor(index / NAMESPACES)}`, groups: ['system:authenticated'], extra: {} };
}

async function send(
  server: ApiServer,
  method: string,
  url: string,
  document?: unknown,
  identity = ADMIN,
): Promise<ApiResponse> {
  const bytes = document === undefined ? [] : [Buffer.from(JSON.stringify(document))];
  const body = (async function* () {
    yield* bytes;
  })();
  const headers = document === undefined ? {} : { 'content-type': 'application/json' };
  const response = await server.handle({ method, url, headers, body, signal: new AbortController().signal }, identity);
  if (response.status >= 300) throw new Error(`${method} ${url}: ${response.status}`);
  return response;
}
