import { constants, type FSWatcher, watch } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { FILES } from './files.js';

/** How large what QEMU says may grow before all but its end is cut off. */
const MAX_LOG = 64 * 1024;

/** How much of the end is kept. */
const KEPT = 16 * 1024;

/**
 * Keeps the file that QEMU writes its messages to from growing: a guest can make it complain without end. QEMU appends,
 * so that it goes on at the new end after a cut.
 */
export class QemuLog implements AsyncDisposable {
  #watcher: FSWatcher | undefined;
  #cutting: Promise<void> | undefined;

  private constructor(private readonly directory: string) {}

  /**
   * Cuts the log of a machine's directory whenever it is too long, until disposed. When the host can watch no further
   * file it is cut only now, and `onError` is told.
   */
  static async watch(directory: string, onError: (error: unknown) => void): Promise<QemuLog> {
    const log = new QemuLog(directory);
    await log.#cut();
    try {
      log.#follow(onError);
    } catch (error) {
      onError(error);
    }
    return log;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#watcher?.close();
    await this.#cutting;
  }

  #follow(onError: (error: unknown) => void): void {
    const cut = (): Promise<void> =>
      this.#cut()
        .catch(onError)
        .finally(() => {
          this.#cutting = undefined;
        });
    this.#watcher = watch(join(this.directory, FILES.log), { persistent: false }, () => {
      this.#cutting ??= cut();
    });
    this.#watcher.on('error', onError);
  }

  async #cut(): Promise<void> {
    await using file = await openLog(this.directory, constants.O_RDWR).catch(() => undefined);
    if (!file || (await file.stat()).size <= MAX_LOG) return;
    const tail = await readEnd(file);
    await file.truncate(0);
    await file.appendFile(tail);
  }
}

/** An empty log for a new process to append to; who opens closes. */
export function createLogFile(directory: string): Promise<FileHandle> {
  return openLog(directory, constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC);
}

/** The end of what QEMU said; empty when it never ran. */
export async function readLogEnd(directory: string): Promise<string> {
  await using file = await openLog(directory, constants.O_RDONLY).catch(() => undefined);
  return file ? (await readEnd(file)).toString('utf8') : '';
}

function openLog(directory: string, flags: number): Promise<FileHandle> {
  return open(join(directory, FILES.log), flags | constants.O_APPEND | constants.O_NOFOLLOW, 0o600);
}

async function readEnd(file: FileHandle): Promise<Buffer> {
  const { size } = await file.stat();
  const end = Buffer.alloc(Math.min(size, KEPT));
  const { bytesRead } = await file.read(end, 0, end.length, size - end.length);
  return end.subarray(0, bytesRead);
}
