import type { Clock } from '@drover/kit';

/** Changes of rights come in bursts; one look after a moment serves them all, well within the five seconds promised. */
const SETTLE_MS = 500;
/** Streams looked at before the loop turns. */
const BATCH = 200;

interface Stream {
  readonly stillAllowed: () => boolean;
  readonly close: () => void;
}

/**
 * The streams that are open: watches, consoles, everything that outlives the moment it was allowed in. When rights or
 * credentials change, each is asked again, and closed when it would be refused now.
 */
export class OpenStreams {
  readonly #streams = new Set<Stream>();
  #pending: Disposable | undefined;

  constructor(readonly clock: Clock) {}

  get size(): number {
    return this.#streams.size;
  }

  /** Watches over a stream until the result is disposed. */
  add(stream: Stream): Disposable {
    this.#streams.add(stream);
    return { [Symbol.dispose]: () => this.#streams.delete(stream) };
  }

  /** Rights changed: looks again, soon. */
  recheck(): void {
    this.#pending ??= this.clock.after(SETTLE_MS, () => {
      this.#pending = undefined;
      void this.#look();
    });
  }

  /** Ends every stream. */
  closeAll(): void {
    this.#pending?.[Symbol.dispose]();
    for (const { close } of [...this.#streams]) close();
    this.#streams.clear();
  }

  async #look(): Promise<void> {
    let looked = 0;
    for (const stream of [...this.#streams]) {
      if (this.#streams.has(stream) && !stream.stillAllowed()) {
        this.#streams.delete(stream);
        stream.close();
      }
      looked += 1;
      if (looked % BATCH === 0) await new Promise((turn) => setImmediate(turn));
    }
  }
}
