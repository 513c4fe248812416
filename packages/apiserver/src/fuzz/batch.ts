import fc from 'fast-check';
import type { Subject } from './subject.js';

/** Inputs of a batch: enough for the library to go from small and special ones to large ones. */
export const BATCH = 100;
/** Milliseconds of processor time that no input may take: others on the machine do not count, other threads of the process do. */
export const SLOW_MS = 1000;

/** What a batch came to. */
export interface BatchResult {
  /** Milliseconds of processor time of the slowest input. */
  readonly slowest: number;
}

/** An input that a subject does not bear: it threw, or took too long. */
export class Fault extends Error {
  override readonly name = 'Fault';

  constructor(
    readonly subject: string,
    readonly input: unknown,
    why: string,
    options?: ErrorOptions,
  ) {
    super(`${subject}: ${why}\ninput: ${told(input)}`, options);
  }
}

/** Which of `subjects` batch `number` is about. */
export const subjectOf = (subjects: readonly Subject[], number: number): Subject =>
  subjects[number % subjects.length] as Subject;

/** Which batch to run, and how. */
export interface BatchOptions {
  readonly seed: number;
  readonly number: number;
  readonly slowMs: number;
  /** Called before each input. */
  readonly onInput?: () => void;
}

/**
 * Feeds a batch to its subject: the same inputs whenever `seed` and `number` are the same.
 *
 * @throws Fault for the first input that the subject does not bear.
 */
export async function runBatch(one: Subject, { seed, number, slowMs, onInput }: BatchOptions): Promise<BatchResult> {
  let slowest = 0;
  for (const input of fc.sample(one.inputs, { seed: (seed + number * 0x9e3779b9) | 0, numRuns: BATCH })) {
    onInput?.();
    await one.ready?.();
    const started = process.cpuUsage();
    try {
      await one.feed(input);
    } catch (error) {
      throw new Fault(one.name, input, String(error), { cause: error });
    }
    const { user, system } = process.cpuUsage(started);
    const took = (user + system) / 1000;
    if (took > slowMs) throw new Fault(one.name, input, `took ${Math.round(took)} ms of processor time`);
    slowest = Math.max(slowest, took);
  }
  return { slowest };
}

function told(input: unknown): string {
  const text = input instanceof Uint8Array ? `base64 ${Buffer.from(input).toString('base64')}` : JSON.stringify(input);
  return text.length > 4000 ? `${text.slice(0, 4000)}… (${text.length} characters)` : text;
}
