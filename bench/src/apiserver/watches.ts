import { setMaxListeners } from 'node:events';
import type { Transport } from '@drover/client';
import type { Row } from '../benchmark.js';
import { Samples } from '../samples.js';
import { COLLECTION, sample, write } from './api.js';

const SENT = /"sent":([0-9.]+)/g;

/** Figure 4: from sending a write to its event at each watcher. */
export async function watchFigures(transport: Transport, quick: boolean, note: (text: string) => void): Promise<Row[]> {
  const rows: Row[] = [];
  for (const [watchers, rate] of [
    [1, 50],
    [100, 50],
    [1_000, 20],
  ] as const) {
    note(`${watchers} watchers, ${rate} writes per s`);
    const writes = rate * (quick ? 1 : 10);
    const samples = await deliver(transport, watchers, rate, writes);
    const lost = watchers * writes - samples.count;
    rows.push({
      what: `${watchers} watchers at ${rate}/s, write sent to event`,
      unit: 'ms',
      median: samples.median,
      p99: samples.p99,
    });
    rows.push({ what: `${watchers} watchers at ${rate}/s, events lost`, unit: '', median: lost });
  }
  return rows;
}

async function deliver(transport: Transport, watchers: number, rate: number, writes: number): Promise<Samples> {
  const name = `watched-${watchers}`;
  await write(transport, 'POST', COLLECTION, sample(name, { sent: 0 }));
  const samples = new Samples();
  const leaving = new AbortController();
  setMaxListeners(0, leaving.signal);
  const opened = Array.from({ length: watchers }, () => watch(transport, name, writes, samples, leaving.signal));
  const ends = (await Promise.all(opened)).map(({ done }) => done);
  const start = performance.now();
  const sent: Promise<Buffer>[] = [];
  for (let turn = 0; turn < writes; turn += 1) {
    await new Promise((resolve) => setTimeout(resolve, start + (turn * 1_000) / rate - performance.now()));
    sent.push(
      write(
        transport,
        'PATCH',
        `${COLLECTION}/${name}`,
        { spec: { sent: performance.now() } },
        'application/merge-patch+json',
      ),
    );
  }
  await Promise.all(sent);
  const late = setTimeout(() => leaving.abort(), 10_000);
  await Promise.all(ends);
  clearTimeout(late);
  leaving.abort();
  return samples;
}

/** Resolves when the watch is open; `done` when it has seen all writes, or was told to leave. */
async function watch(
  transport: Transport,
  name: string,
  writes: number,
  samples: Samples,
  signal: AbortSignal,
): Promise<{ readonly done: Promise<void> }> {
  const selector = encodeURIComponent(`metadata.name=${name}`);
  const { body } = await transport.send({
    method: 'GET',
    path: `${COLLECTION}?watch=1&fieldSelector=${selector}`,
    headers: {},
    signal,
  });
  return { done: follow(body, writes, samples) };
}

async function follow(body: AsyncIterable<Uint8Array>, writes: number, samples: Samples): Promise<void> {
  let seen = 0;
  let rest = '';
  try {
    for await (const chunk of body) {
      const now = performance.now();
      const lines = (rest + Buffer.from(chunk).toString()).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        for (const [, sent] of line.matchAll(SENT)) {
          // The object as it was before the first write, and its managed fields, carry no time.
          if (Number(sent) === 0) continue;
          samples.add(now - Number(sent));
          seen += 1;
        }
      }
      if (seen >= writes) return;
    }
  } catch {
    // Told to leave: what was not seen by now counts as lost.
  }
}
