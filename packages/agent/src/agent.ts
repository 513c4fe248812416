import { services } from '@drover/api';
import { createClient, createInformer, httpsTransport, inClusterAccess } from '@drover/client';
import { type Clock, delayMs, type Log, type RandomBytes, randomFraction } from '@drover/kit';
import { keepTunnel, relayTcp } from '@drover/tunnel';
import type { AgentConfig } from './config.js';
import { dialPolicy } from './dial-policy.js';
import { explain } from './explain.js';
import { PinMismatch } from './pinned-fetch.js';
import { clusterCredentials, tunnelParams } from './registration.js';
import { establishTrust, type ServerTrust } from './server-trust.js';
import { stvToken, writeStvAggregation } from './stv-aggregation.js';
import { createStvServer } from './stv-server.js';

/** What the agent takes from its surroundings. */
export interface AgentSurroundings {
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly log: Log;
}

/** Between attempts of anything: five to ten seconds, as upstream's agent. */
const RETRY = { baseMs: 10_000, capMs: 10_000 };

/**
 * The cluster agent: makes sure of the server, keeps the main tunnel open, through which the server reaches this cluster's API,
 * and, on a cluster that has no Rancher of its own, the second one, through which it reaches the same API as its users.
 * Resolves when `signal` aborts.
 *
 * @throws PinMismatch when the server's authorities are not those of the import manifest.
 */
export async function runAgent(
  config: AgentConfig,
  surroundings: AgentSurroundings,
  signal: AbortSignal,
): Promise<void> {
  const { clock, random, log } = surroundings;
  // The waits between attempts keep no process alive; the agent does, until it is told to end.
  const alive = setInterval(() => undefined, 60_000);
  using _alive = { [Symbol.dispose]: () => clearInterval(alive) };
  log.info('starting', { server: config.server, apiServer: config.apiAddress });
  const trust = await retry('cannot make sure of the server', surroundings, signal, () => establishTrust(config));
  if (trust === undefined) return;
  const access = await inClusterAccess(config.env, config.root);
  await using transport = httpsTransport(access);
  const client = createClient(transport, { clock, userAgent: 'drover-agent' });
  using rancher = createInformer(client, services, {
    namespace: 'cattle-system',
    fieldSelector: 'metadata.name=rancher',
    clock,
    random,
    log,
  });

  const connected = new Event();
  const main = keepMainTunnel(config, trust, surroundings, client, connected, signal);
  const announced = connected
    .wait(signal)
    .then(() =>
      retry('cannot write Secret cattle-system/stv-aggregation', surroundings, signal, () =>
        writeStvAggregation(client, config, trust),
      ),
    );
  const second = connected.wait(signal).then(async () => {
    await rancher.synced.catch(() => undefined);
    await whileAbsent(rancher, signal, async (absent) => {
      await using stv = createStvServer(transport, log);
      await keepSecondTunnel(config, trust, surroundings, (stream) => stv.serve(stream), absent);
    });
  });
  await Promise.all([main, announced, second]);
}

async function keepMainTunnel(
  config: AgentConfig,
  trust: ServerTrust,
  { clock, random, log: parent }: AgentSurroundings,
  client: Parameters<typeof clusterCredentials>[0],
  connected: Event,
  signal: AbortSignal,
): Promise<void> {
  const log = parent.with({ tunnel: 'main' });
  const relay = relayTcp({ allow: dialPolicy(config.apiAddress, config.allow), clock, log });
  let before = config.connectedBefore;
  await keepTunnel(
    {
      async request() {
        const credentials = await clusterCredentials(client, config, clock, log);
        return {
          url: `${config.server.replace(/^https:/, 'wss:')}/v3/connect${before ? '' : '/register'}`,
          headers: { 'X-API-Tunnel-Token': config.token.reveal(), 'X-API-Tunnel-Params': tunnelParams(credentials) },
        };
      },
      ca: trust.ca,
      onStream: relay,
      onConnect() {
        log.info('connected', { server: config.server });
        before = true;
        connected.happen();
      },
      onFailure: (error) => log.warn('not connected to the server; trying again', { error: explain(error) }),
      name: 'main',
      clock,
      random,
      log,
    },
    signal,
  );
}

function keepSecondTunnel(
  config: AgentConfig,
  trust: ServerTrust,
  { clock, random, log: parent }: AgentSurroundings,
  serve: Parameters<typeof keepTunnel>[0]['onStream'],
  signal: AbortSignal,
): Promise<void> {
  const log = parent.with({ tunnel: 'stv' });
  return keepTunnel(
    {
      request: async () => ({
        url: `${config.server.replace(/^https:/, 'wss:')}/v3/connect`,
        headers: { Authorization: `Bearer ${stvToken(config)}` },
      }),
      ca: trust.ca,
      onStream: serve,
      onConnect: () => log.info('connected', { server: config.server }),
      onFailure: (error) => log.warn('not connected to the server; trying again', { error: explain(error) }),
      name: 'stv',
      clock,
      random,
      log,
    },
    signal,
  );
}

/** Runs `act` whenever no object is in `informer`'s view; its signal aborts when one appears. */
async function whileAbsent(
  informer: { list(): unknown[]; subscribe(handler: () => void): Disposable },
  signal: AbortSignal,
  act: (absent: AbortSignal) => Promise<void>,
): Promise<void> {
  while (!signal.aborted) {
    const changed = new AbortController();
    const wasAbsent = informer.list().length === 0;
    using _subscription = informer.subscribe(() => {
      if ((informer.list().length === 0) !== wasAbsent)
        changed.abort(new Error('Service cattle-system/rancher has changed'));
    });
    const ended = AbortSignal.any([signal, changed.signal]);
    if (wasAbsent) await act(ended);
    else await aborted(ended);
  }
}

/** Tries until it succeeds or `signal` aborts (`undefined`); an authority that is not the pinned one is for ever. */
async function retry<T>(
  what: string,
  { clock, random, log }: AgentSurroundings,
  signal: AbortSignal,
  act: () => Promise<T>,
): Promise<T | undefined> {
  for (let attempt = 0; !signal.aborted; attempt += 1) {
    try {
      return await act();
    } catch (error) {
      if (error instanceof PinMismatch) throw error;
      log.warn(`${what}; trying again`, { error: explain(error) });
    }
    await clock
      .sleep(
        delayMs(attempt, RETRY, () => randomFraction(random)),
        signal,
      )
      .catch(() => undefined);
  }
  return undefined;
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** Something that happens once. */
class Event {
  happen: () => void = () => undefined;
  readonly #happened = new Promise<void>((resolve) => {
    this.happen = resolve;
  });

  /** Resolves when it has happened, or when `signal` aborts. */
  async wait(signal: AbortSignal): Promise<void> {
    await Promise.race([this.#happened, aborted(signal)]);
  }
}
