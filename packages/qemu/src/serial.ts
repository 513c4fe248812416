import { Duplex } from 'node:stream';
import type { Clock } from '@drover/kit';
import { History } from './history.js';

/** A viewer was let go because it did not read. */
export class ViewerStalled extends Error {
  override readonly name = 'ViewerStalled';
}

/** As many viewers as a console takes are there already. */
export class TooManyViewers extends Error {
  override readonly name = 'TooManyViewers';
}

/** How much of the output a new viewer is shown: several boots of a Linux guest. */
export const HISTORY_BYTES = 256 * 1024;

/** How far a viewer may fall behind before it is let go; holds the history and a burst. */
const STALLED_BYTES = 1024 * 1024;

/**
 * How long output is gathered before it is shown. A guest writes its serial port byte by byte, and every viewer would get
 * every byte as a message of its own. What comes after a silence is shown at once.
 */
const GATHER_MS = 4;
const GATHER_BYTES = 64 * 1024;

/** How long the end of the line may take to arrive when the guest is gone. */
const LAST_WORDS_MS = 1_000;

/** Viewers of one console at a time. */
const MAX_VIEWERS = 32;

/**
 * A serial line with any number of viewers: each sees all output from the history on, and what any of them types goes to
 * the guest. A viewer that stops reading is destroyed with `ViewerStalled` and costs the others nothing; one that types
 * faster than the guest reads is held back.
 */
export class SerialConsole implements Disposable {
  readonly #history: History;
  readonly #viewers = new Set<Viewer>();
  #line: Duplex | undefined;
  #gathering = false;
  #gathered: Buffer[] = [];
  #gatheredSize = 0;

  /** `past` is output from before; `record` gets what comes from now on. */
  constructor(
    past: Buffer,
    private readonly record: (chunk: Buffer) => void,
    private readonly clock: Clock,
  ) {
    this.#history = new History(HISTORY_BYTES);
    this.#history.push(past);
  }

  /** Whether there is a line to the guest. */
  get attached(): boolean {
    return this.#line !== undefined;
  }

  /** Takes over the line to the guest, in place of one that closed. */
  attach(line: Duplex): void {
    this.#line = line;
    line.on('data', (chunk: Buffer) => this.#hear(chunk));
    line.on('error', () => {});
    line.on('close', () => {
      if (this.#line === line) this.#line = undefined;
    });
  }

  /** @throws TooManyViewers */
  open(): Duplex {
    if (this.#viewers.size >= MAX_VIEWERS)
      throw new TooManyViewers(`${MAX_VIEWERS} viewers watch this console already`);
    const viewer = new Viewer((chunk, done) => this.#input(chunk, done));
    this.#viewers.add(viewer);
    viewer.on('close', () => this.#viewers.delete(viewer));
    viewer.on('error', () => {});
    viewer.show(this.#history.snapshot());
    return viewer;
  }

  /** Shows what the guest, which is gone, said last, and ends every viewer. */
  async finish(): Promise<void> {
    const line = this.#line;
    if (line) {
      const closed = new Promise<void>((resolve) => line.once('close', resolve));
      using _late = this.clock.after(LAST_WORDS_MS, () => line.destroy());
      await closed;
    }
    this.#show(this.#takeGathered());
    this[Symbol.dispose]();
  }

  /** Ends every viewer and lets the line go. */
  [Symbol.dispose](): void {
    for (const viewer of this.#viewers) viewer.finish();
    this.#line?.destroy();
  }

  #hear(chunk: Buffer): void {
    if (this.#gathering) {
      this.#gathered.push(chunk);
      this.#gatheredSize += chunk.length;
      if (this.#gatheredSize >= GATHER_BYTES) this.#show(this.#takeGathered());
      return;
    }
    this.#gathering = true;
    this.clock.after(GATHER_MS, () => {
      this.#gathering = false;
      if (this.#gatheredSize > 0) this.#hear(this.#takeGathered());
    });
    this.#show(chunk);
  }

  #takeGathered(): Buffer {
    const chunk = Buffer.concat(this.#gathered, this.#gatheredSize);
    this.#gathered = [];
    this.#gatheredSize = 0;
    return chunk;
  }

  #show(chunk: Buffer): void {
    if (chunk.length === 0) return;
    this.#history.push(chunk);
    this.record(chunk);
    for (const viewer of this.#viewers) viewer.show(chunk);
  }

  #input(chunk: Buffer, done: (error?: Error | null) => void): void {
    if (this.#line) this.#line.write(chunk, done);
    else done();
  }
}

class Viewer extends Duplex {
  constructor(private readonly type: (chunk: Buffer, done: (error?: Error | null) => void) => void) {
    super({ allowHalfOpen: false });
  }

  show(chunk: Buffer): void {
    if (this.destroyed || chunk.length === 0) return;
    if (this.readableLength + chunk.length > STALLED_BYTES) {
      this.destroy(new ViewerStalled(`the viewer left ${this.readableLength} bytes unread`));
      return;
    }
    this.push(chunk);
  }

  /** Lets the viewer read what it was shown, then ends. */
  finish(): void {
    if (!this.destroyed) this.push(null);
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.type(chunk, done);
  }
}
