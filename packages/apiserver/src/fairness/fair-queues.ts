/** How a level's queues are laid out (flowcontrol.apiserver.k8s.io/v1 QueuingConfiguration). */
export interface QueueLayout {
  readonly queues: number;
  /** Queues that one flow may use: two flows rarely share all of them, so that one that floods its own leaves the other some. */
  readonly handSize: number;
  readonly queueLengthLimit: number;
}

/** What a request is taken to cost until it has ended, in milliseconds of a seat. */
const GUESS = 3;
/** What every request costs beside its time, which a clock of whole milliseconds may not see. */
const LEAST = 0.25;
/** Hands that are remembered, and queues that are kept without a need. Hands are dealt again when forgotten. */
const KEPT = 1024;

interface Waiting<T> {
  readonly item: T;
  readonly seats: number;
}

interface Queue<T> {
  readonly index: number;
  waiting: Waiting<T>[];
  executing: number;
  /** The virtual time at which its next request is due: how much of the seats it has had. */
  due: number;
}

/** A request's place: which queue pays for it, and for how many seats. */
export interface Place {
  readonly queue: number;
  readonly seats: number;
}

/**
 * Requests that wait, in queues, and what each queue has had (start-time fair queueing over shuffle-sharded queues, as API Priority
 * and Fairness has it). The next request is that of the queue that has had the least. A queue that has been idle begins where the
 * others are: not to have asked earns nothing.
 */
export class FairQueues<T> {
  readonly #layout: QueueLayout;
  readonly #queues = new Map<number, Queue<T>>();
  readonly #hands = new Map<string, readonly number[]>();
  #now = 0;
  #size = 0;
  #forgetAt = KEPT;

  constructor(layout: QueueLayout) {
    this.#layout = layout;
  }

  /** Requests that wait. */
  get size(): number {
    return this.#size;
  }

  /** Lets a request of `flow` begin without waiting. */
  begin(flow: string, seats = 1): Place {
    const queue = this.#choose(flow);
    this.#start(queue, seats);
    return { queue: queue.index, seats };
  }

  /** Puts a request of `flow` into the shortest queue of its hand; `undefined` when that is full. */
  offer(flow: string, item: T, seats = 1): Place | undefined {
    const queue = this.#choose(flow);
    if (queue.waiting.length >= this.#layout.queueLengthLimit) return undefined;
    queue.waiting.push({ item, seats });
    this.#size += 1;
    return { queue: queue.index, seats };
  }

  /** How many wait where `place` is. */
  lengthAt({ queue }: Place): number {
    return this.#queues.get(queue)?.waiting.length ?? 0;
  }

  /** The request whose turn it is, if there are the seats it needs: nobody overtakes it. It has begun. */
  take(hasSeats: (seats: number) => boolean): { readonly item: T; readonly place: Place } | undefined {
    let next: Queue<T> | undefined;
    for (const queue of this.#queues.values()) {
      if (queue.waiting.length > 0 && (next === undefined || queue.due < next.due)) next = queue;
    }
    const first = next?.waiting[0];
    if (next === undefined || first === undefined || !hasSeats(first.seats)) return undefined;
    next.waiting.shift();
    this.#size -= 1;
    this.#start(next, first.seats);
    return { item: first.item, place: { queue: next.index, seats: first.seats } };
  }

  /** Takes a request out that waits no longer. */
  leave(place: Place, item: T): void {
    const queue = this.#queues.get(place.queue);
    const at = queue?.waiting.findIndex((waiting) => waiting.item === item) ?? -1;
    if (queue === undefined || at < 0) return;
    queue.waiting.splice(at, 1);
    this.#size -= 1;
  }

  /** A request that had begun has ended after `ms` milliseconds. */
  end(place: Place, ms: number): void {
    const queue = this.#queues.get(place.queue);
    if (queue === undefined) return;
    queue.executing -= 1;
    queue.due += (ms + LEAST - GUESS) * place.seats;
    if (this.#queues.size > this.#forgetAt) this.#forget();
  }

  #start(queue: Queue<T>, seats: number): void {
    queue.executing += 1;
    this.#now = Math.max(this.#now, queue.due);
    queue.due += GUESS * seats;
  }

  #choose(flow: string): Queue<T> {
    let best: Queue<T> | undefined;
    for (const index of this.#handOf(flow)) {
      const queue = this.#queue(index);
      const shorter = best === undefined || queue.waiting.length < best.waiting.length;
      const lighter = queue.waiting.length === best?.waiting.length && queue.due < best.due;
      if (shorter || lighter) best = queue;
    }
    return best as Queue<T>;
  }

  #queue(index: number): Queue<T> {
    let queue = this.#queues.get(index);
    if (queue === undefined) {
      queue = { index, waiting: [], executing: 0, due: this.#now };
      this.#queues.set(index, queue);
    }
    if (queue.waiting.length === 0 && queue.executing === 0) queue.due = Math.max(queue.due, this.#now);
    return queue;
  }

  #handOf(flow: string): readonly number[] {
    const known = this.#hands.get(flow);
    if (known !== undefined) return known;
    if (this.#hands.size >= KEPT) this.#hands.clear();
    const hand = deal(flow, this.#layout);
    this.#hands.set(flow, hand);
    return hand;
  }

  #forget(): void {
    for (const [index, { waiting, executing, due }] of this.#queues) {
      if (waiting.length === 0 && executing === 0 && due <= this.#now) this.#queues.delete(index);
    }
    this.#forgetAt = Math.max(KEPT, this.#queues.size * 2);
  }
}

/** The queues of a flow: different ones, always the same for the same flow. */
export function deal(flow: string, { queues, handSize }: QueueLayout): readonly number[] {
  const hand = new Set<number>();
  const wanted = Math.min(handSize, queues);
  for (let round = 0; hand.size < wanted; round++) hand.add(hash(`${round}/${flow}`) % queues);
  return [...hand];
}

/** FNV-1a, mixed once more so that texts that differ in one character differ everywhere. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}
