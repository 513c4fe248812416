import type { Duplex } from 'node:stream';
import { type Clock, type Log, type RandomBytes, randomFraction, unreachable } from '@drover/kit';
import type { RawData, WebSocket } from 'ws';
import { decodeFrame, EOF, encodeFrame, type Frame } from './frame.js';
import {
  PING_EVERY_MS,
  READ_DEADLINE_MS,
  RESUME_BELOW,
  SYNC_EVERY_MS,
  SYNC_GRACE_MS,
  type TunnelLimits,
} from './limits.js';
import { Scheduler } from './scheduler.js';
import type { StreamHandler, TunnelSession } from './session.js';
import { TunnelStream } from './stream.js';

/** What a session is made of. */
export interface SessionOptions {
  readonly clientKey: string;
  /** Tells the sessions of one client key apart, in messages. */
  readonly sessionKey: number;
  /** Which end this is: the dialling one pings and tells its streams, the accepting one numbers its own from 2 on. */
  readonly end: 'dialled' | 'accepted';
  /** Absent: a CONNECT of the far side ends the session. */
  readonly onStream?: StreamHandler | undefined;
  readonly limits: TunnelLimits;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly log: Log;
}

/** Frame ids only help to read traces; they start anywhere, as upstream's do. */
const ID_RANGE = 2 ** 48;

/** A session over a WebSocket that is open. It owns the WebSocket. */
export class WebSocketSession implements TunnelSession {
  readonly clientKey: string;
  readonly closed: Promise<string>;
  readonly since: number;
  heard: number;
  readonly #options: SessionOptions;
  readonly #socket: WebSocket;
  readonly #scheduler: Scheduler;
  readonly #streams = new Map<
    number,
    { readonly stream: TunnelStream; readonly since: number; readonly ours: boolean }
  >();
  /** Streams with more than `RESUME_BELOW` unread. */
  readonly #loaded = new Set<TunnelStream>();
  #nextStream: number;
  #nextId: number;
  #over: string | undefined;
  #ended!: (reason: string) => void;
  #deadline: Disposable;
  #timers: Disposable[] = [];

  constructor(socket: WebSocket, options: SessionOptions) {
    const { clock, random, limits, end } = options;
    this.#options = options;
    this.#socket = socket;
    this.clientKey = options.clientKey;
    this.closed = new Promise((resolve) => {
      this.#ended = resolve;
    });
    this.since = clock.now();
    this.heard = this.since;
    this.#nextStream = end === 'accepted' ? 2 : 1;
    this.#nextId = Math.floor(randomFraction(random) * ID_RANGE);
    this.#scheduler = new Scheduler({
      send: (frame, written) => {
        if (this.#over === undefined) socket.send(frame, { binary: true }, written);
      },
      nextId: () => this.#id(),
      waitingLimit: limits.waiting,
      onFull: () => this.close('the far side does not read'),
      clock,
      ping: () => socket.ping(),
    });
    this.#deadline = clock.after(READ_DEADLINE_MS, () => this.#silent());

    socket.on('message', (data, isBinary) => this.#message(data, isBinary));
    socket.on('ping', () => {
      // The answers of a far side that pings and does not read would pile up here.
      if (socket.bufferedAmount > limits.unread) this.#end('the far side does not read');
      else this.#hear();
    });
    socket.on('pong', () => {
      this.#hear();
      this.#scheduler.pong();
    });
    socket.on('error', (error) => this.#end(error.message));
    socket.on('close', (code, reason) => this.#end(reason.byteLength > 0 ? reason.toString() : `closed (${code})`));
    if (end === 'dialled') {
      this.#every(PING_EVERY_MS, () => this.#scheduler.ping());
      this.#every(SYNC_EVERY_MS, () => {
        this.#control({ type: 'sync', streams: [...this.#streams.keys()].sort((a, b) => a - b) });
      });
    }
  }

  get streams(): number {
    return this.#streams.size;
  }

  dial(proto: 'tcp', address: string): Duplex {
    const id = this.#nextStream;
    this.#nextStream += 1;
    const stream = this.#open(id, address, true);
    if (this.#over !== undefined) stream.fail('tunnel disconnect');
    else if (this.#streams.size > this.#options.limits.streams) stream.fail('too many streams in this tunnel');
    else this.#control({ type: 'connect', stream: id, proto, address });
    return stream;
  }

  close(reason: string): void {
    this.#end(reason);
  }

  #open(id: number, address: string, ours: boolean): TunnelStream {
    const stream = new TunnelStream(
      {
        ready: (ready) => this.#scheduler.ready(ready),
        probe: (probing) => this.#scheduler.probe(probing),
        say: (type) => this.#control({ type, stream: id }),
        drained: (drained) => this.#loaded.delete(drained),
        finished: (finished, message) => this.#finished(finished, message),
      },
      id,
      this.#options.clock,
    );
    // An error that nobody listens to would end the process, and a dial can fail before its caller has come to listen.
    stream.on('error', (error) => this.#options.log.debug('a stream failed', { address, error: error.message }));
    this.#streams.set(id, { stream, since: this.#options.clock.now(), ours });
    return stream;
  }

  #message(data: RawData, isBinary: boolean): void {
    if (this.#over !== undefined) return;
    if (!isBinary) {
      this.#end('the far side sent a text message');
      return;
    }
    try {
      this.#frame(decodeFrame(bytesOf(data)));
    } catch (error) {
      this.#end(error instanceof Error ? error.message : String(error));
    }
  }

  #frame(frame: ReturnType<typeof decodeFrame>): void {
    switch (frame.type) {
      case 'data':
        this.#data(frame.stream, frame.payload);
        return;
      case 'connect':
        this.#connect(frame.stream, frame.proto, frame.address);
        return;
      case 'error':
        this.#error(frame.stream, frame.message);
        return;
      case 'pause':
      case 'resume':
        this.#streams.get(frame.stream)?.stream.flow[frame.type]();
        return;
      case 'sync':
        this.#sync(frame.streams);
        return;
      case 'addClient':
      case 'removeClient':
        // Replicas of a server tell each other of their clients this way; we are nobody's replica.
        return;
      case 'unknown':
        return;
      default:
        unreachable(frame);
    }
  }

  #data(id: number, payload: Uint8Array): void {
    const stream = this.#streams.get(id)?.stream;
    if (stream === undefined) {
      const { clientKey, sessionKey } = this.#options;
      this.#control({ type: 'error', stream: id, message: `connection not found ${clientKey}/${sessionKey}/${id}` });
      return;
    }
    stream.receive(payload);
    const unread = stream.readableLength;
    if (unread <= RESUME_BELOW) {
      stream.flow.received(unread, false);
      return;
    }
    this.#loaded.add(stream);
    if (unread > this.#options.limits.streamBuffer) stream.destroy(new Error('the far side ignores PAUSE'));
    else stream.flow.received(unread, this.#isFull());
  }

  #connect(id: number, proto: string, address: string): void {
    const { onStream, limits, log } = this.#options;
    if (onStream === undefined) {
      log.warn('the far side of a tunnel asked this server to dial', { clientKey: this.clientKey });
      this.#end('connect not allowed');
      return;
    }
    if (this.#streams.has(id)) {
      this.#end(`stream ${id} was opened twice`);
      return;
    }
    const stream = this.#open(id, address, false);
    if (this.#streams.size > limits.streams) stream.destroy(new Error('too many streams in this tunnel'));
    else onStream(stream, proto, address);
  }

  #error(id: number, message: string): void {
    const stream = this.#streams.get(id)?.stream;
    if (stream === undefined) return;
    this.#forget(stream);
    if (message === EOF) stream.farEnd();
    else stream.fail(message);
  }

  /** Ends what the far side does not know: its end was lost on the way. */
  #sync(known: readonly number[]): void {
    if (this.#options.end !== 'accepted') return;
    const ids = new Set(known);
    const now = this.#options.clock.now();
    for (const [id, { stream, since, ours }] of [...this.#streams]) {
      if (!ours || ids.has(id) || now - since < SYNC_GRACE_MS) continue;
      this.#forget(stream);
      stream.fail('the far side no longer knows this connection');
    }
  }

  #finished(stream: TunnelStream, message: string): void {
    if (this.#streams.get(stream.stream)?.stream !== stream) return;
    this.#forget(stream);
    this.#control({ type: 'error', stream: stream.stream, message });
  }

  #forget(stream: TunnelStream): void {
    this.#streams.delete(stream.stream);
    this.#loaded.delete(stream);
    stream.flow.end();
  }

  #isFull(): boolean {
    let unread = 0;
    for (const stream of this.#loaded) unread += stream.readableLength;
    return unread > this.#options.limits.sessionBuffer;
  }

  #control(frame: Frame): void {
    if (this.#over === undefined) this.#scheduler.control(encodeFrame(this.#id(), frame));
  }

  #id(): number {
    this.#nextId += 1;
    return this.#nextId;
  }

  #every(ms: number, act: () => void): void {
    const arm = (): void => {
      const timer = this.#options.clock.after(ms, () => {
        this.#timers = this.#timers.filter((other) => other !== timer);
        if (this.#over !== undefined) return;
        act();
        arm();
      });
      this.#timers.push(timer);
    };
    arm();
  }

  #hear(): void {
    if (this.#over !== undefined) return;
    this.heard = this.#options.clock.now();
    this.#deadline[Symbol.dispose]();
    this.#deadline = this.#options.clock.after(READ_DEADLINE_MS, () => this.#silent());
  }

  #silent(): void {
    this.#end(`nothing heard for ${READ_DEADLINE_MS / 1000} s`);
  }

  #end(reason: string): void {
    if (this.#over !== undefined) return;
    this.#over = reason;
    this.#deadline[Symbol.dispose]();
    for (const timer of this.#timers) timer[Symbol.dispose]();
    this.#scheduler.clear();
    const streams = [...this.#streams.values()];
    this.#streams.clear();
    this.#loaded.clear();
    for (const { stream } of streams) {
      stream.flow.end();
      stream.fail('tunnel disconnect');
    }
    // Not `close`: a far side that does not answer would keep the connection for half a minute.
    this.#socket.terminate();
    this.#ended(reason);
  }
}

function bytesOf(data: RawData): Uint8Array {
  if (data instanceof Uint8Array) return data;
  return data instanceof ArrayBuffer ? new Uint8Array(data) : Buffer.concat(data);
}
