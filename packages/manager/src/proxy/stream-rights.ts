import type { Identity } from '@drover/api';
import { type AccessQuestion, type Client, isAllowed } from '@drover/client';
import { type Clock, gather } from '@drover/kit';
import type { ClusterId } from '../clusters/cluster-id.js';
import { type Affected, isAffected } from '../rbac/affected.js';

/** Changes come in bursts: they are waited for this long, and looked at together. */
const GATHER_MS = 500;
/** A cluster's authorizer follows roles by a watch of its own, perhaps one of several servers: it is asked once more after this time. */
const SETTLE_MS = 2_000;
/** Of the five seconds in which a lost right ends what it opened, this is left for the last answers. */
const ANSWER_MS = 1_500;
/** Questions to one cluster at a time. */
const PARALLEL = 16;
/** Beyond so many subjects in one burst everybody counts as affected. */
const MAX_SUBJECTS = 10_000;

const TAKEN = 'the right to this has been taken away';
const UNKNOWN = 'your rights have changed, and whether you still have the right to this cannot be found out';

interface Held {
  readonly identity: Identity;
  readonly question: AccessQuestion | undefined;
  readonly end: (reason: string) => void;
}

/**
 * The requests that are under way into clusters, each with what was asked of the cluster's authorizer when it began. When something
 * changes there that may be about somebody's rights, their questions are asked anew, each once however many requests it is the
 * question of: kube-apiserver itself ends no watch, exec or log for a lost right. It is asked half a second after the change and, as
 * its authorizer may be behind, two seconds later. Who is refused is ended; so is who cannot be answered for within four
 * seconds of the change, and at once what no question stands for.
 */
export class StreamRights implements Disposable {
  readonly #held = new Map<ClusterId, Set<Held>>();
  readonly #gathering = new Map<ClusterId, { affected: Affected; readonly timer: Disposable }>();
  readonly #settling = new Set<Disposable>();
  readonly #changes: Disposable;

  constructor(
    private readonly parts: {
      /** Tells of each change of what decides in a cluster who may do what, and whose rights it is about. */
      readonly onRights: (listener: (id: ClusterId, affected: Affected) => void) => Disposable;
      /** A client of the cluster that may ask about everybody. */
      readonly clientOf: (id: ClusterId) => Promise<Pick<Client, 'post'>>;
      readonly clock: Clock;
    },
  ) {
    this.#changes = parts.onRights((id, affected) => this.#changed(id, affected));
  }

  /**
   * Calls `end` when `identity` no longer has the right to `question` in the cluster; disposing the result forgets the request. To be
   * called before the cluster is asked for what is to be held: a change in between would be missed otherwise.
   */
  hold(id: ClusterId, held: Held): Disposable {
    const all = this.#held.get(id) ?? new Set();
    this.#held.set(id, all.add(held));
    return { [Symbol.dispose]: () => this.#forget(id, held) };
  }

  [Symbol.dispose](): void {
    this.#changes[Symbol.dispose]();
    for (const { timer } of this.#gathering.values()) timer[Symbol.dispose]();
    for (const timer of this.#settling) timer[Symbol.dispose]();
  }

  #changed(id: ClusterId, affected: Affected): void {
    if (!this.#held.has(id)) return;
    const gathering = this.#gathering.get(id);
    if (gathering !== undefined) {
      gathering.affected = both(gathering.affected, affected);
      return;
    }
    const timer = this.parts.clock.after(GATHER_MS, () => {
      const all = this.#gathering.get(id)?.affected ?? 'everybody';
      this.#gathering.delete(id);
      this.#look(id, all);
    });
    this.#gathering.set(id, { affected, timer });
  }

  #look(id: ClusterId, affected: Affected): void {
    const open = [...(this.#held.get(id) ?? [])].filter(({ identity }) => isAffected(identity, affected));
    if (open.length === 0) return;
    for (const held of open) if (held.question === undefined) this.#end(id, held, UNKNOWN);
    void this.#ask(id, open);
    const again = this.parts.clock.after(SETTLE_MS, () => {
      this.#settling.delete(again);
      void this.#askAtLast(id, open);
    });
    this.#settling.add(again);
  }

  /** Asks for the last time about these: whoever has no answer when the time is over is ended. */
  async #askAtLast(id: ClusterId, open: readonly Held[]): Promise<void> {
    const unanswered = new Set(open);
    const endRest = (): void => {
      for (const held of unanswered) this.#end(id, held, UNKNOWN);
    };
    using _late = this.parts.clock.after(ANSWER_MS, endRest);
    await this.#ask(id, open, (held) => unanswered.delete(held));
    endRest();
  }

  /** Ends those that the cluster refuses, and tells of each that it answers about; never rejects. */
  async #ask(id: ClusterId, open: readonly Held[], answered: (held: Held) => void = () => {}): Promise<void> {
    const { clientOf, clock } = this.parts;
    await gather(
      groupsOf(open.filter((held) => this.#held.get(id)?.has(held) === true)),
      async ({ identity, question, all }) => {
        const allowed = await isAllowed(await clientOf(id), identity, question);
        for (const held of all) {
          answered(held);
          if (!allowed) this.#end(id, held, TAKEN);
        }
      },
      { parallel: PARALLEL, timeoutMs: ANSWER_MS, clock },
    );
  }

  #end(id: ClusterId, held: Held, reason: string): void {
    if (this.#forget(id, held)) held.end(reason);
  }

  /** Answers whether it was there. */
  #forget(id: ClusterId, held: Held): boolean {
    const all = this.#held.get(id);
    const there = all?.delete(held) === true;
    if (all?.size === 0) this.#held.delete(id);
    return there;
  }
}

interface Asked {
  readonly identity: Identity;
  readonly question: AccessQuestion;
  readonly all: Held[];
}

/** Those of which the same is asked about the same person together. */
function groupsOf(open: readonly Held[]): readonly Asked[] {
  const groups = new Map<string, Asked>();
  for (const held of open) {
    const { identity, question } = held;
    if (question === undefined) continue;
    const key = JSON.stringify([identity.name, identity.groups, question]);
    const known = groups.get(key);
    if (known === undefined) groups.set(key, { identity, question, all: [held] });
    else known.all.push(held);
  }
  return [...groups.values()];
}

function both(one: Affected, other: Affected): Affected {
  if (one === 'everybody' || other === 'everybody') return 'everybody';
  const all = new Set([...one, ...other]);
  return all.size > MAX_SUBJECTS ? 'everybody' : all;
}
