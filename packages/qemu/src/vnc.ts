import type { Duplex } from 'node:stream';
import { FILES } from './files.js';
import { TooManyViewers } from './serial.js';
import { connectIn } from './socket.js';

/** Viewers of one screen at a time; QEMU itself stops at 32. */
const MAX_VIEWERS = 16;

/**
 * The screen of a machine: each viewer is a connection of its own to QEMU, which draws for all of them and takes input
 * from any. `takeover` ends the others first, as KubeVirt does whenever a viewer comes.
 */
export class VncScreen implements Disposable {
  readonly #viewers = new Set<Duplex>();

  constructor(private readonly directory: string) {}

  /** A raw RFB stream. @throws TooManyViewers */
  async open({ takeover = false }: { readonly takeover?: boolean } = {}): Promise<Duplex> {
    if (takeover) this[Symbol.dispose]();
    if (this.#viewers.size >= MAX_VIEWERS) throw new TooManyViewers(`${MAX_VIEWERS} viewers watch this screen already`);
    const viewer = await connectIn(this.directory, FILES.vnc);
    this.#viewers.add(viewer);
    viewer.on('close', () => this.#viewers.delete(viewer));
    viewer.on('error', () => {});
    return viewer;
  }

  /** Ends every viewer. */
  [Symbol.dispose](): void {
    for (const viewer of this.#viewers) viewer.destroy();
    this.#viewers.clear();
  }
}
