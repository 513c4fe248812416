import { ApiError, type ManagementToken, type User } from '@drover/api';
import type { Informer } from '@drover/client';
import type { Clock } from '@drover/kit';
import { expiryOf, tokenFault } from './authenticate.js';
import type { Caller } from './caller.js';

interface OpenStream {
  readonly token: string;
  readonly user: string;
  readonly close: (reason: string) => void;
  readonly allowed: (() => Promise<boolean>) | undefined;
}

/** Streams of one token: many tabs, each with many watches, and still a bound. */
const MAX_STREAMS = 1_024;

/**
 * The streams that outlive their request's authentication (watches, consoles, exec, subscriptions): each is closed as soon as
 * its token is deleted, disabled or expires, its user is disabled or deleted, or the right it was opened with is taken away.
 */
export class OpenStreams implements Disposable {
  readonly #open = new Set<OpenStream>();
  readonly #subscriptions: Disposable[];

  constructor(
    private readonly parts: {
      readonly tokens: Informer<ManagementToken>;
      readonly users: Informer<User>;
      readonly clock: Clock;
    },
  ) {
    this.#subscriptions = [
      parts.tokens.subscribe(({ type, object }) => {
        if (type === 'added') return;
        const gone = type === 'deleted' || tokenFault(object, parts.clock.now()) !== undefined;
        if (gone) this.#close(({ token }) => token === object.metadata.name, 'the session has ended');
      }),
      parts.users.subscribe(({ type, object }) => {
        if (type === 'added') return;
        const gone = type === 'deleted' || object.enabled === false;
        if (gone) this.#close(({ user }) => user === object.metadata.name, 'the user has been disabled');
      }),
    ];
  }

  /** How many there are now. */
  get size(): number {
    return this.#open.size;
  }

  /**
   * Calls `close` once when the caller's session no longer holds, or `allowed` no longer answers yes; disposing the result
   * forgets the stream.
   *
   * @throws ApiError TooManyRequests when the session has too many streams open.
   */
  add({ token, user }: Caller, close: (reason: string) => void, allowed?: () => Promise<boolean>): Disposable {
    const stream = { token: token.metadata.name, user: user.metadata.name, close, allowed };
    const count = [...this.#open].filter((other) => other.token === stream.token).length;
    if (count >= MAX_STREAMS) {
      throw new ApiError('TooManyRequests', `the session has ${MAX_STREAMS} streams open: close some first`);
    }
    this.#open.add(stream);
    const expiry = expiryOf(token);
    // Timers hold at most 2^31 ms; a session of that length is re-authenticated by its next request anyway.
    const left = expiry === undefined ? undefined : Math.min(expiry - this.parts.clock.now(), 2 ** 31 - 1);
    const timer =
      left === undefined
        ? undefined
        : this.parts.clock.after(left, () => this.#close((other) => other === stream, 'the session has expired'));
    return {
      [Symbol.dispose]: () => {
        timer?.[Symbol.dispose]();
        this.#open.delete(stream);
      },
    };
  }

  /** Asks of each stream whether it is still allowed: something about rights has changed. In doubt it is not. */
  async recheck(): Promise<void> {
    for (const stream of [...this.#open]) {
      if (stream.allowed === undefined) continue;
      const allowed = await stream.allowed().catch(() => false);
      if (!allowed) this.#close((other) => other === stream, 'the right to this has been taken away');
    }
  }

  [Symbol.dispose](): void {
    for (const subscription of this.#subscriptions) subscription[Symbol.dispose]();
    this.#close(() => true, 'the server is stopping');
  }

  #close(which: (stream: OpenStream) => boolean, reason: string): void {
    for (const stream of [...this.#open].filter(which)) {
      this.#open.delete(stream);
      stream.close(reason);
    }
  }
}
