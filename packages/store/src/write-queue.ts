import { StoreBusy } from './errors.js';
import type { Write } from './journal.js';

/** A write that waits to become durable. */
export interface WaitingWrite extends Write {
  /** Settles when the write is durable and visible, or refused. */
  readonly done: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** How many writes may wait, counting those on their way to the disk. */
export interface WriteLimits {
  readonly maxWaiting: number;
  readonly maxWaitingBytes: number;
}

/**
 * Writes that have a revision but are not durable, in order, and the newest of them for each key: what the next write to that
 * key is checked against.
 */
export class WriteQueue {
  readonly #limits: WriteLimits;
  readonly #newest = new Map<string, WaitingWrite>();
  #queued: WaitingWrite[] = [];
  #count = 0;
  #bytes = 0;

  constructor(limits: WriteLimits) {
    this.#limits = limits;
  }

  /** Whether some are not yet on their way. */
  get hasQueued(): boolean {
    return this.#queued.length > 0;
  }

  newest(key: string): WaitingWrite | undefined {
    return this.#newest.get(key);
  }

  /** @throws StoreBusy when a write of `bytes` would be one too many. A single one is always taken. */
  checkRoom(bytes: number): void {
    if (
      this.#count >= this.#limits.maxWaiting ||
      (this.#count > 0 && this.#bytes + bytes > this.#limits.maxWaitingBytes)
    ) {
      throw new StoreBusy(this.#count, this.#bytes);
    }
  }

  add(write: Write): WaitingWrite {
    let settle: Pick<WaitingWrite, 'resolve' | 'reject'> | undefined;
    const done = new Promise<void>((resolve, reject) => {
      settle = { resolve, reject };
    });
    const waiting: WaitingWrite = {
      ...write,
      done,
      ...(settle as unknown as Pick<WaitingWrite, 'resolve' | 'reject'>),
    };
    this.#newest.set(write.key, waiting);
    this.#queued.push(waiting);
    this.#count += 1;
    this.#bytes += write.entry?.value.byteLength ?? 0;
    return waiting;
  }

  /** The first queued writes, at most `count` of them, now on their way. */
  take(count: number): WaitingWrite[] {
    const taken = this.#queued.splice(0, count);
    return taken;
  }

  /** The write is durable or refused: nothing is checked against it any more. */
  settle(write: WaitingWrite): void {
    if (this.#newest.get(write.key) === write) this.#newest.delete(write.key);
    this.#count -= 1;
    this.#bytes -= write.entry?.value.byteLength ?? 0;
  }
}
