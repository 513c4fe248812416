import type { Duplex } from 'node:stream';
import type { Client } from '@drover/client';
import type { Clock, Log } from '@drover/kit';
import { type RawData, type WebSocket, WebSocketServer } from 'ws';
import { LOCAL } from '../clusters/cluster-id.js';
import type { SignedIn } from '../front/exchange.js';
import type { Caller } from '../identity/caller.js';
import type { OpenStreams } from '../identity/open-streams.js';
import type { Visibility } from '../visibility/visibility.js';
import type { ResourceTypes } from './resource-types.js';
import type { OnRights } from './rights-topic.js';
import { SharedWatches } from './shared-watches.js';
import { follow, keyOf, readWish } from './subscription.js';

/** Steve's interval; a page reloads itself when the version in it changes. */
const PING_MS = 30_000;
/** Watches on one socket: a page with every list of a cluster open has about twenty. */
const MAX_WATCHES = 64;
/** A browser that does not read this much is stuck, or gone without a word. */
const MAX_BUFFERED = 8 * 1024 * 1024;
const MAX_MESSAGE = 64 * 1024;
/** RFC 6455: try again later. */
const TRY_AGAIN_LATER = 1013;
/** Private range of RFC 6455: the session has ended, as 401 would say. */
const SESSION_ENDED = 4401;

/** What subscriptions need. */
export interface SubscribeParts {
  /** A client for the cluster in the caller's name; throws when the caller may not see it. */
  readonly clientFor: (caller: Caller, cluster: string) => Promise<Client>;
  /** Whether the caller may still have anything to do with the cluster: asked when rights change. */
  readonly maySee: (caller: Caller, cluster: string) => Promise<boolean>;
  readonly visibility: Pick<Visibility, 'of'>;
  /** Calls a listener with the id of each cluster in which rights may have changed, and whose. */
  readonly onRights: OnRights;
  readonly types: Pick<ResourceTypes, 'kind'>;
  readonly streams: OpenStreams;
  readonly version: string;
  readonly clock: Clock;
  readonly log: Log;
}

/** `/v1/subscribe`: any number of watches of any clusters over one WebSocket, each with the caller's own rights. */
export class Subscriptions {
  readonly #server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    maxPayload: MAX_MESSAGE,
    perMessageDeflate: false,
  });

  readonly #watches: SharedWatches;

  constructor(private readonly parts: SubscribeParts) {
    this.#watches = new SharedWatches(parts.clock);
  }

  async upgrade({ request, caller, record }: Omit<SignedIn, 'response'>, socket: Duplex, head: Buffer): Promise<void> {
    await record?.answered(101);
    this.#server.handleUpgrade(request, socket, head, (client) => this.#serve(client, caller));
  }

  #serve(socket: WebSocket, caller: Caller): void {
    const watches = new Map<string, AbortController>();
    const send = (frame: object): void => {
      if (socket.readyState !== socket.OPEN) return;
      if (socket.bufferedAmount > MAX_BUFFERED) socket.close(TRY_AGAIN_LATER, 'the connection does not keep up');
      else socket.send(JSON.stringify(frame));
    };
    const stream = this.parts.streams.add(caller, (reason) => socket.close(SESSION_ENDED, reason));
    const pinging = new AbortController();
    this.#ping(send, pinging.signal);
    socket.on('message', (message: RawData) => this.#receive(message, { caller, watches, send }));
    socket.on('error', (error) => this.parts.log.debug('a subscription broke off', { error }));
    socket.once('close', () => {
      stream[Symbol.dispose]();
      pinging.abort();
      for (const watch of watches.values()) watch.abort();
      watches.clear();
    });
  }

  #receive(
    message: RawData,
    { caller, watches, send }: { caller: Caller; watches: Map<string, AbortController>; send: (frame: object) => void },
  ): void {
    const wish = readWish(message.toString());
    if (wish === undefined) {
      send({ name: 'resource.error', data: { error: 'a message must be an object with resourceType', code: 400 } });
      return;
    }
    const key = keyOf(wish);
    const name = JSON.stringify(key);
    const running = watches.get(name);
    if (wish.stop) {
      running?.abort();
      watches.delete(name);
      send({ name: 'resource.stop', ...key });
      return;
    }
    if (wish.mode !== undefined) {
      send({ name: 'resource.error', ...key, data: { error: `mode "${wish.mode}" is not implemented`, code: 422 } });
      send({ name: 'resource.stop', ...key });
      return;
    }
    running?.abort();
    if (running === undefined && watches.size >= MAX_WATCHES) {
      send({
        name: 'resource.error',
        ...key,
        data: { error: `at most ${MAX_WATCHES} watches on one connection`, code: 429 },
      });
      send({ name: 'resource.stop', ...key });
      return;
    }
    const watch = new AbortController();
    watches.set(name, watch);
    const revoke = (why: string): void => {
      if (watch.signal.aborted) return;
      watch.abort();
      send({ name: 'resource.error', ...key, data: { error: why, code: 403 } });
      send({ name: 'resource.stop', ...key });
    };
    const { maySee, clientFor, visibility, onRights, types, streams, clock } = this.parts;
    // Everybody may ask this server's own API; what they see of it is its RBAC's to say.
    const allowed = wish.cluster === LOCAL ? undefined : () => maySee(caller, wish.cluster);
    let stream: Disposable | undefined;
    follow(wish, {
      identity: caller.identity,
      client: () => clientFor(caller, wish.cluster),
      view: () => visibility.of(wish.cluster),
      onRights,
      types,
      watches: this.#watches,
      send,
      opened: () => {
        stream = streams.add(caller, revoke, allowed);
      },
      revoked: () => revoke('the right to this has been taken away'),
      clock,
      signal: watch.signal,
    }).finally(() => {
      stream?.[Symbol.dispose]();
      if (watches.get(name) === watch) watches.delete(name);
    });
  }

  async #ping(send: (frame: object) => void, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.parts.clock.sleep(PING_MS, signal).catch(() => {});
      if (!signal.aborted) send({ name: 'ping', data: { version: this.parts.version } });
    }
  }
}
