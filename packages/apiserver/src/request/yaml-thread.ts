import { Worker } from 'node:worker_threads';
import { ApiError, type Json, type Reason } from '@drover/api';
import { type Clock, systemClock } from '@drover/kit';
import type { Decoded } from './decode.js';

/** What the thread says of a body: what it holds as JSON, or why it is refused. */
export type YamlReply =
  | { readonly json: Uint8Array; readonly duplicates: readonly string[] }
  | { readonly reason: Reason; readonly message: string };

/** Bodies that may wait while one is read: some 50 MB at most. */
const WAITING = 16;
/** The longest that one body may take. What may be sent takes about a second; the worst of it, on a busy machine, some more. */
const READING_MS = 10_000;
/** A thread that nobody needed for so long is ended: it holds tens of MB. */
const IDLE_MS = 30_000;
/** The worst body that may be sent takes half of it. */
const HEAP_MIB = 512;

interface Job {
  readonly body: Uint8Array;
  readonly resolve: (decoded: Decoded) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * A thread of its own that reads YAML, one body after the other in the order they came. It is started for the first one, and keeps
 * the process alive while there is something to read only.
 */
export class YamlThread {
  readonly #waiting: Job[] = [];
  #job: Job | undefined;
  #worker: Worker | undefined;
  /** Rings when the body that is read takes too long, or when nothing was to be read for long. */
  #alarm: Disposable | undefined;

  constructor(
    readonly program: URL = new URL('./yaml-worker.js', import.meta.url),
    readonly clock: Clock = systemClock,
  ) {}

  /**
   * What a body says.
   *
   * @throws ApiError as `readYaml`; TooManyRequests when too many wait already, RequestEntityTooLarge for what takes more time or
   *   memory than is given to one.
   */
  read(body: Uint8Array): Promise<Decoded> {
    if (this.#waiting.length >= WAITING) {
      const message = 'too many long YAML bodies are waiting to be read, please try again later';
      return Promise.reject(new ApiError('TooManyRequests', message, { retryAfterSeconds: 1 }));
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ body, resolve, reject });
      if (this.#job === undefined) this.#next();
    });
  }

  #next(): void {
    this.#alarm?.[Symbol.dispose]();
    this.#job = this.#waiting.shift();
    if (this.#job === undefined) {
      this.#worker?.unref();
      this.#alarm = this.clock.after(IDLE_MS, () => this.#end());
      return;
    }
    this.#worker ??= this.#start();
    this.#worker.ref();
    this.#worker.postMessage(this.#job.body);
    this.#alarm = this.clock.after(READING_MS, () =>
      this.#fail(tooMuch(`took more than ${READING_MS / 1000} s to read`)),
    );
  }

  #start(): Worker {
    const worker = new Worker(this.program, { resourceLimits: { maxOldGenerationSizeMb: HEAP_MIB } });
    worker.on('message', (reply: YamlReply) => {
      if (worker === this.#worker) this.#take(reply);
    });
    worker.on('error', (error: Error & { readonly code?: string }) => {
      if (worker !== this.#worker) return;
      this.#fail(error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? tooMuch('takes too much memory to read') : error);
    });
    return worker;
  }

  #take(reply: YamlReply): void {
    const job = this.#job;
    if ('reason' in reply) job?.reject(new ApiError(reply.reason, reply.message));
    else job?.resolve({ value: parsed(reply.json), duplicates: reply.duplicates });
    this.#next();
  }

  /** The body that is read is given up, and its thread with it; the next one gets another. */
  #fail(error: Error): void {
    this.#end();
    this.#job?.reject(error);
    this.#next();
  }

  #end(): void {
    void this.#worker?.terminate();
    this.#worker = undefined;
  }
}

const parsed = (json: Uint8Array): Json => JSON.parse(Buffer.from(json.buffer, 0, json.byteLength).toString()) as Json;

const tooMuch = (why: string): ApiError =>
  new ApiError('RequestEntityTooLarge', `the YAML body ${why}: send it as JSON`);
