import { ApiError, type ManagementToken, type Stored, type User } from '@drover/api';
import type { Informer } from '@drover/client';
import type { Clock } from '@drover/kit';
import type { Caller } from './caller.js';
import { expiryOf } from './token-life.js';

interface OpenStream {
  readonly token: string;
  readonly user: string;
  readonly close: (reason: string) => void;
  readonly allowed: (() => Promise<boolean>) | undefined;
}

/** The streams of one token, and the timer that looks whether it still holds. */
interface Session {
  readonly streams: Set<OpenStream>;
  timer: Disposable | undefined;
}

/** Streams of one token: many tabs, each with many watches, and still a bound. */
const MAX_STREAMS = 1_024;
/** Timers hold at most 2^31 ms. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * The streams that outlive their request's authentication (watches, consoles, exec, subscriptions): each is closed as soon as
 * its token is deleted, disabled or ends, its user is disabled or deleted, or the right it was opened with is taken away.
 */
export class OpenStreams implements Disposable {
  readonly #sessions = new Map<string, Session>();
  readonly #subscriptions: Disposable[];

  constructor(
    private readonly parts: {
      readonly tokens: Informer<ManagementToken>;
      readonly users: Informer<User>;
      readonly clock: Clock;
      /** When a token ends by itself, as far as is known now; by default by its time to live alone. */
      readonly endOf?: (token: Stored<ManagementToken>) => number | undefined;
    },
  ) {
    this.#subscriptions = [
      parts.tokens.subscribe(({ type, object }) => {
        if (type === 'added' || !this.#sessions.has(object.metadata.name)) return;
        const { deletionTimestamp } = object.metadata;
        const gone = type === 'deleted' || object.enabled === false || deletionTimestamp !== undefined;
        if (gone) this.#close(({ token }) => token === object.metadata.name, 'the session has ended');
        else this.#look(object.metadata.name);
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
    return this.#all().length;
  }

  /**
   * Calls `close` once when the caller's session no longer holds, or `allowed` no longer answers yes; disposing the result
   * forgets the stream.
   *
   * @throws ApiError TooManyRequests when the session has too many streams open.
   */
  add({ token, user }: Caller, close: (reason: string) => void, allowed?: () => Promise<boolean>): Disposable {
    const { name } = token.metadata;
    const stream = { token: name, user: user.metadata.name, close, allowed };
    const session: Session = this.#sessions.get(name) ?? { streams: new Set(), timer: undefined };
    if (session.streams.size >= MAX_STREAMS) {
      throw new ApiError('TooManyRequests', `the session has ${MAX_STREAMS} streams open: close some first`);
    }
    session.streams.add(stream);
    this.#sessions.set(name, session);
    if (session.timer === undefined) this.#arm(session, token);
    return { [Symbol.dispose]: () => this.#forget(stream) };
  }

  /** Asks of each stream whether it is still allowed: something about rights has changed. In doubt it is not. */
  async recheck(): Promise<void> {
    for (const stream of this.#all()) {
      if (stream.allowed === undefined) continue;
      const allowed = await stream.allowed().catch(() => false);
      if (!allowed) this.#close((other) => other === stream, 'the right to this has been taken away');
    }
  }

  /** Looks again when each session ends: what decides that has changed. */
  relook(): void {
    for (const name of [...this.#sessions.keys()]) this.#look(name);
  }

  [Symbol.dispose](): void {
    for (const subscription of this.#subscriptions) subscription[Symbol.dispose]();
    this.#close(() => true, 'the server is stopping');
  }

  #look(name: string): void {
    const session = this.#sessions.get(name);
    const token = this.parts.tokens.get(undefined, name);
    // A token that memory does not hold yet is younger than memory.
    if (session !== undefined && token !== undefined) this.#arm(session, token);
  }

  /** Closes the session's streams if it has ended; else looks again when it would. */
  #arm(session: Session, token: Stored<ManagementToken>): void {
    session.timer?.[Symbol.dispose]();
    session.timer = undefined;
    const { endOf = expiryOf, clock, tokens } = this.parts;
    const end = endOf(token);
    if (end === undefined) return;
    const left = end - clock.now();
    const { name } = token.metadata;
    if (left <= 0) {
      this.#close((stream) => stream.token === name, 'the session has expired');
      return;
    }
    session.timer = clock.after(Math.min(left, LONGEST_TIMER_MS), () =>
      this.#arm(session, tokens.get(undefined, name) ?? token),
    );
  }

  #all(): OpenStream[] {
    return [...this.#sessions.values()].flatMap(({ streams }) => [...streams]);
  }

  #close(which: (stream: OpenStream) => boolean, reason: string): void {
    for (const stream of this.#all().filter(which)) {
      this.#forget(stream);
      stream.close(reason);
    }
  }

  #forget(stream: OpenStream): void {
    const session = this.#sessions.get(stream.token);
    if (session === undefined) return;
    session.streams.delete(stream);
    if (session.streams.size > 0) return;
    session.timer?.[Symbol.dispose]();
    this.#sessions.delete(stream.token);
  }
}
