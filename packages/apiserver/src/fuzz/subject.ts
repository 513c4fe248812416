import type { Arbitrary } from 'fast-check';

/** Something that reads what strangers send, with the inputs to try on it. */
export interface Subject<T = unknown> {
  readonly name: string;
  readonly inputs: Arbitrary<T>;
  /** Called before each input; what it takes is not the input's time. */
  ready?(): Promise<void>;
  /** Reads one input. Refusals that callers are told of are no failure. @throws what is a bug. */
  feed(input: T): unknown;
}

/** A subject whose inputs are known to it alone. */
export const subject = <T>(one: Subject<T>): Subject => ({ ...one, feed: (input) => one.feed(input as T) });
