import { constants } from 'node:fs';
import { type FileHandle, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { FILES } from './files.js';

/**
 * The serial history on disk, so that it outlives us: two files of at most `capacity` bytes, the older of which goes when
 * the newer is full. QEMU does not write them, because it would not stop. What arrives faster than the disk takes it
 * waits, `capacity` bytes of it at most; beyond that it is left out of the files.
 */
export class SerialLog implements AsyncDisposable {
  #waiting: Buffer[] = [];
  #waitingSize = 0;
  #writing: Promise<void> | undefined;
  #closed = false;

  private constructor(
    private readonly directory: string,
    readonly capacity: number,
    private handle: FileHandle,
    private size: number,
    private readonly onError: (error: unknown) => void,
  ) {}

  /** Opens the log in a machine's directory. `onError` is told what a write failed of; the console goes on without. */
  static async open(
    directory: string,
    capacity: number,
    onError: (error: unknown) => void,
  ): Promise<{ readonly log: SerialLog; readonly history: Buffer }> {
    const before = await readTail(join(directory, FILES.serialLogBefore), capacity);
    const current = await readTail(join(directory, FILES.serialLog), capacity);
    const handle = await openForAppend(directory);
    const { size } = await handle.stat();
    return {
      log: new SerialLog(directory, capacity, handle, size, onError),
      history: Buffer.concat([before, current]).subarray(-capacity),
    };
  }

  append(chunk: Buffer): void {
    if (this.#closed || this.#waitingSize + chunk.length > this.capacity) return;
    this.#waiting.push(chunk);
    this.#waitingSize += chunk.length;
    this.#writing ??= this.#write()
      .catch(this.onError)
      .finally(() => {
        this.#writing = undefined;
      });
  }

  /** Writes what waits, and closes. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    await this.#writing;
    await this.handle.close();
  }

  async #write(): Promise<void> {
    while (this.#waitingSize > 0) {
      const batch = Buffer.concat(this.#waiting, this.#waitingSize);
      this.#waiting = [];
      this.#waitingSize = 0;
      if (this.size + batch.length > this.capacity) await this.#turn();
      await this.handle.appendFile(batch);
      this.size += batch.length;
    }
  }

  async #turn(): Promise<void> {
    await this.handle.close();
    await rename(join(this.directory, FILES.serialLog), join(this.directory, FILES.serialLogBefore));
    this.handle = await openForAppend(this.directory);
    this.size = 0;
  }
}

/** Removes the history of an earlier run. */
export async function removeSerialLog(directory: string): Promise<void> {
  await rm(join(directory, FILES.serialLog), { force: true });
  await rm(join(directory, FILES.serialLogBefore), { force: true });
}

function openForAppend(directory: string): Promise<FileHandle> {
  const flags = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW;
  return open(join(directory, FILES.serialLog), flags, 0o600);
}

async function readTail(path: string, capacity: number): Promise<Buffer> {
  const content = await readFile(path, { flag: constants.O_RDONLY | constants.O_NOFOLLOW }).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return Buffer.alloc(0);
    throw error;
  });
  return content.subarray(-capacity);
}
