import type { ApiResponse } from '@drover/api';
import { EventStream } from '../registry/event-stream.js';
import type { OpenStreams } from './open-streams.js';

/**
 * A stream that is open for as long as who opened it has the right to it: a watch, or the connection of an upgrade. It ends once,
 * for whichever reason comes first, and is then watched over no more.
 */
export class GuardedStream {
  readonly #open = new AbortController();

  /** `hasRight` is asked again when rights or credentials changed; where it throws, the right is gone. */
  constructor(streams: Pick<OpenStreams, 'add'>, hasRight: () => boolean) {
    const stillAllowed = (): boolean => {
      try {
        return hasRight();
      } catch {
        return false;
      }
    };
    const registration = streams.add({ stillAllowed, close: () => this.end() });
    this.onEnd(() => registration[Symbol.dispose]());
  }

  /** Aborts when the stream ends. */
  get signal(): AbortSignal {
    return this.#open.signal;
  }

  end(): void {
    this.#open.abort();
  }

  /** Calls `act` once, when the stream ends: now, if it has. */
  onEnd(act: () => void): void {
    whenAborted(this.signal, act);
  }

  /** Ends the stream when `caller` aborts. */
  endWith(caller: AbortSignal): void {
    const end = (): void => this.end();
    whenAborted(caller, end);
    this.onEnd(() => caller.removeEventListener('abort', end));
  }

  /** `body` for whoever sends it; with its end, however it comes, the stream ends. */
  carrying(body: ApiResponse['body']): ApiResponse['body'] {
    // Stays what it is: a reader of events has a shorter way to their lines than by iterating.
    if (!(body instanceof EventStream)) return this.#through(body);
    body.onEnd(() => this.end());
    return body;
  }

  async *#through(body: ApiResponse['body']): AsyncGenerator<Uint8Array> {
    try {
      if (body instanceof Uint8Array) yield body;
      else yield* body;
    } finally {
      this.end();
    }
  }
}

function whenAborted(signal: AbortSignal, act: () => void): void {
  if (signal.aborted) act();
  else signal.addEventListener('abort', act, { once: true });
}
