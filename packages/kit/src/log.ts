import type { Clock } from './clock.js';

/** How much a line matters. */
export type Level = 'debug' | 'info' | 'warn' | 'error';

/** Facts that go with a message; values are JSON, `Error`s become name and message, `Secret`s redact themselves. */
export type Fields = Readonly<Record<string, unknown>>;

/** Structured lines: a constant message, and facts beside it. */
export interface Log {
  debug(message: string, fields?: Fields): void;
  info(message: string, fields?: Fields): void;
  warn(message: string, fields?: Fields): void;
  error(message: string, fields?: Fields): void;
  /** The same log with `fields` on each line. */
  with(fields: Fields): Log;
}

const RANK: Readonly<Record<Level, number>> = { debug: 0, info: 1, warn: 2, error: 3 };

/** A log that gives one line of JSON (without the line end) at a time to `write`, from `level` on. */
export function createLog(options: {
  readonly write: (line: string) => void;
  readonly clock: Clock;
  readonly level: Level;
  readonly fields?: Fields;
}): Log {
  const { write, clock, level, fields: base = {} } = options;
  const line = (at: Level, message: string, fields: Fields = {}): void => {
    if (RANK[at] < RANK[level]) return;
    const time = new Date(clock.now()).toISOString();
    write(JSON.stringify({ time, level: at, message, ...base, ...fields }, printable));
  };
  return {
    debug: (message, fields) => line('debug', message, fields),
    info: (message, fields) => line('info', message, fields),
    warn: (message, fields) => line('warn', message, fields),
    error: (message, fields) => line('error', message, fields),
    with: (fields) => createLog({ ...options, fields: { ...base, ...fields } }),
  };
}

/** A log that keeps nothing. */
export const silentLog: Log = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  with: () => silentLog,
};

function printable(_key: string, value: unknown): unknown {
  if (value instanceof Error) return { name: value.name, message: value.message, stack: value.stack };
  if (typeof value === 'bigint') return value.toString();
  return value;
}
