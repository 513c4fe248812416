import { type FileHandle, open, readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { BackupNames } from './backup-names.js';

/** A place in a log: the file, which keeps its number when it is put aside, and the byte before which to read on. */
export interface LogPlace {
  readonly file: string;
  readonly before: number;
}

/** One line, and where to go on before it. */
export interface LogLine {
  readonly text: string;
  readonly place: LogPlace;
}

const CHUNK = 64 * 1024;
/** A line that is longer is no event of ours, and is left out. */
const LONGEST_LINE = 4 * 1024 * 1024;
const NEWLINE = 10;

/**
 * The lines of the log at `path` and of the files put aside from it, the newest first, from `place` on; from the end without one. Only
 * what is asked for is read. A place in a file that has been deleted since is the end.
 */
export async function* logLinesBackwards(path: string, place?: LogPlace): AsyncGenerator<LogLine> {
  let found = place === undefined;
  for (const name of await namesNewestFirst(path)) {
    await using opened = await openIfThere(join(dirname(path), name));
    if (opened === undefined) continue;
    const { ino, size } = await opened.handle.stat({ bigint: true });
    const file = String(ino);
    if (found) yield* linesOf(opened.handle, file, Number(size));
    else if (file === place?.file) {
      found = true;
      yield* linesOf(opened.handle, file, Math.min(place.before, Number(size)));
    }
  }
}

async function namesNewestFirst(path: string): Promise<string[]> {
  const names = new BackupNames(path);
  const there = await readdir(dirname(path)).catch(() => [] as string[]);
  return [
    basename(path),
    ...there
      .filter((name) => names.is(name))
      .sort()
      .reverse(),
  ];
}

async function openIfThere(path: string): Promise<({ readonly handle: FileHandle } & AsyncDisposable) | undefined> {
  try {
    const handle = await open(path, 'r');
    return { handle, [Symbol.asyncDispose]: () => handle.close() };
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** The lines that end before the byte `end`, the last first. What follows the last newline is no line yet. */
async function* linesOf(handle: FileHandle, file: string, end: number): AsyncGenerator<LogLine> {
  let tail: Buffer[] = [];
  let length = 0;
  // The first newline from the end ends the last line; nothing after it counts.
  let complete = false;
  for (let start = end; start > 0; ) {
    const from = Math.max(0, start - CHUNK);
    const chunk = Buffer.alloc(start - from);
    await handle.read(chunk, 0, chunk.length, from);
    let to = chunk.length;
    for (let at = chunk.lastIndexOf(NEWLINE); at >= 0; at = at === 0 ? -1 : chunk.lastIndexOf(NEWLINE, at - 1)) {
      const line = Buffer.concat([chunk.subarray(at + 1, to), ...tail]);
      if (complete && line.length > 0 && length + to - at <= LONGEST_LINE)
        yield { text: line.toString('utf8'), place: { file, before: from + at + 1 } };
      complete = true;
      to = at;
      tail = [];
      length = 0;
    }
    length += to;
    tail = length > LONGEST_LINE ? [] : [chunk.subarray(0, to), ...tail];
    start = from;
  }
  const first = Buffer.concat(tail);
  if (complete && first.length > 0 && length <= LONGEST_LINE)
    yield { text: first.toString('utf8'), place: { file, before: 0 } };
}
