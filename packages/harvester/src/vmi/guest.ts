import type { Clock, Log } from '@drover/kit';
import type { GuestInterface, GuestOs } from '@drover/qemu';
import type { Machines, RunningMachine } from '../machine/machines.js';

/** What a guest says about itself through its agent. */
export interface GuestFacts {
  readonly os: GuestOs | undefined;
  readonly interfaces: readonly GuestInterface[];
}

/** Agents appear before the network does: the first looks follow each other quickly, later ones are KubeVirt's pace. */
const FIRST_LOOKS_MS = [500, 1000, 1000, 2000, 2000, 5000, 5000, 10_000];
const LATER_MS = 30_000;

/**
 * Keeps what guests say about themselves, asked as long as their agents are connected, and tells when it changes. Guests are
 * asked from here, never from a reconcile: one that does not answer delays nobody.
 */
export class Guests implements Disposable {
  readonly #facts = new Map<string, GuestFacts>();
  readonly #polling = new Set<string>();
  readonly #abort = new AbortController();
  readonly #subscription: Disposable;

  constructor(
    readonly options: {
      readonly machines: Machines;
      readonly clock: Clock;
      readonly log: Log;
      readonly onChange: (uid: string) => void;
    },
  ) {
    this.#subscription = options.machines.watch((uid) => this.look(uid));
  }

  /** The newest facts of an instance's guest. */
  get(uid: string): GuestFacts | undefined {
    return this.#facts.get(uid);
  }

  /** Begins to ask a guest whose agent is connected, unless that goes on already. */
  look(uid: string): void {
    const machine = this.options.machines.get(uid);
    if (machine === undefined) this.#facts.delete(uid);
    if (machine?.agentConnected !== true || this.#polling.has(uid)) return;
    this.#polling.add(uid);
    void this.#poll(uid, machine)
      .catch((error: unknown) => {
        if (!this.#abort.signal.aborted) this.options.log.debug('guest agent not asked any more', { uid, error });
      })
      .finally(() => this.#polling.delete(uid));
  }

  [Symbol.dispose](): void {
    this.#subscription[Symbol.dispose]();
    this.#abort.abort(new Error('stopped'));
  }

  async #poll(uid: string, machine: RunningMachine): Promise<void> {
    for (let turn = 0; machine.agentConnected && this.options.machines.get(uid) === machine; turn += 1) {
      const before = JSON.stringify(this.#facts.get(uid));
      const facts = await ask(machine, this.#facts.get(uid));
      this.#facts.set(uid, facts);
      if (JSON.stringify(facts) !== before) this.options.onChange(uid);
      await this.options.clock.sleep(FIRST_LOOKS_MS[turn] ?? LATER_MS, this.#abort.signal);
    }
  }
}

/** One look; a question that fails keeps the former answer. */
async function ask({ agent }: RunningMachine, before: GuestFacts | undefined): Promise<GuestFacts> {
  const interfaces = await agent.interfaces().catch(() => before?.interfaces ?? []);
  const os = before?.os ?? (await agent.osInfo().catch(() => undefined));
  return { os, interfaces };
}
