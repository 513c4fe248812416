import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { silentLog, systemClock } from '@drover/kit';
import { createTunnelServer, type TunnelServer } from '@drover/tunnel';
import type { Benchmark, Row } from './benchmark.js';
import { repeat, type Samples } from './samples.js';
import { startModule } from './tunnel/child.js';
import { measureUpstream } from './tunnel/upstream.js';

const KEY = 'c-m-abcdefgh';
const MIB = 1024 * 1024;

/** How many bulk transfers a small request competes with. */
const BULK_STREAMS = 4;

/** Figure 7: what goes through one tunnel, and what a small request waits beside bulk transfers. */
export const tunnel: Benchmark = {
  name: 'tunnel',
  about: 'one tunnel, three processes: a bulk stream, small requests idle and beside four bulk streams, memory',
  async run({ quick, note }) {
    const seconds = quick ? 2 : 8;
    await using origin = await startModule('origin');
    note("upstream's remotedialer");
    const times = quick ? 200 : 1_000;
    const upstream = await measureUpstream(origin.line, { seconds, streams: BULK_STREAMS, times });
    const than = (value: number | undefined): Pick<Row, 'against'> =>
      value === undefined ? {} : { against: { what: 'upstream', value } };

    await using accepting = await listen();
    await using far = await startModule('far-end', accepting.url, KEY);
    const dial = (): Duplex => accepting.server.dial(KEY, 'tcp', origin.line);
    const small = (): Promise<void> => get(dial, '/small');

    note(`one bulk stream for ${seconds} s`);
    // Heaps and buffers grow to their size in the first seconds; what counts is that they stay so.
    await bulkRate(dial, 2);
    const before = residentMib(far.pid);
    const rate = await bulkRate(dial, seconds);
    const after = residentMib(far.pid);
    note('small requests, idle');
    const idle = await repeat(times, small);
    note(`small requests beside ${BULK_STREAMS} bulk streams`);
    const beside = await besideBulk(dial, small, times);
    return [
      { what: 'one bulk stream', unit: 'MiB/s', median: rate, ...than(upstream?.rate) },
      { what: 'GET of 1 KiB, idle', unit: 'ms', median: idle.median, p99: idle.p99, ...than(upstream?.idle.p50) },
      {
        what: `GET of 1 KiB beside ${BULK_STREAMS} bulk streams`,
        unit: 'ms',
        median: beside.median,
        p99: beside.p99,
        ...than(upstream?.beside.p50),
      },
      { what: 'the same, p99', unit: 'ms', median: beside.p99, ...than(upstream?.beside.p99) },
      {
        what: `memory of the far end, grown over ${Math.round((rate * seconds) / 1024)} GiB`,
        unit: 'MiB',
        median: after - before,
        against: { what: 'goal', value: 32 },
      },
    ];
  },
};

async function listen(): Promise<AsyncDisposable & { readonly server: TunnelServer; readonly url: string }> {
  const server = createTunnelServer({
    authorize: async ({ headers }) => ({ clientKey: String(headers['x-key']) }),
    clock: systemClock,
    random: randomBytes,
    log: silentLog,
  });
  const http = createServer();
  http.on('upgrade', (incoming, socket, head) => void server.accept(incoming, socket, head));
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  return {
    server,
    url: `ws://127.0.0.1:${(http.address() as AddressInfo).port}/`,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      http.close();
      http.closeAllConnections();
    },
  };
}

/** MiB per second of one endless answer, after a second to get going. */
async function bulkRate(dial: () => Duplex, seconds: number): Promise<number> {
  const stream = dial();
  stream.write('GET /bulk HTTP/1.1\r\nhost: origin\r\n\r\n');
  let bytes = 0;
  stream.on('data', (chunk: Buffer) => {
    bytes += chunk.byteLength;
  });
  await systemClock.sleep(1_000);
  bytes = 0;
  const start = performance.now();
  await systemClock.sleep(seconds * 1_000);
  const rate = bytes / MIB / ((performance.now() - start) / 1_000);
  stream.destroy();
  return rate;
}

async function besideBulk(dial: () => Duplex, small: () => Promise<void>, times: number): Promise<Samples> {
  const bulk = Array.from({ length: BULK_STREAMS }, () => {
    const stream = dial();
    stream.write('GET /bulk HTTP/1.1\r\nhost: origin\r\n\r\n');
    return stream.resume();
  });
  await systemClock.sleep(1_000);
  const samples = await repeat(times, small);
  for (const stream of bulk) stream.destroy();
  return samples;
}

async function get(dial: () => Duplex, path: string): Promise<void> {
  const outgoing = request({ path, createConnection: dial as () => never });
  outgoing.end();
  const [response] = await once(outgoing, 'response');
  response.resume();
  await once(response, 'end');
}

function residentMib(pid: number): number {
  const kib = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kib ?? 0) / 1024;
}
