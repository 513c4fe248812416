import { type Backoff, type Clock, delayMs } from '@drover/kit';
import { type Frame, parseFrame, type Topic, topicKey } from './frame.js';

/** The part of a browser's WebSocket that is used. */
export interface SocketLike {
  addEventListener(type: 'open' | 'close', listener: () => void): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
  send(text: string): void;
  close(): void;
}

/** What a subscriber is told. After `lost` it stays subscribed and is told `open` when the connection is back. */
export interface Subscriber {
  onOpen(): void;
  onFrame(frame: Exclude<Frame, { type: 'ping' }>): void;
  onLost(): void;
}

/** A fresh connection is tried after half a second at first, and at least every half minute. */
const RECONNECT: Backoff = { baseMs: 500, capMs: 30_000 };

/** The server pings every 30 s: this long without a word means the connection is dead though nobody said so. */
const SILENCE_MS = 75_000;

/**
 * The tab's one WebSocket to `/v1/subscribe`, shared by every live collection: opened with the first subscriber, closed
 * with the last, and opened again after a loss for as long as somebody listens. At most one subscriber a topic.
 */
export class SubscribeSocket {
  readonly #subscribers = new Map<string, Subscriber>();
  #socket: SocketLike | undefined;
  #open = false;
  #attempt = 0;
  #retry: Disposable | undefined;
  #silence: Disposable | undefined;

  constructor(
    private readonly connect: () => SocketLike,
    private readonly clock: Clock,
    private readonly random: () => number,
  ) {}

  /** Calls `onOpen` at once when connected; from then on each frame of the topic. Disposing tells the server to stop. */
  subscribe(topic: Topic, subscriber: Subscriber): Disposable {
    const key = topicKey(topic);
    this.#subscribers.set(key, subscriber);
    if (this.#open) subscriber.onOpen();
    else this.#dial();
    return {
      [Symbol.dispose]: () => {
        if (this.#subscribers.get(key) !== subscriber) return;
        this.#subscribers.delete(key);
        if (this.#open) this.#socket?.send(JSON.stringify({ ...topic, stop: true }));
        if (this.#subscribers.size === 0) this.#hangUp();
      },
    };
  }

  /** Asks the server for the topic's changes after `resourceVersion`. Without a connection it does nothing. */
  watch(topic: Topic, resourceVersion: string): void {
    if (this.#open) this.#socket?.send(JSON.stringify({ ...topic, resourceVersion }));
  }

  /** Tries again now, as when the browser says that the network is back. */
  retryNow(): void {
    if (this.#retry === undefined) return;
    this.#retry[Symbol.dispose]();
    this.#retry = undefined;
    this.#dial();
  }

  #dial(): void {
    if (this.#socket !== undefined || this.#retry !== undefined) return;
    const socket = this.connect();
    this.#socket = socket;
    socket.addEventListener('open', () => {
      this.#open = true;
      this.#attempt = 0;
      this.#heard();
      for (const subscriber of [...this.#subscribers.values()]) subscriber.onOpen();
    });
    socket.addEventListener('message', ({ data }) => {
      this.#heard();
      const frame = typeof data === 'string' ? parseFrame(data) : undefined;
      if (frame === undefined || frame.type === 'ping') return;
      this.#subscribers.get(topicKey(frame.topic))?.onFrame(frame);
    });
    socket.addEventListener('close', () => {
      if (this.#socket !== socket) return;
      this.#forget();
      for (const subscriber of [...this.#subscribers.values()]) subscriber.onLost();
      if (this.#subscribers.size > 0) this.#later();
    });
  }

  #later(): void {
    this.#retry = this.clock.after(delayMs(this.#attempt, RECONNECT, this.random), () => {
      this.#retry = undefined;
      this.#dial();
    });
    this.#attempt += 1;
  }

  #heard(): void {
    this.#silence?.[Symbol.dispose]();
    this.#silence = this.clock.after(SILENCE_MS, () => this.#socket?.close());
  }

  #forget(): void {
    this.#silence?.[Symbol.dispose]();
    this.#silence = undefined;
    this.#socket = undefined;
    this.#open = false;
  }

  #hangUp(): void {
    this.#retry?.[Symbol.dispose]();
    this.#retry = undefined;
    const socket = this.#socket;
    this.#forget();
    socket?.close();
  }
}
