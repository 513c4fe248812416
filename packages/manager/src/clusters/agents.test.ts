import { once } from 'node:events';
import {
  clusterRegistrationTokens,
  type Kind,
  type KubeObject,
  type ManagementCluster,
  managementClusters,
  type ObjectRef,
  provisioningClusters,
  type Stored,
  secrets,
} from '@drover/api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { type Installation, startInstallation } from '../testing/installation.js';

let drover: Installation;
let id: string;
let token: string;
const sockets: WebSocket[] = [];
beforeAll(async () => {
  drover = await startInstallation();
  await drover.client.create(provisioningClusters, {
    apiVersion: 'provisioning.cattle.io/v1',
    kind: 'Cluster',
    metadata: { name: 'lab', namespace: 'fleet-default' },
    spec: {},
  });
  const cluster = await when(provisioningClusters, { namespace: 'fleet-default', name: 'lab' }, ({ status }) =>
    Boolean(status?.clusterName),
  );
  id = cluster.status?.clusterName ?? '';
  const registration = await when(clusterRegistrationTokens, { namespace: id, name: 'default-token' }, ({ status }) =>
    Boolean(status?.token),
  );
  token = registration.status?.token ?? '';
});
afterAll(async () => {
  for (const socket of sockets) socket.terminate();
  await drover[Symbol.asyncDispose]();
});

async function when<T extends KubeObject>(
  kind: Kind<T>,
  ref: ObjectRef,
  wanted: (object: Stored<T>) => boolean,
): Promise<Stored<T>> {
  const stop = new AbortController();
  try {
    for await (const event of drover.client.watch(kind, { namespace: ref.namespace, signal: stop.signal })) {
      if (event.type !== 'ADDED' && event.type !== 'MODIFIED') continue;
      if (event.object.metadata.name === ref.name && wanted(event.object)) return event.object;
    }
  } finally {
    stop.abort();
  }
  throw new Error('the watch ended');
}
const connected =
  (status: string) =>
  (cluster: ManagementCluster): boolean =>
    cluster.status?.conditions?.some((condition) => condition.type === 'Connected' && condition.status === status) ??
    false;

const pem = (text: string): string =>
  Buffer.from(`-----BEGIN CERTIFICATE-----\n${text}\n-----END CERTIFICATE-----\n`).toString('base64');
const params = (cluster: object): string => Buffer.from(JSON.stringify({ cluster })).toString('base64');
const GOOD = { address: '10.53.0.1:443', token: 'service-account-token', caCert: pem('ONE') };

/** Tries to open a tunnel: the socket, or the status and words of the refusal. */
async function dial(headers: Record<string, string>): Promise<WebSocket | string> {
  const socket = new WebSocket(`ws://127.0.0.1:${drover.port}/v3/connect/register`, { headers });
  sockets.push(socket);
  const opened = once(socket, 'open').then(() => socket);
  const refused = new Promise<string>((resolve) => {
    socket.on('unexpected-response', async (_, response) => {
      let text = '';
      for await (const chunk of response) text += String(chunk);
      resolve(`${response.statusCode} ${text.trim()}`);
    });
  });
  socket.on('error', () => {});
  return Promise.race([opened, refused]);
}

describe('an agent', () => {
  it.each([
    ['nothing', {}],
    ['a wrong token', { 'X-API-Tunnel-Token': 'wrong', 'X-API-Tunnel-Params': params(GOOD) }],
    ['a wrong token and no parameters', { 'X-API-Tunnel-Token': 'wrong' }],
    ['a wrong token for the second tunnel', { Authorization: 'Bearer stv-cluster-wrong' }],
    ['a token of a user', { Authorization: 'Bearer token-abcde:key' }],
  ])('that shows %s gets one and the same refusal', async (_, headers) => {
    expect(await dial(headers)).toBe('401 failed authentication');
  });

  it('with the right token learns what is wrong with its parameters', async () => {
    const refused = await dial({
      'X-API-Tunnel-Token': token,
      'X-API-Tunnel-Params': params({ ...GOOD, address: 'nowhere' }),
    });
    expect(refused).toMatch(/^400 /);
  });

  it('with the right token is connected, and what it tells is kept: the token of its cluster as a Secret', async () => {
    expect(await dial({ 'X-API-Tunnel-Token': token, 'X-API-Tunnel-Params': params(GOOD) })).toBeInstanceOf(WebSocket);
    const { status } = await when(managementClusters, { name: id }, connected('True'));
    expect(status).toMatchObject({ driver: 'imported', apiEndpoint: 'https://10.53.0.1:443', caCert: GOOD.caCert });
    expect(JSON.stringify(status)).not.toContain(GOOD.token);
    const name = status?.serviceAccountTokenSecret ?? '';
    const secret = await drover.client.get(secrets, { namespace: 'cattle-global-data', name });
    expect(Buffer.from(secret.data?.['credential'] ?? '', 'base64').toString()).toBe(GOOD.token);
  });

  it('may do nothing else with its token: every route takes it for one that is wrong', async () => {
    const guarded = drover.manager.routes.filter(({ access }) => access !== 'open');
    const answers = async (bearer: string): Promise<string[]> => {
      const told: string[] = [];
      for (const { method, path } of guarded) {
        const { status } = await drover.ask(method === 'ANY' ? 'GET' : method, path, { token: bearer, body: {} });
        told.push(`${method} ${path} ${status}`);
      }
      return told;
    };
    expect(guarded.length).toBeGreaterThan(20);
    expect(await answers(token)).toEqual(await answers('token-abcde:wrong'));
    expect(await answers(`stv-cluster-${token}`)).toEqual(await answers('token-abcde:wrong'));
  });

  it('of another cluster that shows the same token meanwhile is refused, and the cluster says so', async () => {
    const other = params({ ...GOOD, caCert: pem('TWO') });
    expect(await dial({ 'X-API-Tunnel-Token': token, 'X-API-Tunnel-Params': other })).toMatch(
      /^403 .*belongs to another cluster/,
    );
    const told = await when(
      managementClusters,
      { name: id },
      ({ status }) => status?.conditions?.some(({ type }) => type === 'RegistrationConflict') ?? false,
    );
    expect(told.status?.conditions?.find(({ type }) => type === 'RegistrationConflict')?.message).toContain(
      'create a cluster of its own',
    );
  });

  it('is cut off when its cluster is deleted, and its token is then like any wrong one', async () => {
    const closed = once(sockets.find(({ readyState }) => readyState === WebSocket.OPEN) as WebSocket, 'close');
    const deleted = drover.client.delete(managementClusters, { name: id });
    // The cluster does not answer: its clean-up is given up after a while.
    await deleted;
    for (let second = 0; second < 20; second += 1) await drover.clock.advance(1_000);
    await closed;
    expect(await dial({ 'X-API-Tunnel-Token': token, 'X-API-Tunnel-Params': params(GOOD) })).toBe(
      '401 failed authentication',
    );
  });
});
