import { type AccessRequest, isWhy, MAX_WHY_REQUESTS, type WhyAnswer } from '@drover/api';
import { type Backoff, type Clock, delayMs } from '@drover/kit';
import type { Http } from '../api/http.js';
import type { SubscribeSocket } from '../live/socket.js';
import { allows, questionsFor, Rights, requestKey } from './rights.js';

/** What components want to know within this time is asked together. */
const GATHER_MS = 30;
const RETRY: Backoff = { baseMs: 1_000, capMs: 30_000 };
/** The topic under which `/v1/subscribe` tells that rights in a cluster may have changed. */
const TOPIC = 'drover.io.rights';
/** Requests that one page wants to know of: of more namespaces than that, the first ones count. */
const MAX_WANTED = 2_000;

/**
 * What the signed-in user may do in one cluster, for as long as somebody wants to know: asked in batches, first of the whole cluster and
 * of a namespace only where that is refused; and asked anew when the server says that rights may have changed.
 */
export class ClusterRightsStore {
  #rights = new Rights();
  readonly #answers = new Map<string, WhyAnswer>();
  readonly #wanted = new Map<string, { readonly request: AccessRequest; readonly by: Set<object> }>();
  readonly #listeners = new Set<() => void>();
  #asking: AbortController | undefined;
  #timer: Disposable | undefined;
  #subscription: Disposable | undefined;
  #attempt = 0;

  constructor(
    private readonly cluster: string,
    private readonly parts: {
      readonly http: Http;
      readonly socket: SubscribeSocket;
      readonly clock: Clock;
      readonly random: () => number;
    },
  ) {}

  readonly snapshot = (): Rights => this.#rights;

  readonly listen = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Wants to know of these requests until the result is called. */
  want(requests: readonly AccessRequest[]): () => void {
    const by = {};
    for (const request of requests) this.#want(request, by);
    this.#follow();
    this.#soon(GATHER_MS);
    return () => {
      for (const [key, wanted] of this.#wanted) {
        wanted.by.delete(by);
        if (wanted.by.size === 0) this.#wanted.delete(key);
      }
      if (this.#wanted.size === 0) this.#rest();
    };
  }

  #want(request: AccessRequest, by: object): void {
    const key = requestKey(request);
    const known = this.#wanted.get(key);
    if (known !== undefined) known.by.add(by);
    else if (this.#wanted.size < MAX_WANTED) this.#wanted.set(key, { request, by: new Set([by]) });
  }

  #follow(): void {
    if (this.#subscription !== undefined || this.#wanted.size === 0) return;
    const topic = { cluster: this.cluster, resourceType: TOPIC };
    this.#subscription = this.parts.socket.subscribe(topic, {
      // What changed while nobody was told is not known: everything is asked anew.
      onOpen: () => {
        this.parts.socket.watch(topic, '');
        this.#anew();
      },
      onLost: () => {},
      onFrame: (frame) => {
        if (frame.type === 'changed') this.#anew();
      },
    });
  }

  /** Nobody looks any more. What was known may be old when somebody looks again. */
  #rest(): void {
    this.#subscription?.[Symbol.dispose]();
    this.#subscription = undefined;
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
    this.#asking?.abort();
    this.#asking = undefined;
    this.#answers.clear();
  }

  /** Until the new answers are there, the old ones are shown. */
  #anew(): void {
    this.#answers.clear();
    this.#soon(GATHER_MS);
  }

  #soon(ms: number): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = this.parts.clock.after(ms, () => {
      this.#timer = undefined;
      void this.#ask();
    });
  }

  async #ask(): Promise<void> {
    this.#asking?.abort();
    const asking = new AbortController();
    this.#asking = asking;
    try {
      for (let next = this.#next(); next.length > 0; next = this.#next()) {
        const answers = await this.#post(next, asking.signal);
        if (asking.signal.aborted) return;
        for (const answer of answers) this.#answers.set(requestKey(answer.request), answer);
        if (answers.length === 0) break;
      }
      this.#attempt = 0;
      this.#rights = new Rights(new Map(this.#answers));
      for (const listener of this.#listeners) listener();
    } catch {
      // What is shown meanwhile is as it was. A server that is away is told of by the lists.
      if (asking.signal.aborted) return;
      this.#soon(delayMs(this.#attempt, RETRY, this.parts.random));
      this.#attempt += 1;
    }
  }

  /** Questions whose answers are not there yet: of namespaces once it is known that the whole cluster is refused. */
  #next(): readonly AccessRequest[] {
    const next = new Map<string, AccessRequest>();
    for (const { request } of this.#wanted.values()) {
      for (const question of questionsFor(request)) {
        const key = requestKey(question);
        const answer = this.#answers.get(key);
        if (answer === undefined) next.set(key, question);
        if (answer === undefined || allows(answer, request.name)) break;
      }
      if (next.size === MAX_WHY_REQUESTS) break;
    }
    return [...next.values()];
  }

  async #post(requests: readonly AccessRequest[], signal: AbortSignal): Promise<readonly WhyAnswer[]> {
    const url = `/v1-drover/clusters/${encodeURIComponent(this.cluster)}/why`;
    const answer = await this.parts.http.request(url, { method: 'POST', body: { requests }, signal });
    return isWhy(answer) ? answer.answers : [];
  }
}

/** The rights of the signed-in user, a store for each cluster. */
export class RightsStores {
  readonly #stores = new Map<string, ClusterRightsStore>();

  constructor(private readonly parts: ConstructorParameters<typeof ClusterRightsStore>[1]) {}

  /** As many as there are clusters somebody looks at. */
  of(cluster: string): ClusterRightsStore {
    const store = this.#stores.get(cluster) ?? new ClusterRightsStore(cluster, this.parts);
    this.#stores.set(cluster, store);
    return store;
  }
}
