import { type Stored, type VirtualMachineImage, virtualMachineImages } from '@drover/api';
import type { Client } from '@drover/client';
import { updateWithRetry } from '@drover/controller';
import type { Clock, Log } from '@drover/kit';
import { type Outbound, OutboundError, plain, send } from '../outbound/request.js';
import { setFailed, setImported, setImporting } from './conditions.js';
import type { ImageFiles } from './files.js';
import { Progress } from './progress.js';
import { type Received, ReceiveError, receive } from './receive.js';

/** What QEMU's own tools say about a file. */
export type Inspect = (path: string) => Promise<{ readonly format: 'qcow2' | 'raw'; readonly virtualSize: number }>;

/** Copies the volume that an image names into a new file. @throws TransferFailed in words for the image's user */
export type CopyVolume = (
  image: Stored<VirtualMachineImage>,
  path: string,
  options: { readonly onProgress: (percent: number) => void; readonly signal: AbortSignal },
) => Promise<Received>;

/** How bytes of images get onto this host. */
export interface TransferOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly log: Log;
  readonly files: ImageFiles;
  readonly inspect: Inspect;
  /** Copies the volume that an image is made of, whole. */
  readonly copyVolume: CopyVolume;
  /** Asked at each download: settings may have changed. */
  readonly outbound: () => Outbound;
}

/** An attempt that failed in a way its user should read. */
export class TransferFailed extends Error {
  override readonly name = 'TransferFailed';
  constructor(
    readonly reason: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** The largest image taken, whatever is announced: 16 TiB, the most a qcow2 overlay of ours may hold. */
const MAX_BYTES = 2 ** 44;
/** Downloads at a time; others wait their turn. */
export const PARALLEL_DOWNLOADS = 4;
/** Where the bytes of an export come from, instead of a URL. */
const EXPORT = 'volume:';
/** No bytes for this long end a download. */
const STALLED_MS = 60_000;

interface Transfer {
  /** Where a download comes from; an upload comes from nowhere. */
  readonly url: string | undefined;
  readonly abort: AbortController;
  /** Resolves when nothing writes any more. */
  ended: Promise<unknown>;
  /** Whether we ended it, so that its failure is nobody's news. */
  stopped: boolean;
}

/** The transfers of images that are under way, one an image, and how each ended, written to the image's status. */
export class Transfers implements AsyncDisposable {
  readonly #options: TransferOptions;
  readonly #running = new Map<string, Transfer>();
  readonly #listeners = new Set<() => void>();

  constructor(options: TransferOptions) {
    this.#options = options;
  }

  /** Whether bytes of the image are on their way. */
  isRunning(uid: string): boolean {
    return this.#running.has(uid);
  }

  /** The URL an image is being downloaded from. */
  urlOf(uid: string): string | undefined {
    return this.#running.get(uid)?.url;
  }

  get isFull(): boolean {
    return [...this.#running.values()].filter(({ url }) => url !== undefined).length >= PARALLEL_DOWNLOADS;
  }

  /** Calls `listener` each time a transfer ends. */
  onEnd(listener: () => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => this.#listeners.delete(listener) };
  }

  /** Begins a download; its end is told by `onEnd` and written to the image. */
  download(image: Stored<VirtualMachineImage>): void {
    const url = new URL(image.spec.url ?? '');
    void this.#run(image, image.spec.url, (abort) => this.#fetch(image, url, abort)).catch((error: unknown) => {
      if (!(error instanceof TransferFailed))
        this.#options.log.error('image download ended', { image: image.metadata.name, error });
    });
  }

  /**
   * Takes in an upload and resolves when it was found good.
   *
   * @throws TransferFailed with words for the uploader; what went wrong is also in the image's condition.
   */
  upload(image: Stored<VirtualMachineImage>, body: AsyncIterable<Uint8Array>, size: number | undefined): Promise<void> {
    return this.#run(image, undefined, () => this.#take(image, body, size));
  }

  /** Begins to make the image of a volume; its end is told by `onEnd` and written to the image. */
  export(image: Stored<VirtualMachineImage>): void {
    void this.#run(image, EXPORT, (abort) => this.#export(image, abort)).catch((error: unknown) => {
      if (!(error instanceof TransferFailed))
        this.#options.log.error('image export ended', { image: image.metadata.name, error });
    });
  }

  /** Ends the image's transfer, if there is one, and resolves when nothing writes any more. */
  async stop(uid: string): Promise<void> {
    const transfer = this.#running.get(uid);
    if (transfer === undefined) return;
    transfer.stopped = true;
    transfer.abort.abort(new Error('the transfer was ended'));
    await transfer.ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#running.keys()].map((uid) => this.stop(uid)));
  }

  async #run(
    image: Stored<VirtualMachineImage>,
    url: string | undefined,
    receiveBytes: (abort: AbortController) => Promise<Received>,
  ): Promise<void> {
    const { uid } = image.metadata;
    const transfer: Transfer = { url, abort: new AbortController(), ended: Promise.resolve(), stopped: false };
    this.#running.set(uid, transfer);
    const finished = this.#finish(image, transfer, receiveBytes(transfer.abort)).finally(() => {
      this.#running.delete(uid);
      for (const listener of this.#listeners) listener();
    });
    transfer.ended = finished.catch(() => {});
    await finished;
  }

  async #finish(image: Stored<VirtualMachineImage>, transfer: Transfer, bytes: Promise<Received>): Promise<void> {
    try {
      const { size, checksum } = await bytes;
      const virtualSize = await this.#accept(image, checksum);
      await this.#write(image, (object, now) => setImported(object, size, virtualSize, now));
    } catch (error) {
      await this.#options.files.discard(image.metadata.uid);
      if (transfer.stopped) throw new TransferFailed('Stopped', 'the transfer was ended', { cause: error });
      const { signal } = transfer.abort;
      const failure = failureOf(signal.aborted ? signal.reason : error, transfer.url === undefined);
      await this.#write(image, (object, now) => setFailed(object, failure.reason, failure.message, now));
      throw failure;
    }
  }

  async #fetch(image: Stored<VirtualMachineImage>, url: URL, abort: AbortController): Promise<Received> {
    const { clock, outbound } = this.#options;
    await this.#write(image, (object, now) => {
      setImporting(object, now);
      object.status = { ...object.status, appliedUrl: url.href, progress: 0 };
    });
    using stall = new Stall(clock, abort);
    const request = { method: 'GET' as const, url, headers: { 'accept-encoding': 'identity' }, signal: abort.signal };
    const { status, headers, body } = await send(request, outbound());
    if (status !== 200) {
      body.destroy();
      throw new TransferFailed('DownloadFailed', `${plain(url)} answered ${status}`);
    }
    const length = Number(headers['content-length']);
    const expected = Number.isSafeInteger(length) && length > 0 ? length : undefined;
    // Awaited here: the watch over it ends with this block.
    return await this.#store(image, body, expected, stall.moved);
  }

  async #export(image: Stored<VirtualMachineImage>, abort: AbortController): Promise<Received> {
    const { files, clock, copyVolume } = this.#options;
    await this.#write(image, (object, now) => {
      setImporting(object, now);
      object.status = { ...object.status, progress: 0 };
    });
    const progress = new Progress(100, clock, (percent) =>
      this.#write(image, (object) => {
        object.status = { ...object.status, progress: percent };
      }),
    );
    const path = await files.incoming(image.metadata.uid);
    return copyVolume(image, path, { onProgress: progress.bytes, signal: abort.signal });
  }

  async #take(
    image: Stored<VirtualMachineImage>,
    body: AsyncIterable<Uint8Array>,
    size: number | undefined,
  ): Promise<Received> {
    await this.#write(image, (object, now) => {
      setImporting(object, now);
      object.status = { ...object.status, progress: 0 };
    });
    return this.#store(image, body, size, () => {});
  }

  async #store(
    image: Stored<VirtualMachineImage>,
    body: AsyncIterable<Uint8Array>,
    expected: number | undefined,
    moved: () => void,
  ): Promise<Received> {
    const { files, clock } = this.#options;
    const tell = (status: VirtualMachineImage['status']): Promise<void> =>
      this.#write(image, (object) => {
        object.status = { ...object.status, ...status };
      });
    if (expected !== undefined) await tell({ size: expected });
    const progress = new Progress(expected, clock, (percent) => tell({ progress: percent }));
    const path = await files.incoming(image.metadata.uid);
    return receive(body, path, {
      expected,
      limit: MAX_BYTES,
      onBytes(size) {
        moved();
        progress.bytes(size);
      },
    });
  }

  async #accept(image: Stored<VirtualMachineImage>, checksum: string): Promise<number> {
    const { files, inspect } = this.#options;
    const { uid } = image.metadata;
    const expected = (image.spec.checksum ?? '').toLowerCase();
    if (expected !== '' && expected !== checksum) {
      throw new TransferFailed('ChecksumMismatch', `the SHA-512 checksum is ${checksum}, not ${expected}`);
    }
    const { format, virtualSize } = await inspect(files.incomingPath(uid));
    await files.accept(uid, format);
    return virtualSize;
  }

  async #write(
    image: Stored<VirtualMachineImage>,
    change: (object: VirtualMachineImage, now: number) => void,
  ): Promise<void> {
    const { client, clock } = this.#options;
    const { namespace, name, uid } = image.metadata;
    await updateWithRetry(client, virtualMachineImages, { namespace, name }, (object) => {
      if (object.metadata.uid !== uid) return undefined;
      const changed = structuredClone(object);
      change(changed, clock.now());
      return changed;
    });
  }
}

/** Ends what it watches over when nothing has moved for a while. */
class Stall implements Disposable {
  #timer: Disposable | undefined;
  #movedAt: number;

  constructor(
    readonly clock: Clock,
    readonly abort: AbortController,
  ) {
    this.#movedAt = clock.now();
    this.#watch(STALLED_MS);
  }

  readonly moved = (): void => {
    this.#movedAt = this.clock.now();
  };

  #watch(ms: number): void {
    this.#timer = this.clock.after(ms, () => {
      const quiet = this.clock.now() - this.#movedAt;
      if (quiet < STALLED_MS) this.#watch(STALLED_MS - quiet);
      else this.abort.abort(new Error(`no bytes came for ${STALLED_MS / 1000} s`));
    });
  }

  [Symbol.dispose](): void {
    this.#timer?.[Symbol.dispose]();
  }
}

function failureOf(error: unknown, upload: boolean): TransferFailed {
  if (error instanceof TransferFailed) return error;
  const reason = upload ? 'UploadFailed' : 'DownloadFailed';
  if (error instanceof ReceiveError || error instanceof OutboundError)
    return new TransferFailed(reason, error.message, { cause: error });
  const message = error instanceof Error ? error.message : String(error);
  return new TransferFailed(
    error instanceof Error && error.name === 'ImageRefused' ? 'ImageRefused' : reason,
    message,
    { cause: error },
  );
}
