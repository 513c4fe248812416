import type { Identity, KubeObject } from '@drover/api';
import { type Client, type Informer, isAllowed } from '@drover/client';
import type { Clock } from '@drover/kit';

/** What is asked of RBAC; without a namespace about all of them, or about an object that has none. */
export interface Question {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
}

/** An answer is good for this long at most; any change of roles or bindings ends it at once. */
const FRESH_MS = 5_000;
const REMEMBERED = 10_000;
/** A right that was taken away is gone everywhere within five seconds; this is the part of it spent on waiting for more. */
const GATHER_MS = 500;

/** Asks the local cluster's RBAC what a caller may do. In doubt the answer is no: a failure to ask is thrown, never a yes. */
export class AccessReviews implements Disposable {
  readonly #answers = new Map<string, { readonly until: number; readonly allowed: Promise<boolean> }>();
  readonly #subscriptions: Disposable[];
  readonly #listeners = new Set<() => void>();
  #telling: Disposable | undefined;

  constructor(
    private readonly parts: {
      readonly client: Client;
      /** Every kind that RBAC decides by. */
      readonly rules: readonly Pick<Informer<KubeObject>, 'subscribe'>[];
      readonly clock: Clock;
    },
  ) {
    const forget = (): void => {
      this.#answers.clear();
      // Changes come in bursts: those who look at every open stream look once.
      this.#telling ??= parts.clock.after(GATHER_MS, () => {
        this.#telling = undefined;
        for (const listener of this.#listeners) listener();
      });
    };
    this.#subscriptions = parts.rules.map((informer) => informer.subscribe(forget));
  }

  /** @throws ApiError or TransportError when the local cluster does not answer. */
  allowed(identity: Identity, question: Question): Promise<boolean> {
    const now = this.parts.clock.now();
    const key = JSON.stringify([identity.name, identity.groups, question]);
    const known = this.#answers.get(key);
    if (known !== undefined && known.until > now) return known.allowed;
    const allowed = isAllowed(this.parts.client, identity, { resourceAttributes: question });
    if (this.#answers.size >= REMEMBERED) this.#answers.clear();
    this.#answers.set(key, { until: now + FRESH_MS, allowed });
    allowed.catch(() => this.#answers.delete(key));
    return allowed;
  }

  /** Calls `listener` soon after rights may have changed. */
  onChange(listener: () => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => this.#listeners.delete(listener) };
  }

  [Symbol.dispose](): void {
    this.#telling?.[Symbol.dispose]();
    for (const subscription of this.#subscriptions) subscription[Symbol.dispose]();
  }
}
