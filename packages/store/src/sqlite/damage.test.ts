import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Inspection } from './inspection.js';
import { LogFile } from './log-file.js';
import { checksum, type Row } from './rows.js';

const options = { maxBytes: 1024 ** 3, pageBytes: 512 };

let dir: string;
let files = 0;
beforeAll(() => {
  // In memory where there is such a place: thousands of files are opened, and nothing here depends on a disk.
  dir = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'drover-damage-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

const newFile = (): string => {
  files += 1;
  return join(dir, `${files}.db`);
};
const row = (revision: number, bytes: number): Row => ({
  key: `/key/${revision}`,
  revision,
  created: revision,
  value: new Uint8Array(bytes).fill(revision % 251),
});
const batch = (from: number, count: number, bytes: number): Row[] =>
  Array.from({ length: count }, (_, index) => row(from + index, bytes));

/** The two files of a log that nobody closed, and what it held after each batch. */
interface Image {
  readonly main: Uint8Array;
  readonly wal: Uint8Array;
  readonly states: readonly (readonly Row[])[];
}

/** Half of it taken into the file, half in the write-ahead log, the last batches small ones. */
function image(): Image {
  const states: Row[][] = [[]];
  const commit = (log: LogFile, rows: Row[], forgotten: number[] = []): void => {
    log.commit(rows, forgotten, 1);
    const kept = (states.at(-1) as Row[]).filter(({ revision }) => !forgotten.includes(revision));
    states.push([...kept, ...rows]);
  };
  const closed = newFile();
  {
    using log = new LogFile(closed, options);
    for (let from = 2; from < 42; from += 4) commit(log, batch(from, 4, 1_500));
  }
  const file = newFile();
  copyFileSync(closed, file);
  using log = new LogFile(file, options);
  for (let from = 42; from < 62; from += 5) commit(log, batch(from, 5, 900), [from - 40, from - 39]);
  for (let revision = 62; revision < 66; revision += 1) commit(log, [row(revision, 10)]);
  return { main: readFileSync(file), wal: readFileSync(`${file}-wal`), states };
}

/** What the files give back when they are opened: all rows, or the words in which they are refused. */
function opened(main: Uint8Array, wal: Uint8Array): readonly Row[] | string {
  const file = newFile();
  writeFileSync(file, main);
  writeFileSync(`${file}-wal`, wal);
  try {
    using log = new LogFile(file, options);
    const inspection = new Inspection(log.seal);
    const rows = [...log.pages(100)].flatMap((page) => inspection.rows(page));
    inspection.end();
    return rows;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    for (const name of [file, `${file}-wal`]) rmSync(name, { force: true });
  }
}

/** How many batches `found` holds; fails when it is not what there was after one of them. */
function batchesIn(found: readonly Row[] | string, { states }: Image): number {
  if (typeof found === 'string') throw new Error(`refused: ${found}`);
  const said = (rows: readonly Row[]): string => rows.map((row) => `${row.revision}:${checksum(row)}`).join();
  const batches = states.findIndex((rows) => said(rows) === said(found));
  if (batches < 0) throw new Error(`${found.length} rows up to ${found.at(-1)?.revision} are no state there was`);
  return batches;
}

/** Whole numbers below `end`, spread over all of it, the same in each run. */
const spread = (count: number, end: number): number[] =>
  Array.from({ length: count }, (_, index) => (index * 2_654_435_761 + 12_345) % end);

describe('a write-ahead log that was cut off', () => {
  it('leaves whole batches, at each byte of the last two and at many before', () => {
    const whole = image();
    const { main, wal, states } = whole;
    const all = states.length - 1;
    let newest = all;
    for (let cut = wal.length; newest > all - 2; cut -= 1) {
      const batches = batchesIn(opened(main, wal.subarray(0, cut)), whole);
      expect(batches).toBeLessThanOrEqual(newest);
      newest = batches;
    }
    for (const cut of spread(150, wal.length)) batchesIn(opened(main, wal.subarray(0, cut)), whole);
  }, 60_000);
});

describe('a file that was cut off', () => {
  const refusal = /has lost what was in it|malformed|is damaged|not one of ours|rows were written/;

  it('is refused, or has all that it had, at each page, each byte of the first, and many bytes between', () => {
    const whole = image();
    const { main, wal, states } = whole;
    const pages = Array.from({ length: main.length / options.pageBytes }, (_, page) => page * options.pageBytes);
    const cuts = [...pages, ...pages.map((cut) => cut + 1), ...Array(130).keys(), ...spread(150, main.length)];
    for (const withLog of [wal, new Uint8Array()]) {
      for (const cut of cuts) {
        const found = opened(main.subarray(0, cut), withLog);
        if (typeof found === 'string') expect(found).toMatch(refusal);
        else expect(batchesIn(found, whole)).toBe(states.length - 1);
      }
    }
  }, 60_000);

  it('with nothing in it is not taken for a new one', () => {
    expect(opened(new Uint8Array(), new Uint8Array())).toMatch('the file has lost what was in it');
  });
});
