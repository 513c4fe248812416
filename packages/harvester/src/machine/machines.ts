import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock, Log, RandomBytes } from '@drover/kit';
import {
  adoptMachines,
  forgetMachine,
  type GuestAgent,
  type Host,
  type Machine,
  type MachineDescription,
  type MachineExit,
  startMachine,
} from '@drover/qemu';

/** What is asked of a guest agent here. */
export type Agent = Pick<
  GuestAgent,
  | 'info'
  | 'osInfo'
  | 'hostName'
  | 'timezone'
  | 'interfaces'
  | 'users'
  | 'filesystems'
  | 'freezeStatus'
  | 'freeze'
  | 'thaw'
>;

/** What controllers and consoles do with a machine that runs. */
export type RunningMachine = Pick<
  Machine,
  | 'state'
  | 'agentConnected'
  | 'powerdown'
  | 'softReboot'
  | 'reset'
  | 'pause'
  | 'resume'
  | 'kill'
  | 'blocks'
  | 'attachDisk'
  | 'detachDisk'
  | 'insertMedium'
  | 'ejectMedium'
  | 'resizeDisk'
  | 'snapshotDisks'
  | 'deleteSnapshot'
  | 'processors'
  | 'plugProcessors'
  | 'hotMemory'
  | 'requestMemory'
  | 'addForward'
  | 'removeForward'
  | 'openSerial'
  | 'openVnc'
  | 'screenshot'
> & { readonly agent: Agent };

/** The machines of this host, by the uid of the instance each belongs to. */
export interface Machines {
  get(uid: string): RunningMachine | undefined;
  /** How a machine ended, until it is forgotten. */
  exitOf(uid: string): MachineExit | undefined;
  start(uid: string, description: MachineDescription): Promise<RunningMachine>;
  /** Removes what is kept of a machine that has ended. Its disks are not touched. */
  forget(uid: string): Promise<void>;
  /** Calls `listener` with the uid of a machine to which something happened. */
  watch(listener: (uid: string) => void): Disposable;
}

/** What machines need of their surroundings; the host is asked each time, because QEMU may be installed later. */
export interface MachinesDeps {
  readonly host: () => Host;
  readonly clock: Clock;
  readonly log: Log;
  readonly random: RandomBytes;
}

/** Every process this host runs as a machine, found again after a restart of ours. Disposing it lets all of them run on. */
export class HostMachines implements Machines, AsyncDisposable {
  readonly #running = new Map<string, Machine>();
  readonly #exits = new Map<string, MachineExit>();
  readonly #listeners = new Set<(uid: string) => void>();

  private constructor(
    readonly root: string,
    readonly deps: MachinesDeps,
  ) {}

  /** Takes charge of the machines below `root`, a directory each, named by uid. */
  static async open(root: string, deps: MachinesDeps): Promise<HostMachines> {
    const machines = new HostMachines(root, deps);
    for (const adoption of await adoptMachines(root, deps)) {
      const uid = adoption.directory.slice(adoption.directory.lastIndexOf('/') + 1);
      if (adoption.kind === 'running') machines.#take(uid, adoption.machine);
      else if (adoption.kind === 'exited') machines.#exits.set(uid, adoption.exit);
      else deps.log.error('a machine could not be taken charge of', { uid, error: adoption.error });
    }
    return machines;
  }

  get(uid: string): RunningMachine | undefined {
    return this.#running.get(uid);
  }

  exitOf(uid: string): MachineExit | undefined {
    return this.#exits.get(uid);
  }

  async start(uid: string, description: MachineDescription): Promise<RunningMachine> {
    const machine = await startMachine(description, this.#directory(uid), { ...this.deps, host: this.deps.host() });
    this.#exits.delete(uid);
    this.#take(uid, machine);
    return machine;
  }

  async forget(uid: string): Promise<void> {
    await forgetMachine(this.#directory(uid)).catch((error: unknown) => {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    });
    await rm(this.#directory(uid), { recursive: true, force: true });
    this.#exits.delete(uid);
  }

  watch(listener: (uid: string) => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => this.#listeners.delete(listener) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listeners.clear();
    await Promise.all([...this.#running.values()].map((machine) => machine[Symbol.asyncDispose]()));
  }

  #take(uid: string, machine: Machine): void {
    this.#running.set(uid, machine);
    machine.watch((event) => {
      if (event.type === 'exit') {
        this.#running.delete(uid);
        this.#exits.set(uid, event.exit);
      }
      for (const listener of this.#listeners) listener(uid);
    });
  }

  #directory(uid: string): string {
    // Uids come from the API server; a path never comes from a user.
    if (!/^[0-9a-zA-Z-]{1,64}$/.test(uid)) throw new TypeError(`"${uid}" is not a uid`);
    return join(this.root, uid);
  }
}
