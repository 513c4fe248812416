import type { Reader } from './json.js';

const REASONS = [
  /** The guest powered itself off, asked or not. */
  'guest-shutdown',
  /** The guest's kernel said through the panic device that it cannot go on. */
  'guest-panicked',
  /** The processor or QEMU met a state it cannot continue from. */
  'internal-error',
  /** We ended QEMU in order. */
  'quit',
  /** We killed QEMU. */
  'killed',
  /** Somebody else sent QEMU a signal that it obeys. */
  'terminated',
  /** QEMU is gone and nobody asked for it. */
  'crashed',
  /** The host restarted under it. */
  'host-restarted',
] as const;

/** Why a machine ended. */
export type ExitReason = (typeof REASONS)[number];

/** How a machine ended. */
export interface MachineExit {
  readonly reason: ExitReason;
  /** A sentence for people; QEMU's own last words where there are any. */
  readonly message: string;
  /** When it ended or, where nobody of ours was there, when we learned of it: milliseconds since the Unix epoch. */
  readonly at: number;
  readonly code?: number;
  readonly signal?: string;
}

/** What is known of a process that is gone. */
export interface Remains {
  readonly at: number;
  /** The end of what QEMU said. */
  readonly log: string;
  readonly code?: number;
  readonly signal?: string;
  /** Whether the host has booted since the process was started. */
  readonly hostRestarted: boolean;
}

/**
 * The reason of an end that was not written down beforehand.
 *
 *   host booted since | QEMU's last words            | => reason
 *   ------------------|------------------------------|-----------------
 *   yes               | any                          | host-restarted
 *   no                | "terminating on signal …"    | terminated
 *   no                | anything else, or nothing    | crashed
 */
export function deduceExit({ at, log, code, signal, hostRestarted }: Remains): MachineExit {
  const words = lastWords(log);
  const how = { at, ...(code === undefined ? {} : { code }), ...(signal === undefined ? {} : { signal }) };
  if (hostRestarted) return { reason: 'host-restarted', message: 'the host restarted while the machine ran', ...how };
  if (/terminating on signal/.test(words)) return { reason: 'terminated', message: words, ...how };
  const fate = signal === undefined ? (code === undefined ? '' : ` with exit code ${code}`) : ` by ${signal}`;
  const said = words === '' ? 'it left no message' : words;
  return { reason: 'crashed', message: `QEMU ended unexpectedly${fate}: ${said}`, ...how };
}

/** The last line QEMU wrote, without its program name, at most 500 characters. */
export function lastWords(log: string): string {
  const line = log.trimEnd().split('\n').at(-1) ?? '';
  return line.replace(/^(?:\S*\/)?qemu-\S+: /, '').slice(0, 500);
}

/** @throws UnexpectedReply for a record of another shape. */
export function parseExit(reader: Reader): MachineExit {
  const name = reader.text('reason');
  const reason = REASONS.find((known) => known === name) ?? 'crashed';
  const code = reader.optional('code', (from, member) => from.number(member));
  const signal = reader.optional('signal', (from, member) => from.text(member));
  return {
    reason,
    message: reader.text('message'),
    at: reader.number('at'),
    ...(code === undefined ? {} : { code }),
    ...(signal === undefined ? {} : { signal }),
  };
}
