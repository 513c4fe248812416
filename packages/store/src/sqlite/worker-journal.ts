import { stat } from 'node:fs/promises';
import { Worker } from 'node:worker_threads';
import { type Batch, type Journal, JournalFull } from '../journal.js';
import { Inspection } from './inspection.js';
import type { Reply, Request, WorkerSetup } from './messages.js';
import { buffersOf, pack, type Row, type StoredRows } from './rows.js';
import { Seal } from './seal.js';

/** The thread's values are outside its heap; more room for short-lived objects is held for nothing. */
const YOUNG_MIB = 4;

interface Waiter {
  readonly resolve: (reply: Reply) => void;
  readonly reject: (error: Error) => void;
}

/** Thrown when another process holds the file. */
export class FileLocked extends Error {
  override readonly name = 'FileLocked';
}

/** The log file in its own thread, so that nobody else waits for the disk. One request is on its way at a time. */
export class WorkerJournal implements Journal {
  readonly #worker: Worker;
  #waiter: Waiter | undefined;
  /** Replies that nobody has waited for yet. */
  readonly #replies: Reply[] = [];
  #broken: Error | undefined;

  readonly #file: string;

  private constructor(setup: WorkerSetup, program: URL) {
    this.#file = setup.file;
    this.#worker = new Worker(program, {
      workerData: setup,
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MIB },
    });
    this.#worker.on('message', (reply: Reply) => this.#take(reply));
    this.#worker.on('error', (error) => this.#break(error));
    this.#worker.on('messageerror', (error) => this.#break(error));
    this.#worker.on('exit', (code) => this.#break(new Error(`the thread that writes ended with code ${code}`)));
  }

  /**
   * Starts the thread, by default with the program that ships, and opens the file. `oldest` is the oldest revision whose
   * history the log has; `rows` are all rows of the log, in order, if `setup` wants them: to be taken before anything is committed.
   * The thread reads on while these are taken in, and while the main thread does other things.
   */
  static async open(
    setup: WorkerSetup,
    program: URL = new URL('./worker.js', import.meta.url),
  ): Promise<{
    readonly journal: WorkerJournal;
    readonly oldest: number;
    readonly rows: AsyncIterable<readonly Row[]>;
  }> {
    const journal = new WorkerJournal(setup, program);
    try {
      const reply = await journal.#reply();
      if (reply.type !== 'opened') throw new Error(`the thread that writes began with "${reply.type}"`);
      const seal = new Seal(reply.rows, reply.seal);
      return { journal, oldest: reply.oldest, rows: journal.#load(seal) };
    } catch (error) {
      await journal.#worker.terminate();
      throw error;
    }
  }

  async *#load(seal: Seal): AsyncGenerator<readonly Row[], void, undefined> {
    const inspection = new Inspection(seal);
    let more = true;
    const next = async (): Promise<readonly StoredRows[]> => {
      more = false;
      const reply = await this.#reply();
      if (reply.type !== 'loaded') return [];
      more = true;
      return reply.pages;
    };
    try {
      while (more) for (const page of await next()) yield inspection.rows(page);
      inspection.end();
    } finally {
      // Whoever has seen enough must not leave replies that the next request would take for its own.
      while (more) await next().catch(() => undefined);
    }
  }

  /** A turn of the event loop: the requests that have arrived by now go into one group. */
  gathered(): Promise<void> {
    return new Promise((resolve) => setImmediate(resolve));
  }

  async commit({ writes, forgotten, oldest }: Batch): Promise<void> {
    const rows = pack(
      writes.map(({ key, revision, entry }) => ({ key, revision, created: entry?.created ?? 0, value: entry?.value })),
    );
    await this.#ask({ type: 'commit', rows, forgotten, oldest }, buffersOf(rows));
  }

  /** By name, without opening the files: a descriptor of ours that is closed would take SQLite's lock with it. */
  async size(): Promise<number> {
    const sizes = await Promise.all([this.#file, `${this.#file}-wal`].map(bytesOf));
    return sizes.reduce((sum, bytes) => sum + bytes, 0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      if (!this.#broken) await this.#ask({ type: 'close' });
    } finally {
      await this.#worker.terminate();
    }
  }

  #ask(request: Request, transfer: ArrayBuffer[] = []): Promise<Reply> {
    if (this.#broken) return Promise.reject(this.#broken);
    this.#worker.postMessage(request, transfer);
    return this.#reply();
  }

  async #reply(): Promise<Reply> {
    const reply = this.#replies.shift() ?? (await this.#next());
    if (reply.type !== 'fault') return reply;
    switch (reply.fault) {
      case 'locked':
        throw new FileLocked(reply.message);
      case 'full':
        throw new JournalFull(reply.message);
      case 'failed':
        throw new Error(reply.message);
    }
  }

  #next(): Promise<Reply> {
    if (this.#broken) return Promise.reject(this.#broken);
    return new Promise((resolve, reject) => {
      this.#waiter = { resolve, reject };
    });
  }

  #take(reply: Reply): void {
    if (this.#waiter) this.#settle((waiter) => waiter.resolve(reply));
    else this.#replies.push(reply);
  }

  #break(error: Error): void {
    this.#broken ??= error;
    this.#settle((waiter) => waiter.reject(error));
  }

  #settle(settle: (waiter: Waiter) => void): void {
    const waiter = this.#waiter;
    this.#waiter = undefined;
    if (waiter) settle(waiter);
  }
}

/** The size of a file; 0 while there is none. */
async function bytesOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return 0;
    throw error;
  }
}
