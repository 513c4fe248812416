import type { Message, MessageKey } from '../i18n/message.js';

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
  offer(target: T): Offer;
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

/** The commands of a bulk bar: those that at least one of the targets would take, with who they are. */
export function bulkOffers<T, Env>(
  commands: readonly Command<T, Env>[],
  targets: readonly T[],
): { command: Command<T, Env>; takers: readonly T[] }[] {
  return commands
    .filter(({ bulk }) => bulk)
    .map((command) => ({ command, takers: targets.filter((target) => command.offer(target) === 'yes') }));
}
