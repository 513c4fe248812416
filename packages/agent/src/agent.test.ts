import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import { secrets, services } from '@drover/api';
import { streamTransport } from '@drover/client';
import { createTestAuthority, type TestAuthority } from '@drover/client/testing';
import { createLog, FakeClock, systemClock } from '@drover/kit';
import { beforeAll, describe, expect, it } from 'vitest';
import { runAgent } from './agent.js';
import { readAgentConfig } from './config.js';
import { PinMismatch } from './pinned-fetch.js';
import { startCluster } from './testing/cluster.js';
import { startManagementServer } from './testing/management-server.js';

const MAIN = 'c-m-abcdefgh';
const STV = 'stv-cluster-c-m-abcdefgh';

let authority: TestAuthority;
beforeAll(async () => {
  authority = await createTestAuthority();
});

async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error('it did not come to pass');
    await turn();
  }
}

/** A server, a cluster and an agent between them, whose waits are the test's to end. */
async function installation(options: { token?: string; withRancher?: boolean; env?: Record<string, string> } = {}) {
  const server = await startManagementServer(authority, systemClock);
  const cluster = await startCluster(authority, { random: randomBytes, ...options });
  if (options.withRancher) await cluster.objects.create(services, rancherService);
  const clock = new FakeClock(Date.now());
  const lines: string[] = [];
  const config = await readAgentConfig({
    ...cluster.env,
    CATTLE_SERVER: server.url,
    CATTLE_CA_CHECKSUM: server.caChecksum,
    STRICT_VERIFY: 'true',
    ...options.env,
  });
  const stop = new AbortController();
  const log = createLog({ write: (line) => lines.push(line), clock, level: 'debug' });
  const running = runAgent(config, { clock, random: randomBytes, log }, stop.signal);
  running.catch(() => undefined);
  return {
    server,
    cluster,
    clock,
    lines,
    running,
    stop,
    async [Symbol.asyncDispose]() {
      stop.abort();
      await running.catch(() => undefined);
      await server[Symbol.asyncDispose]();
      await cluster[Symbol.asyncDispose]();
    },
  };
}

const rancherService = {
  apiVersion: 'v1' as const,
  kind: 'Service' as const,
  metadata: { namespace: 'cattle-system', name: 'rancher' },
};

async function text(body: AsyncIterable<Uint8Array>): Promise<string> {
  let all = '';
  for await (const chunk of body) all += Buffer.from(chunk).toString();
  return all;
}

describe('the agent', () => {
  it('registers the cluster with its address, its authority and a lasting token', async () => {
    await using setup = await installation();
    await until(() => setup.server.tunnels.has(MAIN));
    const { KUBERNETES_SERVICE_PORT: port } = setup.cluster.env;
    expect(setup.server.handshakes[0]).toEqual({
      path: '/v3/connect/register',
      params: {
        cluster: {
          address: `127.0.0.1:${port}`,
          token: 'lasting-token',
          caCert: Buffer.from(authority.ca).toString('base64'),
        },
      },
    });
  });

  it('lets the server reach the cluster API through the tunnel, over TLS', async () => {
    await using setup = await installation();
    await until(() => setup.server.tunnels.has(MAIN));
    setup.cluster.answer = (request, response) => response.end(`${request.url} for ${request.headers.authorization}`);
    const address = `127.0.0.1:${setup.cluster.env['KUBERNETES_SERVICE_PORT']}`;
    await using transport = streamTransport(() => setup.server.tunnels.dial(MAIN, 'tcp', address), {
      host: address,
      tls: { ca: authority.ca, serverName: '127.0.0.1' },
    });
    const { body } = await transport.send({ method: 'GET', path: '/readyz', headers: { authorization: 'Bearer x' } });
    expect(await text(body)).toBe('/readyz for Bearer x');
  });

  it('dials nothing else', async () => {
    await using setup = await installation();
    await until(() => setup.server.tunnels.has(MAIN));
    const stream = setup.server.tunnels.dial(MAIN, 'tcp', '169.254.169.254:80');
    const [error] = (await once(stream, 'error')) as [Error];
    expect(error.message).toMatch(/connect not allowed/);
  });

  it('tells the Rancher of a Harvester where to open the second tunnel, and does not open it itself', async () => {
    await using setup = await installation({ withRancher: true });
    await until(() => setup.server.tunnels.has(MAIN));
    const ref = { namespace: 'cattle-system', name: 'stv-aggregation' };
    let data: Record<string, string> = {};
    for await (const { type, object } of setup.cluster.objects.watch(secrets, { namespace: ref.namespace })) {
      if (type !== 'ADDED' || object.metadata.name !== ref.name) continue;
      data = object.data ?? {};
      break;
    }
    const decoded = Object.fromEntries(
      Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]),
    );
    expect(decoded).toEqual({
      CATTLE_SERVER: setup.server.url,
      CATTLE_TOKEN: 'good-token',
      CATTLE_CA_CHECKSUM: setup.server.caChecksum,
      CATTLE_CACERTS_VALID: 'true',
      url: `${setup.server.url}/v3/connect`,
      token: 'stv-cluster-good-token',
      'ca.crt': `${authority.ca.trim()}\n`,
    });
    expect(setup.server.tunnels.has(STV)).toBe(false);
  });

  it('opens the second tunnel itself when the cluster has no Rancher, until it gets one', async () => {
    await using setup = await installation();
    await until(() => setup.server.tunnels.has(STV));
    await setup.cluster.objects.create(services, rancherService);
    await until(() => !setup.server.tunnels.has(STV));
    await setup.cluster.objects.delete(services, { namespace: 'cattle-system', name: 'rancher' });
    await until(() => setup.server.tunnels.has(STV));
    expect(setup.server.tunnels.has(MAIN)).toBe(true);
  });

  it('comes back after a loss, at /v3/connect', async () => {
    await using setup = await installation();
    await until(() => setup.server.tunnels.has(MAIN));
    setup.server.tunnels.close(MAIN, 'cut');
    await until(() => setup.lines.some((line) => line.includes('not connected to the server')));
    await setup.clock.advance(10_000);
    await until(() => setup.server.tunnels.has(MAIN));
    expect(setup.server.handshakes.filter(({ params }) => params !== undefined).map(({ path }) => path)).toEqual([
      '/v3/connect/register',
      '/v3/connect',
    ]);
  });

  it('goes on trying with a token that the server does not know, and says what to do', async () => {
    await using setup = await installation({ token: 'old-token' });
    await until(() => setup.lines.some((line) => line.includes('the server does not know this registration token')));
    await setup.clock.advance(10_000);
    await until(() => setup.lines.filter((line) => line.includes('apply the current import manifest')).length >= 2);
    expect(setup.lines.join('\n')).not.toContain('old-token');
  });

  it('ends when the authorities of the server are not those of the manifest', async () => {
    await using setup = await installation({ env: { CATTLE_CA_CHECKSUM: 'ab'.repeat(32) } });
    const error = await setup.running.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(PinMismatch);
    expect(String(error)).toMatch(
      /Configured cacerts checksum \([0-9a-f]{64}\) does not match given --ca-checksum \(abab/,
    );
  });

  it('refuses a server whose certificate the pinned authority did not sign', async () => {
    const other = await createTestAuthority('impostor');
    await using impostor = await startManagementServer({ ...authority, issue: other.issue }, systemClock);
    await using setup = await installation({ env: { CATTLE_SERVER: impostor.url } });
    await until(() => setup.lines.some((line) => line.includes('is not signed by the CA that this agent trusts')));
    expect(impostor.handshakes).toEqual([]);
  });

  it('waits for a server that is not there yet', async () => {
    await using setup = await installation({ env: { CATTLE_SERVER: 'https://127.0.0.1:1' } });
    await until(() => setup.lines.some((line) => line.includes('nothing listens at that address')));
    expect(setup.clock.waiting).toBeGreaterThan(0);
  });
});

describe('the second tunnel', () => {
  const open = async () => {
    const setup = await installation();
    await until(() => setup.server.tunnels.has(STV));
    const transport = streamTransport(() => setup.server.tunnels.dial(STV, 'tcp', '127.0.0.1:6080'), {
      host: 'not-used',
    });
    const ask = async (path: string, headers: Record<string, string> = {}) => {
      const response = await transport.send({ method: 'GET', path, headers });
      return `${response.status} ${await text(response.body)}`;
    };
    return { ...setup, transport, ask, [Symbol.asyncDispose]: setup[Symbol.asyncDispose] };
  };

  it('answers ping', async () => {
    await using stv = await open();
    expect(await stv.ask('/ping')).toBe('200 pong');
  });

  it('asks the API server with its own token, in the name of the user', async () => {
    await using stv = await open();
    stv.cluster.answer = ({ headers }, response) =>
      response.end(
        JSON.stringify([
          headers['impersonate-user'],
          headers['impersonate-group'],
          headers['x-other'],
          headers.authorization?.slice(0, 10),
        ]),
      );
    const answer = await stv.ask('/v1/harvester/harvesterhci.io.virtualmachineimages', {
      'impersonate-user': 'u-abc12',
      'impersonate-group': 'local://u-abc12,system:authenticated',
      authorization: 'Bearer forged',
      connection: 'impersonate-user, x-other',
      'x-other': 'dropped',
    });
    expect(answer).toBe('200 ["u-abc12","local://u-abc12, system:authenticated",null,"Bearer e30"]');
  });

  it.each([
    ['nobody', {}, 401],
    ['the system', { 'impersonate-user': 'system:admin' }, 403],
    ['the masters', { 'impersonate-user': 'u-abc12', 'impersonate-group': 'system:masters' }, 403],
  ])('refuses to act as %s', async (_who, headers, status) => {
    await using stv = await open();
    stv.cluster.answer = (_request, response) => response.end('reached');
    expect(await stv.ask('/api/v1/nodes', headers)).toMatch(new RegExp(`^${status} `));
  });

  it.each(['/metrics', '/v3/users', '/apisx', '/api/../metrics', '/api//v1', '/api/%2e%2e/metrics'])(
    'does not pass %s',
    async (path) => {
      await using stv = await open();
      stv.cluster.answer = (_request, response) => response.end('reached');
      expect(await stv.ask(path, { 'impersonate-user': 'u-abc12' })).not.toContain('reached');
    },
  );

  it('streams a body up', async () => {
    await using stv = await open();
    stv.cluster.answer = async (request, response) => {
      let size = 0;
      for await (const chunk of request) size += (chunk as Uint8Array).byteLength;
      response.end(String(size));
    };
    async function* chunks(): AsyncGenerator<Uint8Array> {
      for (let count = 0; count < 50; count += 1) yield new Uint8Array(100_000);
    }
    const { body } = await stv.transport.send({
      method: 'POST',
      path: '/v1/harvester/upload',
      headers: { 'impersonate-user': 'u-abc12' },
      body: chunks(),
    });
    expect(await text(body)).toBe('5000000');
  });

  it('passes upgrades both ways', async () => {
    await using stv = await open();
    stv.cluster.onUpgrade = (request, socket) => {
      socket.write(
        `HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade: ${request.headers.upgrade}\r\n\r\n`,
      );
      socket.pipe(socket);
    };
    const upgrade = await stv.transport.upgrade({
      method: 'GET',
      path: '/apis/subresources.kubevirt.io/v1/namespaces/default/virtualmachineinstances/vm/console',
      headers: { 'impersonate-user': 'u-abc12', connection: 'Upgrade', upgrade: 'websocket' },
    });
    if (!upgrade.switched) throw new Error('refused');
    upgrade.socket.write('login: ');
    const [echo] = (await once(upgrade.socket, 'data')) as [Buffer];
    expect(echo.toString()).toBe('login: ');
    upgrade.socket.destroy();
  });
});
