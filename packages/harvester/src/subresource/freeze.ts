import { badRequest } from '@drover/api';
import type { Clock } from '@drover/kit';
import type { Fields } from '../fields.js';
import type { RunningMachine } from '../machine/machines.js';

/** KubeVirt's own: who froze a guest and never comes back does not hold it up for ever. */
const DEFAULT_MS = 5 * 60_000;
const MAX_MS = 60 * 60_000;

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** Go's form of a duration: `5m0s`. @throws ApiError 400 */
function milliseconds(text: string): number {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)];
  if (parts.map(([part]) => part).join('') !== text || text === '')
    throw badRequest(`unfreezeTimeout: "${text}" is not a duration such as 5m0s`);
  return parts.reduce((sum, [, amount, unit = 's']) => sum + Number(amount) * (UNITS[unit] ?? 1000), 0);
}

/** Guests whose file systems are at rest, each let go on after a while by itself. */
export class Freezes {
  readonly #thaws = new Map<string, Disposable>();

  constructor(readonly clock: Clock) {}

  /** Brings the guest's file systems to rest, until `unfreeze` or the body's `unfreezeTimeout`, at most an hour. */
  async freeze(uid: string, { agent }: RunningMachine, fields: Fields): Promise<void> {
    const given = fields.optionalText('unfreezeTimeout');
    const ms = Math.min(MAX_MS, given === undefined ? DEFAULT_MS : milliseconds(given) || DEFAULT_MS);
    await agent.freeze();
    this.#forget(uid);
    this.#thaws.set(
      uid,
      this.clock.after(ms, () => {
        this.#thaws.delete(uid);
        agent.thaw().catch(() => {});
      }),
    );
  }

  /** Lets them go on. */
  async unfreeze(uid: string, { agent }: RunningMachine): Promise<void> {
    this.#forget(uid);
    await agent.thaw();
  }

  #forget(uid: string): void {
    this.#thaws.get(uid)?.[Symbol.dispose]();
    this.#thaws.delete(uid);
  }
}
