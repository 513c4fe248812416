import { closeSync, fdatasyncSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { FakeClock, silentLog, systemClock } from '@drover/kit';
import { openMemoryStore, openSqliteStore, type Retention, type Store } from '@drover/store';
import type { Against, Benchmark, Row } from './benchmark.js';
import { crowd, repeat, type Samples, timed } from './samples.js';

/** A custom resource of usual size, as JSON. */
const VALUE = new Uint8Array(2_048).map((_, index) => 32 + ((index * 31) % 95));
const OBJECTS = 100_000;
/** What no compaction may exceed. */
const PAUSE_GOAL_MS = 20;
const options = { clock: systemClock, log: silentLog };
const key = (index: number): string => `/objects/namespace/name-${String(index).padStart(6, '0')}`;

/** Figure 2 of the store alone, and what lists, restarts and memory cost. */
export const store: Benchmark = {
  name: 'store',
  about: 'the store alone: durable writes against the disk, lists, restart and memory at 100,000 objects',
  async run({ dir, quick, note }) {
    const rows: Row[] = [];
    note('the disk: 4 KiB overwritten and fdatasync');
    const disk = await rawSync(dir, quick ? 200 : 1_000);
    rows.push({ what: 'fdatasync of 4 KiB', unit: 'ms', median: disk.median, p99: disk.p99 });
    rows.push(...(await writes(dir, disk, quick, note)));
    note(`the index: ${OBJECTS} objects in memory`);
    rows.push(...(await reads()));
    note(`forgetting history beside ${OBJECTS} objects`);
    rows.push(...(await compaction(dir, quick)));
    note(`restart: ${OBJECTS} objects in a file`);
    rows.push(...(await restart(dir)));
    return rows;
  },
};

/** What the disk can do at best: the same block again and again, without growing the file. */
async function rawSync(dir: string, times: number): Promise<Samples> {
  const file = join(dir, 'raw');
  const descriptor = openSync(file, 'w');
  const block = new Uint8Array(4_096);
  for (let index = 0; index < 256; index += 1) writeSync(descriptor, block);
  fdatasyncSync(descriptor);
  const samples = await repeat(times, (index) => {
    writeSync(descriptor, block, 0, block.length, (index % 256) * block.length);
    fdatasyncSync(descriptor);
  });
  closeSync(descriptor);
  rmSync(file);
  return samples;
}

async function writes(dir: string, disk: Samples, quick: boolean, note: (text: string) => void): Promise<Row[]> {
  const rows: Row[] = [];
  await using store = await openSqliteStore({ file: join(dir, 'writes.db'), ...options });
  const times = quick ? 20 : 150;
  await crowd(64, times, (caller, turn) => store.create(`/warm/${caller}/${turn}`, VALUE));
  for (const callers of [1, 16, 64, 256]) {
    note(`${callers} writers`);
    const { perSecond, samples } = await crowd(callers, callers === 1 ? times * 8 : times, (caller, turn) =>
      store.create(`/create/${callers}/${caller}/${turn}`, VALUE),
    );
    const sync: Against = { what: 'fdatasync', value: disk.median };
    const syncs: Against = { what: 'fdatasync/s', value: 1_000 / disk.median };
    rows.push({
      what: `create, ${callers} writers`,
      unit: 'ms',
      median: samples.median,
      p99: samples.p99,
      against: sync,
    });
    rows.push({ what: `create, ${callers} writers`, unit: 'per s', median: perSecond, against: syncs });
  }
  note('64 writers, each updating its own object');
  await crowd(64, 1, (caller) => store.create(`/update/${caller}`, VALUE));
  const { perSecond, samples } = await crowd(64, times, async (caller) => {
    const name = `/update/${caller}`;
    const found = store.get(name);
    if (found) await store.update(name, VALUE, found.revision);
  });
  rows.push({ what: 'update, 64 writers', unit: 'ms', median: samples.median, p99: samples.p99 });
  rows.push({ what: 'update, 64 writers', unit: 'per s', median: perSecond });
  return rows;
}

async function fill(store: Store): Promise<void> {
  for (let start = 0; start < OBJECTS; start += 2_000) {
    // Names come in no order, as they do in life.
    const order = Array.from({ length: 2_000 }, (_, index) => ((start + index) * 7_919) % OBJECTS);
    await Promise.all(order.map((index) => store.create(key(index), VALUE.slice())));
  }
}

async function reads(): Promise<Row[]> {
  collectGarbage();
  const before = process.memoryUsage.rss();
  await using store = openMemoryStore(options);
  await fill(store);
  collectGarbage();
  const payload = OBJECTS * VALUE.byteLength;
  const rise = process.memoryUsage.rss() - before;
  const list = (name: string, samples: Samples): Row => ({
    what: name,
    unit: 'ms',
    median: samples.median,
    p99: samples.p99,
  });
  const anywhere = (index: number): string => key((index * 7_919) % OBJECTS);
  const at = store.revision;
  const rows = [
    list('list all 100,000', await repeat(30, () => store.list('/objects/'))),
    list('list 10,000 of 100,000', await repeat(100, () => store.list('/objects/', { limit: 10_000 }))),
    list(
      'page of 100 of 100,000, anywhere',
      await repeat(2_000, (index) => store.list('/objects/', { limit: 100, after: anywhere(index) })),
    ),
    list('count of 100,000', await repeat(2_000, () => store.count('/objects/'))),
    list('get, one of 100,000', await repeat(2_000, (index) => store.get(anywhere(index)))),
  ];
  await Promise.all(Array.from({ length: 5_000 }, (_, index) => touch(store, key(index * 17))));
  const old = await repeat(2_000, (index) => store.list('/objects/', { limit: 100, after: anywhere(index), at }));
  rows.push(list('the same page, 5,000 writes ago', old));
  rows.push({
    what: 'memory for 100,000',
    unit: 'MiB',
    median: mib(rise),
    against: { what: 'payload', value: mib(payload) },
  });
  return rows;
}

async function touch(store: Store, name: string): Promise<void> {
  const found = store.get(name);
  if (found) await store.update(name, VALUE.slice(), found.revision);
}

/** What forgetting holds up: by size, with each write; by age and when asked, all of the history at once. */
async function compaction(dir: string, quick: boolean): Promise<Row[]> {
  const clock = new FakeClock();
  const kept = quick ? 5_000 : 100_000;
  const retention: Retention = { minChanges: 0, maxChanges: kept, maxBytes: 2 ** 40, maxAgeMs: 60_000 };
  await using store = await openSqliteStore({ file: join(dir, 'compaction.db'), clock, log: silentLog, retention });
  await fill(store);
  const turns = kept / 64 / 2;
  const write = async (): Promise<void> => {
    await crowd(64, turns, (caller, turn) => touch(store, key((caller * turns + turn) * 3)));
  };
  const bySize = await pause(write);
  const byAge = await pause(async () => {
    await clock.advance(120_000);
    await until(() => store.oldest === store.revision);
  });
  await write();
  const asked = await pause(() => store.compact(store.revision));
  const row = (what: string, median: number): Row => ({
    what: `longest pause, ${what}`,
    unit: 'ms',
    median,
    against: { what: `goal ${PAUSE_GOAL_MS} ms`, value: PAUSE_GOAL_MS },
  });
  return [
    row(`64 writers and as much forgotten by size`, bySize),
    row(`${kept} changes forgotten by age`, byAge),
    row(`${Math.floor(turns) * 64} changes compacted`, asked),
  ];
}

/** The longest time in milliseconds that the event loop did not turn during `work`. */
async function pause(work: () => Promise<unknown>): Promise<number> {
  collectGarbage();
  const delay = monitorEventLoopDelay({ resolution: 1 });
  await systemClock.sleep(20);
  delay.enable();
  await work();
  await systemClock.sleep(20);
  delay.disable();
  return delay.max / 1e6;
}

/** Resolves when `condition` holds, looked at whenever the event loop turns. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

async function restart(dir: string): Promise<Row[]> {
  const file = join(dir, 'restart.db');
  {
    await using store = await openSqliteStore({ file, ...options });
    await fill(store);
  }
  const samples = await repeat(5, async () => {
    await using _store = await openSqliteStore({ file, ...options });
  });
  const { ms } = await timed(async () => {
    await using _store = await openSqliteStore({ file: join(dir, 'empty.db'), ...options });
  });
  return [
    { what: 'open and close, 100,000 objects', unit: 'ms', median: samples.median, p99: samples.p99 },
    { what: 'make, open and close an empty store', unit: 'ms', median: ms },
    {
      what: 'file of 100,000 objects',
      unit: 'MiB',
      median: mib(statSync(file).size),
      against: { what: 'payload', value: mib(OBJECTS * VALUE.byteLength) },
    },
  ];
}

/** A full collection, so that what is measured is what is held. */
function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
}

function mib(bytes: number): number {
  return bytes / 1024 / 1024;
}
