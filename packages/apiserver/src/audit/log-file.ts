import { type FileHandle, mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Clock, Log } from '@drover/kit';
import { BackupNames } from './backup-names.js';
import type { AuditDestination } from './sink.js';

/** Events that wait for the disk; further ones are not written, and counted as errors. */
const WAITING_BYTES = 64 * 1024 * 1024;
const NEWLINE = 10;

/** Where an audit log is kept, and how much of it. */
export interface AuditLogOptions {
  readonly path: string;
  /** A file that would become larger is put aside under its name with the time, and a new one begun. */
  readonly maxBytes: number;
  /** Files put aside that are kept, and for how many milliseconds; others are deleted. */
  readonly maxBackups: number;
  readonly maxAgeMs: number;
  readonly clock: Clock;
  readonly log: Log;
}

interface Waiting {
  readonly bytes: Buffer;
  readonly done: (written: boolean) => void;
}

/**
 * Audit events as lines of JSON in a file of mode 0600. Lines that come while one write is on its way go out together with the
 * next. A written line is with the operating system: it survives the end of this process, not that of the machine.
 */
export class AuditLogFile implements AuditDestination, AsyncDisposable {
  readonly #options: AuditLogOptions;
  #file: FileHandle;
  #size: number;
  #waiting: Waiting[] = [];
  #bytes = 0;
  #writing: Promise<void> | undefined;
  #failing = false;
  /** When a file was put aside last: two in one millisecond get names of their own. */
  #rotated = 0;
  readonly #names: BackupNames;

  private constructor(options: AuditLogOptions, file: FileHandle, size: number) {
    this.#options = options;
    this.#names = new BackupNames(options.path);
    this.#file = file;
    this.#size = size;
  }

  /** @throws the file system's error when the file cannot be opened for appending. */
  static async open(options: AuditLogOptions): Promise<AuditLogFile> {
    await mkdir(dirname(options.path), { recursive: true, mode: 0o700 });
    const file = await open(options.path, 'a', 0o600);
    const { size } = await file.stat();
    const log = new AuditLogFile(options, file, size);
    await log.#endLine();
    await log.#prune();
    return log;
  }

  deliver(lines: readonly string[]): Promise<boolean> {
    const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
    if (this.#bytes + bytes.length > WAITING_BYTES) return Promise.resolve(false);
    this.#bytes += bytes.length;
    return new Promise((done) => {
      this.#waiting.push({ bytes, done });
      this.#writing ??= this.#writeAll();
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#writing;
    await this.#file.close();
  }

  async #writeAll(): Promise<void> {
    // Those who ask in the same turn of the loop share the write.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const batch = this.#waiting;
      this.#waiting = [];
      const bytes = Buffer.concat(batch.map((waiting) => waiting.bytes));
      const written = await this.#append(bytes);
      this.#bytes -= bytes.length;
      for (const { done } of batch) done(written);
    }
    this.#writing = undefined;
  }

  async #append(bytes: Buffer): Promise<boolean> {
    try {
      if (this.#size > 0 && this.#size + bytes.length > this.#options.maxBytes) await this.#rotate();
      await this.#file.appendFile(bytes);
      this.#size += bytes.length;
      this.#failing = false;
      return true;
    } catch (error) {
      if (!this.#failing)
        this.#options.log.error('the audit log cannot be written', { path: this.#options.path, error });
      this.#failing = true;
      await this.#dropHalfLine();
      return false;
    }
  }

  /** A process that was killed while it wrote may have left half a line: the next one begins a new one. */
  async #endLine(): Promise<void> {
    if (this.#size === 0) return;
    const reader = await open(this.#options.path, 'r');
    try {
      const { buffer } = await reader.read(Buffer.alloc(1), 0, 1, this.#size - 1);
      if (buffer[0] === NEWLINE) return;
    } finally {
      await reader.close();
    }
    await this.#file.appendFile('\n');
    this.#size += 1;
  }

  /** Half a line that a full disk took would swallow the next one. */
  async #dropHalfLine(): Promise<void> {
    await this.#file.truncate(this.#size).catch(() => {});
  }

  async #rotate(): Promise<void> {
    const { path, clock } = this.#options;
    this.#rotated = Math.max(clock.now(), this.#rotated + 1);
    await rename(path, join(dirname(path), this.#names.of(this.#rotated))).catch(unlessGone);
    const full = this.#file;
    this.#file = await open(path, 'a', 0o600);
    this.#size = 0;
    await full.close();
    await this.#prune();
  }

  /** What cannot be deleted takes space, and is no reason to audit nothing. */
  async #prune(): Promise<void> {
    const { path, maxBackups, maxAgeMs, clock, log } = this.#options;
    try {
      const aside = (await readdir(dirname(path))).filter((name) => this.#names.is(name)).sort();
      const oldest = this.#names.of(Math.max(0, clock.now() - maxAgeMs));
      const excess = aside.filter((name, index) => name < oldest || index < aside.length - maxBackups);
      for (const name of excess) await rm(join(dirname(path), name), { force: true });
    } catch (error) {
      log.warn('old audit logs cannot be deleted', { path, error });
    }
  }
}

/** The file may have been put aside already: by an attempt that then could not open the next one, or by somebody else. */
function unlessGone(error: unknown): void {
  if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
}
