import type { Row } from '../benchmark.js';
import { crowdFor, Samples } from '../samples.js';
import { COLLECTION, sample, write } from './api.js';
import type { Connection } from './connection.js';
import { type Figure, withConnections, withCost } from './figure.js';
import type { Target } from './target.js';

/** Watchers, and writes per second. */
const CROWDS = [
  [1, 50],
  [100, 50],
  [1_000, 20],
] as const;
/**
 * How long before that, as fast as can be written while nobody watches, then while all do, and then as it is measured: a server's code
 * is slower when it is new, and so few writes leave it new. What is still being compiled takes a turn of some milliseconds on its
 * processor each time.
 */
const WARM_UP_MS = 3_000;
/** Connections that write: more than are ever on their way at once. */
const WRITERS = 16;
/** What has not come so long after the last write is lost. */
const PATIENCE_MS = 10_000;

/** Figure 4: from sending a write to its event at each watcher, each on a connection of its own. */
export function watchFigures(quick: boolean): Figure[] {
  return CROWDS.map(([watchers, rate]) => ({
    about: `${watchers} watchers, ${rate} writes per s`,
    limited: true,
    measure: async (target) => {
      const writing = { rate, writes: rate * (quick ? 1 : 10), warmUpMs: quick ? 0 : WARM_UP_MS };
      const what = `${watchers} watchers at ${rate}/s`;
      const { result: samples, cost } = await deliver(target, watchers, what, writing);
      return [
        { what: `${what}, write sent to event`, unit: 'ms', median: samples.median, p99: samples.p99 },
        { what: `${what}, events lost`, unit: '', median: watchers * writing.writes - samples.count },
        ...cost,
      ];
    },
  }));
}

/** Writes per second, how many are measured, and for how long others come before. */
interface Writing {
  readonly rate: number;
  readonly writes: number;
  readonly warmUpMs: number;
}

function deliver(
  target: Target,
  watchers: number,
  what: string,
  { rate, writes, warmUpMs }: Writing,
): Promise<{ readonly result: Samples; readonly cost: Row[] }> {
  const name = `watched-${watchers}`;
  const samples = new Samples();
  return withConnections(target, WRITERS, async (writers) => {
    await write(writers[0] as Connection, 'POST', COLLECTION, sample(name, { sent: 0 }));
    // What carries no time is not measured. Each has to change something: a write that does not is over before it is committed.
    let turn = 0;
    const warmUp = () =>
      crowdFor(WRITERS, warmUpMs, (writer) => change(writers[writer] as Connection, name, { turn: ++turn }));
    await warmUp();
    return withConnections(target, watchers, async (connections) => {
      let onEvent = (ms: number): void => samples.add(ms);
      await Promise.all(connections.map((connection) => watch(connection, name, (ms) => onEvent(ms))));
      await warmUp();
      await writeAtRate(writers, name, rate, (rate * warmUpMs) / 1_000, () => ({ turn: ++turn }));
      const measured = (): Promise<Samples> =>
        new Promise((resolve, reject) => {
          onEvent = (ms) => {
            samples.add(ms);
            if (samples.count === writes * watchers) resolve(samples);
          };
          writeAtRate(writers, name, rate, writes, () => ({ sent: performance.now() })).then(
            () => setTimeout(() => resolve(samples), PATIENCE_MS).unref(),
            reject,
          );
        });
      return withCost(`${what}, an event`, target, measured, ({ count }) => count);
    });
  });
}

function change(writer: Connection, name: string, spec: Record<string, number>): Promise<unknown> {
  return write(writer, 'PATCH', `${COLLECTION}/${name}`, { spec }, 'application/merge-patch+json');
}

async function writeAtRate(
  writers: readonly Connection[],
  name: string,
  rate: number,
  writes: number,
  spec: () => Record<string, number>,
): Promise<void> {
  const start = performance.now();
  const sent: Promise<unknown>[] = [];
  for (let turn = 0; turn < writes; turn += 1) {
    await new Promise((resolve) => setTimeout(resolve, start + (turn * 1_000) / rate - performance.now()));
    await sent[turn - writers.length];
    sent.push(change(writers[turn % writers.length] as Connection, name, spec()));
  }
  await Promise.all(sent);
}

const MARK = '"sent":';
const LINE_END = 0x0a;
const NOTHING = Buffer.alloc(0);

/** Resolves when the watch is open; tells `onEvent` how long ago the write of each event was sent. */
function watch(connection: Connection, name: string, onEvent: (ms: number) => void): Promise<void> {
  const selector = encodeURIComponent(`metadata.name=${name}`);
  let rest: Buffer = NOTHING;
  return connection.follow({ method: 'GET', path: `${COLLECTION}?watch=1&fieldSelector=${selector}` }, (bytes) => {
    const now = performance.now();
    let lines = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
    for (let end = lines.indexOf(LINE_END); end >= 0; end = lines.indexOf(LINE_END)) {
      const at = lines.indexOf(MARK);
      const sent = at < 0 || at > end ? 0 : Number.parseFloat(lines.toString('latin1', at + MARK.length, at + 32));
      // The object as it was before the first write carries no time.
      if (sent > 0) onEvent(now - sent);
      lines = lines.subarray(end + 1);
    }
    rest = lines.length === 0 ? NOTHING : Buffer.from(lines);
  });
}
