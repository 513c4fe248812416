import type { Clock, Log } from '@drover/kit';
import { Deferred } from './deferred.js';
import { deduceExit, type ExitReason, type MachineExit } from './exit.js';
import { FILES } from './files.js';
import { queryStatus } from './monitor.js';
import { bootId } from './process.js';
import { readLogEnd } from './qemu-log.js';
import type { QemuProcess } from './qemu-process.js';
import { QmpClient, type QmpEvent } from './qmp.js';
import { type MachineRecord, readExit, removeRunFiles, writeExit, writeRecord } from './record.js';
import { connectIn } from './socket.js';

/**
 * Where a machine is in its life.
 *
 *   QEMU's run state                             | => state
 *   ---------------------------------------------|------------
 *   prelaunch                                    | prelaunch
 *   running                                      | running
 *   suspended                                    | suspended
 *   io-error                                     | io-error
 *   shutdown, guest-panicked, internal-error     | stopping: it is being ended, and the reason is written down
 *   any other                                    | paused
 *   (process gone)                               | exited
 */
export type MachineState = 'prelaunch' | 'running' | 'paused' | 'suspended' | 'io-error' | 'stopping' | 'exited';

/** The machine's process is gone. */
export class MachineGone extends Error {
  override readonly name = 'MachineGone';
}

/** What goes along with a life. */
export interface Companion {
  /** A monitor is open, the first or one in place of one that closed. */
  connected(qmp: QmpClient): Promise<void>;
  /** QEMU told something that is not about its run state. */
  told(event: QmpEvent): void;
  changed(state: MachineState): void;
  /** The process is gone, or we let go of it while it runs: nothing of ours may hold on to it. */
  released(gone: boolean): Promise<void>;
}

/** How long QEMU may take to end in order before it is killed: it flushes disks. */
const QUIT_MS = 10_000;

/** How long after the monitor closed the process may linger before the monitor is tried again. */
const LINGER_MS = 2_000;

/** Run states after which the guest does not go on by itself. */
const ENDS: Readonly<Record<string, { readonly reason: ExitReason; readonly message: string }>> = {
  shutdown: { reason: 'guest-shutdown', message: 'the guest powered off' },
  'guest-panicked': { reason: 'guest-panicked', message: 'the guest reported a kernel panic' },
  'internal-error': { reason: 'internal-error', message: 'the virtual processor met a state it cannot continue from' },
};

/** Events after which the run state is another. */
const TURNS = new Set(['STOP', 'RESUME', 'SUSPEND', 'WAKEUP', 'SHUTDOWN', 'GUEST_PANICKED']);

/**
 * A QEMU process from the moment its monitor is open until it is gone: its state follows QEMU's events, and the reason
 * of its end is on disk before the end is brought about.
 */
export class Life implements AsyncDisposable {
  readonly #exited = new Deferred<MachineExit>();
  #qmp: QmpClient | undefined;
  #state: MachineState = 'prelaunch';
  #ending: MachineExit | undefined;
  #over = false;
  #looking: Promise<void> = Promise.resolve();
  #record: MachineRecord;
  #written: Promise<void> = Promise.resolve();

  constructor(
    private readonly directory: string,
    record: MachineRecord,
    private readonly process: QemuProcess,
    private readonly companion: Companion,
    private readonly deps: { readonly clock: Clock; readonly log: Log },
  ) {
    this.#record = record;
  }

  /** What is known of the machine, as it is written down. */
  get record(): MachineRecord {
    return this.#record;
  }

  get state(): MachineState {
    return this.#state;
  }

  /** Resolves once the process is gone and its sockets are removed; stays pending when we let go first. */
  get exited(): Promise<MachineExit> {
    return this.#exited.promise;
  }

  /** @throws MachineGone */
  get qmp(): QmpClient {
    if (this.#state === 'exited' || !this.#qmp) throw new MachineGone(`${this.record.outline.name} does not run`);
    return this.#qmp;
  }

  /** Begins with an open monitor, and goes on with an end that someone decided who did not live to bring it about. */
  async begin(qmp: QmpClient): Promise<void> {
    await this.#take(qmp);
    const decided = await readExit(this.directory);
    if (!decided || this.#ending) return;
    this.#ending = decided;
    this.#become('stopping');
    await this.end(decided.reason, decided.message);
  }

  /** Asks QEMU for the run state, after whoever asks already, and does what it calls for. */
  look(): Promise<void> {
    const looked = this.#looking.then(async () => {
      if (this.#state === 'stopping' || this.#state === 'exited') return;
      const status = await queryStatus(this.qmp);
      const end = ENDS[status];
      if (status === 'shutdown' && this.record.restartUntil > this.deps.clock.now()) await this.#startOver();
      else if (end) await this.end(end.reason, end.message);
      else this.#become(stateOf(status));
    });
    this.#looking = looked.catch(() => {});
    return looked;
  }

  /** Until `at`, the guest's power-off is the first half of a restart; 0 takes that back. */
  async restartUntil(at: number): Promise<void> {
    if (this.record.restartUntil !== at) await this.change({ restartUntil: at });
  }

  /** Changes what is written down of the machine; resolves once it is. */
  change(change: Partial<Pick<MachineRecord, 'outline' | 'restartUntil'>>): Promise<void> {
    this.#record = { ...this.#record, ...change };
    const written = this.#written.then(() => writeRecord(this.directory, this.#record));
    this.#written = written.catch(() => {});
    return written;
  }

  /** Ends QEMU in order, by force when it takes too long. */
  async end(reason: ExitReason, message: string): Promise<void> {
    if (this.#state === 'exited') return;
    await this.#decide(reason, message);
    await this.qmp.execute('quit').catch((error: unknown) => this.deps.log.debug('quit went unanswered', { error }));
    if (!(await this.process.goneWithin(QUIT_MS))) await this.process.kill();
  }

  async kill(): Promise<void> {
    if (this.#state === 'exited') return;
    await this.#decide('killed', 'killed on request');
    await this.process.kill();
  }

  /** Lets go of the process, which runs on. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#over) return;
    this.#over = true;
    this.#qmp?.[Symbol.dispose]();
    await this.companion.released(false);
  }

  async #take(qmp: QmpClient): Promise<void> {
    this.#qmp = qmp;
    qmp.onEvent((event) => {
      if (TURNS.has(event.name)) this.look().catch((error: unknown) => this.#unknown(error));
      else this.companion.told(event);
    });
    try {
      await this.companion.connected(qmp);
      await this.look();
    } catch (error) {
      qmp[Symbol.dispose]();
      throw error;
    }
    void qmp.closed.then(() => this.#lost());
  }

  #unknown(error: unknown): void {
    this.deps.log.debug('the run state is not known', { error });
  }

  /** The second half of a restart. The wish is crossed out first: failing here must not restart the guest twice. */
  async #startOver(): Promise<void> {
    await this.restartUntil(0);
    await this.qmp.execute('system_reset');
    await this.qmp.execute('cont');
    this.#become(stateOf(await queryStatus(this.qmp)));
  }

  /** Writes the reason down before it is acted on: should we die in between, it is not lost. The first one stands. */
  async #decide(reason: ExitReason, message: string): Promise<void> {
    if (this.#ending) return;
    this.#ending = { reason, message, at: this.deps.clock.now() };
    this.#become('stopping');
    await this.#write(this.#ending);
  }

  /** A disk that is full must not keep a machine from ending. */
  async #write(exit: MachineExit): Promise<void> {
    await writeExit(this.directory, exit).catch((error: unknown) =>
      this.deps.log.error('why a machine ended could not be written down', { error, ...exit }),
    );
  }

  async #lost(): Promise<void> {
    while (!this.#over) {
      if (await this.process.goneWithin(LINGER_MS)) return this.#finish();
      try {
        return await this.#take(await QmpClient.open(await connectIn(this.directory, FILES.qmp), this.deps.clock));
      } catch (error) {
        this.deps.log.warn('the monitor of a running machine does not answer', { error });
      }
    }
  }

  async #finish(): Promise<void> {
    if (this.#over) return;
    this.#over = true;
    const exit = this.#ending ?? (await exitOf(this.directory, this.record, this.process, this.deps.clock));
    await this.#write(exit);
    await this.companion.released(true);
    await removeRunFiles(this.directory).catch((error: unknown) =>
      this.deps.log.warn('the sockets of a machine could not be removed', { error }),
    );
    this.#become('exited');
    this.#exited.resolve(exit);
  }

  #become(state: MachineState): void {
    if (this.#state === state) return;
    this.#state = state;
    this.companion.changed(state);
  }
}

/** Why a process that is gone went: as written down beforehand, else as its remains tell. */
export async function exitOf(
  directory: string,
  record: MachineRecord,
  process: Pick<QemuProcess, 'fate'>,
  clock: Clock,
): Promise<MachineExit> {
  const written = await readExit(directory);
  if (written) return written;
  const hostRestarted = record.bootId !== (await bootId());
  return deduceExit({ at: clock.now(), log: await readLogEnd(directory), hostRestarted, ...process.fate });
}

function stateOf(status: string): MachineState {
  switch (status) {
    case 'prelaunch':
    case 'running':
    case 'suspended':
    case 'io-error':
      return status;
    default:
      return 'paused';
  }
}
