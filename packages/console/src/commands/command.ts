import type { Message, MessageKey } from '../i18n/message.js';
import { at, type Need } from '../rights/needs.js';
import { isOfRights, type Rights } from '../rights/rights.js';

/** Whether a command can be given to an object now: yes; not part of its menu; or shown, but refused for a reason. */
export type Offer = 'yes' | 'hidden' | Message;

/** Something a person can do to an object. Toolbar, row menu and bulk bar read the same table of these. */
export interface Command<T, Env> {
  readonly id: string;
  readonly title: MessageKey;
  readonly group: 'power' | 'console' | 'edit' | 'remove';
  /** Shown in red, and asked back before it runs. */
  readonly dangerous?: boolean;
  /** Can be given to several objects at once. */
  readonly bulk: boolean;
  /** What the state of an object says. */
  offer(target: T): Offer;
  /** What it takes: whoever may not do one of these is told why instead. */
  readonly needs?: readonly Need[];
  run(target: T, env: Env): Promise<void>;
}

/** The result for one of several objects. */
export interface Outcome<T> {
  readonly target: T;
  readonly error?: unknown;
}

/** At most this many orders are under way at once, so that a bulk act does not starve the page's own requests. */
const PARALLEL = 6;

/** Gives a command to each target and reports each result as it comes; one that fails does not stop the others. */
export async function runEach<T>(
  targets: readonly T[],
  run: (target: T) => Promise<void>,
  onOutcome: (outcome: Outcome<T>) => void,
): Promise<void> {
  const queue = targets.values();
  const worker = async (): Promise<void> => {
    for (const target of queue) {
      try {
        await run(target);
        onOutcome({ target });
      } catch (error) {
        onOutcome({ target, error });
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(PARALLEL, targets.length) }, worker));
}

/** Where an object is. */
export interface Located {
  readonly namespace?: string;
  readonly name: string;
}

/**
 * Whether somebody can give a command to an object. What its state hides stays hidden; a missing right comes before any other
 * reason, because it lasts.
 */
export function offerOf<T extends Located, Env>(command: Command<T, Env>, target: T, rights: Rights): Offer {
  const offer = command.offer(target);
  if (offer === 'hidden') return 'hidden';
  const allowed = rights.offer((command.needs ?? []).map((each) => at(each, target)));
  return allowed === 'yes' ? offer : allowed;
}

/** The needs of all commands of a table. */
export const needsOf = <T, Env>(commands: readonly Command<T, Env>[]): readonly Need[] =>
  commands.flatMap(({ needs = [] }) => needs);

/** A command of a bulk bar: which of the targets would take it, and which right is missing when none does. */
export interface BulkOffer<T, Env> {
  readonly command: Command<T, Env>;
  readonly takers: readonly T[];
  readonly refusal: Message | undefined;
}

/** The commands of a bulk bar. */
export function bulkOffers<T extends Located, Env>(
  commands: readonly Command<T, Env>[],
  targets: readonly T[],
  rights: Rights,
): readonly BulkOffer<T, Env>[] {
  return commands
    .filter(({ bulk }) => bulk)
    .map((command) => {
      const offers = targets.map((target) => ({ target, offer: offerOf(command, target, rights) }));
      const takers = offers.filter(({ offer }) => offer === 'yes').map(({ target }) => target);
      const reasons = offers.flatMap(({ offer }) => (typeof offer === 'string' ? [] : [offer]));
      return { command, takers, refusal: takers.length > 0 ? undefined : reasons.find(isOfRights) };
    });
}
