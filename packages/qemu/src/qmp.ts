import type { Duplex } from 'node:stream';
import type { Clock } from '@drover/kit';
import { Deferred } from './deferred.js';
import { parseJson, Reader } from './json.js';
import { LineReader } from './lines.js';

/** QEMU refused a command; `reason` is its error class, usually `GenericError`. */
export class QmpError extends Error {
  override readonly name = 'QmpError';

  constructor(
    readonly command: string,
    readonly reason: string,
    description: string,
  ) {
    super(`${command}: ${description}`);
  }
}

/** The monitor is gone, with it every command that was under way. */
export class QmpClosed extends Error {
  override readonly name = 'QmpClosed';
}

/** QEMU did not answer in time; it may still carry the command out. */
export class QmpTimeout extends Error {
  override readonly name = 'QmpTimeout';
}

/** What QEMU tells unasked. */
export interface QmpEvent {
  readonly name: string;
  readonly data: Reader;
  /** Milliseconds since the Unix epoch, by the host's clock. */
  readonly at: number;
}

interface Pending {
  readonly command: string;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly timer: Disposable;
}

/** The longest line taken from QEMU; its longest reply, the schema of QEMU 7.2, has 0.2 MiB. */
const MAX_LINE = 4 * 1024 * 1024;

/** Commands that may wait for an answer at once; QEMU itself queues eight. */
const MAX_PENDING = 64;

/** How long an answer may take when the caller does not say: commands are short, a host may be busy. */
const ANSWER_MS = 10_000;

/**
 * A client of QEMU's machine protocol (https://www.qemu.org/docs/master/interop/qmp-spec.html), on a connected stream
 * that it owns.
 */
export class QmpClient implements Disposable {
  readonly #stream: Duplex;
  readonly #clock: Clock;
  readonly #lines = new LineReader(MAX_LINE);
  readonly #pending = new Map<number, Pending>();
  readonly #listeners = new Set<(event: QmpEvent) => void>();
  readonly #greeted = new Deferred<void>();
  #nextId = 1;
  #failure: QmpClosed | undefined;
  readonly #closed = new Deferred<void>();

  private constructor(stream: Duplex, clock: Clock) {
    this.#stream = stream;
    this.#clock = clock;
    this.#greeted.promise.catch(() => {});
    stream.on('data', (chunk: Buffer) => this.#receive(chunk));
    stream.on('error', (error) => this.#fail(error.message));
    stream.on('close', () => {
      this.#fail('QEMU closed the monitor');
      this.#closed.resolve();
    });
  }

  /** Resolves when the monitor is gone, whoever ended it. */
  get closed(): Promise<void> {
    return this.#closed.promise;
  }

  /**
   * Waits for QEMU's greeting and leaves negotiation mode. Destroys the stream when that fails.
   *
   * @throws QmpClosed, QmpTimeout after `timeoutMs`
   */
  static async open(stream: Duplex, clock: Clock, timeoutMs = ANSWER_MS): Promise<QmpClient> {
    const client = new QmpClient(stream, clock);
    try {
      using _timer = clock.after(timeoutMs, () =>
        client.#greeted.reject(new QmpTimeout(`no greeting from QEMU within ${timeoutMs} ms`)),
      );
      await client.#greeted.promise;
      await client.execute('qmp_capabilities', undefined, timeoutMs);
      return client;
    } catch (error) {
      stream.destroy();
      throw error;
    }
  }

  /**
   * QEMU's answer to a command, not parsed.
   *
   * @throws QmpError when QEMU refuses, QmpClosed, QmpTimeout
   */
  execute(command: string, args?: Readonly<Record<string, unknown>>, timeoutMs = ANSWER_MS): Promise<unknown> {
    if (this.#failure) return Promise.reject(this.#failure);
    if (this.#pending.size >= MAX_PENDING) {
      return Promise.reject(new QmpTimeout(`${command}: ${MAX_PENDING} commands wait for QEMU already`));
    }
    const id = this.#nextId;
    this.#nextId += 1;
    return new Promise((resolve, reject) => {
      const timer = this.#clock.after(timeoutMs, () => {
        this.#pending.delete(id);
        reject(new QmpTimeout(`${command}: no answer from QEMU within ${timeoutMs} ms`));
      });
      this.#pending.set(id, { command, resolve, reject, timer });
      this.#stream.write(`${JSON.stringify({ execute: command, ...(args ? { arguments: args } : {}), id })}\n`);
    });
  }

  /** Calls `listener` with each event from now on; disposing the result ends that. */
  onEvent(listener: (event: QmpEvent) => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => this.#listeners.delete(listener) };
  }

  [Symbol.dispose](): void {
    this.#stream.destroy();
  }

  #receive(chunk: Buffer): void {
    try {
      for (const line of this.#lines.push(chunk)) this.#take(new Reader(parseJson(line, 'QMP'), 'QMP'));
    } catch (error) {
      this.#fail(error instanceof Error ? error.message : String(error));
      this.#stream.destroy();
    }
  }

  #take(message: Reader): void {
    if (message.has('QMP')) this.#greeted.resolve();
    else if (message.has('event')) this.#announce(message);
    else this.#answer(message);
  }

  #announce(message: Reader): void {
    const stamp = message.object('timestamp');
    const event: QmpEvent = {
      name: message.text('event'),
      data: new Reader(message.raw('data') ?? {}, message.text('event')),
      at: stamp.number('seconds') * 1000 + Math.floor(stamp.number('microseconds') / 1000),
    };
    for (const listener of this.#listeners) listener(event);
  }

  /** An answer without an open question belongs to a command that was given up. */
  #answer(message: Reader): void {
    const id = message.raw('id');
    const pending = typeof id === 'number' ? this.#pending.get(id) : undefined;
    if (!pending || typeof id !== 'number') return;
    this.#pending.delete(id);
    pending.timer[Symbol.dispose]();
    if (message.has('error')) {
      const error = message.object('error');
      pending.reject(new QmpError(pending.command, error.text('class'), error.text('desc')));
    } else {
      pending.resolve(message.raw('return'));
    }
  }

  #fail(problem: string): void {
    if (this.#failure) return;
    this.#failure = new QmpClosed(problem);
    this.#greeted.reject(this.#failure);
    for (const { command, reject, timer } of this.#pending.values()) {
      timer[Symbol.dispose]();
      reject(new QmpClosed(`${command}: ${problem}`));
    }
    this.#pending.clear();
  }
}
