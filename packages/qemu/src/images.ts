import { createHash } from 'node:crypto';
import { lstat, rename, rm, writeFile } from 'node:fs/promises';
import type { Layer } from './description.js';
import { type Host, usableTools } from './host.js';
import { HEAD_BYTES, type Recognized, recognize, TAIL_BYTES } from './image-format.js';
import { ImageRefused } from './image-refused.js';
import { parseJson, Reader } from './json.js';
import { layerOptions } from './layer.js';
import { optionValue } from './option.js';
import { readQcow2Header } from './qcow2.js';
import { openPlain, safePath } from './safe-path.js';
import { type RunOptions, runTool, ToolError } from './tool.js';

/** An image that may be opened. Sizes in bytes. */
export interface ImageInfo extends Recognized {
  readonly virtualSize: number;
  readonly fileSize: number;
}

/** What `convert` reports. */
export interface ConvertOptions {
  /** Copies what the disk was when this snapshot inside it was taken; it may then be in use meanwhile. */
  readonly snapshot?: string;
  /** The disk may be open elsewhere meanwhile, where nobody writes to it. */
  readonly shared?: boolean;
  /** What the copy lies on: blocks that the source itself leaves to its own layer below are not copied. */
  readonly base?: Layer;
  /** Gets 0 to 100. */
  readonly onProgress?: (percent: number) => void;
  readonly signal?: AbortSignal;
}

/** Larger disks are refused unless the caller says otherwise: 16 TiB, what ext4 holds in one file. */
const MAX_VIRTUAL_BYTES = 16 * 1024 ** 4;

/** What a program that reads an untrusted image may use (OpenStack's bounds for the same, doubled for slow hosts). */
const READER_MEMORY = 1024 ** 3;
const READER_CPU_SECONDS = 60;
const READER_MS = 120_000;

/** Snapshots inside one disk that are read; QEMU itself takes at most 65536. */
const MAX_SNAPSHOTS = 65_536;

/** Reference counts of a large disk are gone through. */
const SNAPSHOT_MS = 120_000;

/** Copying a disk takes as long as the disk is large. */
const CONVERT_MS = 6 * 60 * 60_000;

/** `qemu-img check`: 2 says corrupt, 3 says that clusters are allocated but not used, which harms nobody. */
const CHECK_CORRUPT = 2;
const CHECK_LEAKS = 3;

/**
 * The disk images in one directory tree. A path outside of it, or a link, is refused; each image is looked at by its
 * bytes before QEMU's tools open it, and is then opened with its format said and its backing file denied. A new image
 * appears under its name only when it is complete.
 */
export class Images {
  constructor(
    private readonly deps: { readonly root: string; readonly host: Host; readonly maxVirtualBytes?: number },
  ) {}

  /**
   * Looks at a file that somebody brought.
   *
   * @throws ImageRefused, HostProblem, ToolError
   */
  async inspect(path: string, signal?: AbortSignal): Promise<ImageInfo> {
    const real = await safePath(this.deps.root, path);
    const { head, tail, fileSize } = await edges(real);
    const recognized = recognize(head, tail, fileSize);
    const max = this.deps.maxVirtualBytes ?? MAX_VIRTUAL_BYTES;
    if (recognized.format === 'raw') {
      if (fileSize > max)
        throw new ImageRefused('too-large', `the image is ${fileSize} bytes large; ${max} are accepted`);
      return { ...recognized, virtualSize: fileSize, fileSize };
    }
    const { virtualSize } = readQcow2Header(head, fileSize, max);
    await this.#check(real, virtualSize, signal);
    return { ...recognized, virtualSize, fileSize };
  }

  /** A new empty disk in qcow2; its size is rounded up to whole sectors. @throws ImageRefused when `path` is taken or unsafe */
  async createBlank(path: string, sizeBytes: number): Promise<void> {
    await this.#create(path, (partial) => ['create', '-q', '-f', 'qcow2', partial, `${size(sizeBytes)}`]);
  }

  /**
   * A new disk in qcow2 that shows `base` until it is written to, and is `sizeBytes` large.
   *
   * @throws ImageRefused when `path` is taken or unsafe, or smaller than its base
   */
  async createOverlay(path: string, base: Layer, sizeBytes: number): Promise<void> {
    const below = await safePath(this.deps.root, base.path);
    const baseSize = await this.virtualSize(base);
    if (sizeBytes < baseSize) {
      throw new ImageRefused('too-small', `the disk has ${sizeBytes} bytes, and its image needs ${baseSize}`);
    }
    // -u: the base is known; without it qemu-img would open the file that the base's header names.
    await this.#create(path, (partial) => [
      'create',
      '-q',
      ...['-u', '-f', 'qcow2', '-F', base.format, '-b', below],
      partial,
      `${size(sizeBytes)}`,
    ]);
  }

  /** Makes a disk larger that no machine uses. @throws ImageRefused when it would become smaller */
  async resize(disk: Layer, sizeBytes: number): Promise<void> {
    const real = await safePath(this.deps.root, disk.path);
    const now = await this.virtualSize(disk);
    if (sizeBytes < now) throw new ImageRefused('too-small', `the disk has ${now} bytes and cannot become smaller`);
    if (sizeBytes > now) await this.#qemuImg(['resize', '-q', '-f', disk.format, real, `${size(sizeBytes)}`]);
  }

  /** Makes a disk that no machine uses exactly this large; what lies beyond is lost. */
  async truncate(disk: Layer, sizeBytes: number): Promise<void> {
    const real = await safePath(this.deps.root, disk.path);
    await this.#qemuImg(['resize', '-q', '--shrink', '-f', disk.format, real, `${size(sizeBytes)}`]);
  }

  /** The names of the snapshots inside a disk, which may be in use. */
  async snapshots({ path, format }: Layer): Promise<readonly string[]> {
    // What lies below is not opened for this, and must not be told.
    const argument = await this.#argument({ path, format });
    const said = await this.#guarded(['info', '-U', '--output=json', argument], undefined);
    const info = new Reader(parseJson(said, 'qemu-img info'), 'qemu-img info');
    return info.has('snapshots') ? info.objects('snapshots', MAX_SNAPSHOTS).map((one) => one.text('name')) : [];
  }

  /** Takes a snapshot called `name` inside a disk that no machine uses. @throws ToolError */
  async createSnapshot(disk: Layer, name: string): Promise<void> {
    await this.#qemuImg(['snapshot', '-q', '-c', name, await this.#argument(disk)], { timeoutMs: SNAPSHOT_MS });
  }

  /** Removes the snapshot called `name` from a disk that no machine uses. @throws ToolError when there is none */
  async deleteSnapshot(disk: Layer, name: string): Promise<void> {
    await this.#qemuImg(['snapshot', '-q', '-d', name, await this.#argument(disk)], { timeoutMs: SNAPSHOT_MS });
  }

  /**
   * Copies a disk with all its layers into one new qcow2 image, or into one on `base`.
   *
   * @throws ImageRefused when `destination` is taken or unsafe
   */
  async convert(source: Layer, destination: string, options: ConvertOptions = {}): Promise<void> {
    const { onProgress, signal, snapshot, base, shared = snapshot !== undefined } = options;
    const argument = await this.#argument(source);
    const moment = snapshot === undefined ? [] : ['-l', `snapshot.name=${optionValue('snapshot', snapshot)}`];
    const below = base === undefined ? [] : ['-F', base.format, '-B', await safePath(this.deps.root, base.path)];
    const onOutput = (chunk: string): void => {
      for (const [, percent] of chunk.matchAll(/\((\d+\.\d+)\/100%\)/g)) onProgress?.(Number(percent));
    };
    await this.#create(
      destination,
      (partial) => ['convert', '-p', ...(shared ? ['-U'] : []), ...moment, '-O', 'qcow2', ...below, argument, partial],
      {
        timeoutMs: CONVERT_MS,
        onOutput,
        ...(signal ? { signal } : {}),
      },
    );
  }

  /** The SHA-512 of a file in hex. */
  async checksum(path: string, signal?: AbortSignal): Promise<string> {
    await using file = await openPlain(await safePath(this.deps.root, path));
    const hash = createHash('sha512');
    for await (const chunk of file.createReadStream({ autoClose: false, ...(signal ? { signal } : {}) })) {
      hash.update(chunk as Buffer);
    }
    return hash.digest('hex');
  }

  /** How large a disk is to its guest, by the header of its uppermost layer. */
  async virtualSize(disk: Layer): Promise<number> {
    const { head, fileSize } = await edges(await safePath(this.deps.root, disk.path));
    if (disk.format === 'raw') return fileSize;
    if (head.length < 32 || head.readUInt32BE(0) !== 0x514649fb) {
      throw new ImageRefused('corrupt', `${disk.path} is not a qcow2 image`);
    }
    return Number(head.readBigUInt64BE(24));
  }

  /** Lets QEMU's own tools look: what they cannot read, a machine could not either. */
  async #check(real: string, virtualSize: number, signal: AbortSignal | undefined): Promise<void> {
    const image = `json:${JSON.stringify(layerOptions({ path: real, format: 'qcow2' }, 'image'))}`;
    const run = (argv: readonly string[]): Promise<string> => this.#guarded([...argv, '--output=json', image], signal);
    try {
      const info = new Reader(parseJson(await run(['info']), 'qemu-img info'), 'qemu-img info');
      if (info.number('virtual-size') !== virtualSize)
        throw new ImageRefused('corrupt', 'its size is not what its header says');
      await run(['check']);
    } catch (error) {
      if (!(error instanceof ToolError) || signal?.aborted) throw error;
      const reason = error.exit.code === CHECK_CORRUPT ? 'the tables of the image do not fit its data' : error.message;
      throw new ImageRefused('corrupt', `the qcow2 image is damaged or incomplete: ${reason}`, { cause: error });
    }
  }

  async #guarded(argv: readonly string[], signal: AbortSignal | undefined): Promise<string> {
    const { qemuImg, prlimit } = usableTools(this.deps.host);
    const options = { timeoutMs: READER_MS, answers: [CHECK_LEAKS], ...(signal ? { signal } : {}) };
    if (prlimit === undefined) return runTool(qemuImg, argv, options);
    const limits = [`--as=${READER_MEMORY}`, `--cpu=${READER_CPU_SECONDS}`, '--fsize=0', '--core=0'];
    return runTool(prlimit, [...limits, '--', qemuImg, ...argv], options);
  }

  async #create(path: string, argv: (partial: string) => readonly string[], options: RunOptions = {}): Promise<void> {
    const real = await safePath(this.deps.root, path);
    if (await lstat(real).catch(() => undefined)) throw new ImageRefused('unsafe-path', `${path} exists already`);
    const partial = `${real}.partial`;
    try {
      await rm(await safePath(this.deps.root, partial), { force: true });
      // qemu-img writes into a file that is there, and leaves its mode as it is; one of its own would be readable by all.
      await writeFile(partial, '', { flag: 'wx', mode: 0o600 });
      await this.#qemuImg(argv(partial), options);
      await rename(partial, real);
    } finally {
      await rm(partial, { force: true });
    }
  }

  async #qemuImg(argv: readonly string[], options: RunOptions = {}): Promise<void> {
    await runTool(usableTools(this.deps.host).qemuImg, argv, options);
  }

  async #argument(disk: Layer): Promise<string> {
    return `json:${JSON.stringify(layerOptions(await this.#chain(disk), 'disk'))}`;
  }

  async #chain({ path, format, backing }: Layer): Promise<Layer> {
    const real = await safePath(this.deps.root, path);
    return { path: real, format, ...(backing ? { backing: await this.#chain(backing) } : {}) };
  }
}

async function edges(
  path: string,
): Promise<{ readonly head: Buffer; readonly tail: Buffer; readonly fileSize: number }> {
  await using file = await openPlain(path);
  const { size: fileSize } = await file.stat();
  const read = async (length: number, position: number): Promise<Buffer> => {
    const bytes = Buffer.alloc(length);
    const { bytesRead } = await file.read(bytes, 0, length, position);
    return bytes.subarray(0, bytesRead);
  };
  const tailAt = Math.max(0, fileSize - TAIL_BYTES);
  return { head: await read(Math.min(HEAD_BYTES, fileSize), 0), tail: await read(fileSize - tailAt, tailAt), fileSize };
}

/** Whole sectors of 512 bytes. */
function size(bytes: number): number {
  if (!Number.isSafeInteger(bytes) || bytes <= 0)
    throw new ImageRefused('empty', `${bytes} bytes are no size of a disk`);
  return Math.ceil(bytes / 512) * 512;
}
