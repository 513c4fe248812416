import { constants } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import type { Clock, Log, RandomBytes } from '@drover/kit';
import { GuestAgent } from './agent.js';
import { AGENT_ID } from './arguments.js';
import { Deferred } from './deferred.js';
import type { PortForward } from './description.js';
import { deduceExit, type ExitReason, type MachineExit } from './exit.js';
import { FILES } from './files.js';
import {
  addForward,
  type Block,
  diskOf,
  queryBlocks,
  queryPortOpen,
  queryStatus,
  removeForward,
  resizeBlock,
} from './monitor.js';
import { bootId } from './process.js';
import { QemuLog, readLogEnd } from './qemu-log.js';
import type { QemuProcess } from './qemu-process.js';
import { QmpClient, type QmpEvent } from './qmp.js';
import { type MachineOutline, type MachineRecord, readExit, removeRunFiles, writeExit, writeRecord } from './record.js';
import { HISTORY_BYTES, SerialConsole } from './serial.js';
import { SerialLog } from './serial-log.js';
import { connectIn } from './socket.js';
import { VncScreen } from './vnc.js';

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

/** What happens to a machine. */
export type MachineEvent =
  | { readonly type: 'state'; readonly state: MachineState }
  | { readonly type: 'agent'; readonly connected: boolean }
  | { readonly type: 'reset'; readonly byGuest: boolean }
  | { readonly type: 'io-error'; readonly disk: string | undefined; readonly reason: string }
  | { readonly type: 'exit'; readonly exit: MachineExit };

/** The machine's process is gone. */
export class MachineGone extends Error {
  override readonly name = 'MachineGone';
}

/** The machine was made without graphics. */
export class NoScreen extends Error {
  override readonly name = 'NoScreen';
}

/** What a machine needs of its surroundings. */
export interface MachineDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly random: RandomBytes;
}

/** A guest that was asked to restart and has not powered off by then is not restarting. */
const RESTART_MS = 5 * 60_000;

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

/**
 * A running QEMU: its state follows QEMU's events, never a timer. Disposing it lets go and leaves QEMU running.
 * Commands throw MachineGone, QmpError, QmpClosed and QmpTimeout.
 */
export class Machine implements AsyncDisposable {
  readonly agent: GuestAgent;
  readonly #exited = new Deferred<MachineExit>();
  readonly #listeners = new Set<(event: MachineEvent) => void>();
  readonly #console: SerialConsole;
  readonly #screen: VncScreen;
  #qmp: QmpClient;
  #state: MachineState = 'prelaunch';
  #agentConnected = false;
  #ending: MachineExit | undefined;
  #disposed = false;
  #looking: Promise<void> = Promise.resolve();
  #picture: Promise<unknown> = Promise.resolve();

  private constructor(
    readonly directory: string,
    private record: MachineRecord,
    private readonly process: QemuProcess,
    qmp: QmpClient,
    private readonly logs: { readonly serial: SerialLog; readonly qemu: QemuLog; readonly past: Buffer },
    private readonly deps: MachineDeps,
  ) {
    this.#qmp = qmp;
    this.#console = new SerialConsole(logs.past, (chunk) => logs.serial.append(chunk));
    this.#screen = new VncScreen(directory);
    this.agent = new GuestAgent({
      connect: () => connectIn(directory, FILES.agent),
      present: () => this.#agentConnected,
      clock: deps.clock,
      random: deps.random,
    });
  }

  /** Takes charge of a QEMU whose monitor is open. Owns `qmp` from then on, also when it throws. */
  static async attach(
    directory: string,
    record: MachineRecord,
    process: QemuProcess,
    qmp: QmpClient,
    deps: MachineDeps,
  ): Promise<Machine> {
    const log = deps.log.with({ machine: record.outline.name, uuid: record.outline.uuid });
    const { log: serial, history: past } = await SerialLog.open(directory, HISTORY_BYTES, (error) =>
      log.warn('the serial history is not written', { error }),
    );
    const qemu = await QemuLog.watch(directory);
    const machine = new Machine(directory, record, process, qmp, { serial, qemu, past }, { ...deps, log });
    try {
      await machine.#listen(qmp);
      await machine.#resumeEnding();
      return machine;
    } catch (error) {
      await machine[Symbol.asyncDispose]();
      throw error;
    }
  }

  get outline(): MachineOutline {
    return this.record.outline;
  }

  get pid(): number {
    return this.process.identity.pid;
  }

  /** Milliseconds since the Unix epoch. */
  get startedAt(): number {
    return this.record.startedAt;
  }

  get state(): MachineState {
    return this.#state;
  }

  get agentConnected(): boolean {
    return this.#agentConnected;
  }

  /** Resolves once the process is gone and its sockets are removed; stays pending when we let go first. */
  get exited(): Promise<MachineExit> {
    return this.#exited.promise;
  }

  /** The monitor, for commands that have no method here. */
  get qmp(): QmpClient {
    this.#refuseGone();
    return this.#qmp;
  }

  /** Calls `listener` with each event from now on; disposing the result ends that. */
  watch(listener: (event: MachineEvent) => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => this.#listeners.delete(listener) };
  }

  /** Presses the power button; the guest may ignore it. */
  async powerdown(): Promise<void> {
    await this.#restartUntil(0);
    await this.qmp.execute('system_powerdown');
  }

  /** Asks the guest to restart: through its agent, else by the power button and a fresh start when it is off. */
  async softReboot(): Promise<'agent' | 'acpi'> {
    if (this.#agentConnected) {
      await this.agent.shutdown('reboot');
      return 'agent';
    }
    await this.#restartUntil(this.deps.clock.now() + RESTART_MS);
    await this.qmp.execute('system_powerdown');
    return 'acpi';
  }

  /** Presses the reset button: the guest restarts at once. */
  async reset(): Promise<void> {
    await this.qmp.execute('system_reset');
  }

  /** Stops the virtual processors. */
  async pause(): Promise<void> {
    await this.qmp.execute('stop');
    await this.#look();
  }

  /** Lets the virtual processors go on, or begin. */
  async resume(): Promise<void> {
    await this.qmp.execute('cont');
    await this.#look();
  }

  /** Ends QEMU in order, whatever the guest does; resolves when it is gone. */
  async quit(): Promise<MachineExit> {
    await this.#end('quit', 'ended on request');
    return this.exited;
  }

  /** Ends QEMU at once; resolves when it is gone. */
  async kill(): Promise<MachineExit> {
    if (this.#state !== 'exited') {
      await this.#note('killed', 'killed on request');
      await this.process.kill();
    }
    return this.exited;
  }

  /** A viewer of the serial line, beginning with its history. @throws TooManyViewers */
  openSerial(): Duplex {
    this.#refuseGone();
    return this.#console.open();
  }

  /** A viewer of the screen: raw RFB. `takeover` ends the other viewers. @throws TooManyViewers, NoScreen */
  async openVnc(options: { readonly takeover?: boolean } = {}): Promise<Duplex> {
    this.#refuseGone();
    if (!this.outline.graphics) throw new NoScreen(`${this.outline.name} has no screen`);
    return this.#screen.open(options);
  }

  /** The screen as PNG. */
  screenshot(): Promise<Uint8Array> {
    const picture = this.#picture.then(() => this.#takePicture());
    this.#picture = picture.catch(() => {});
    return picture;
  }

  async blocks(): Promise<readonly Block[]> {
    return queryBlocks(this.qmp, this.outline);
  }

  /** Makes a disk larger while the guest runs, and tells the guest. */
  async resizeDisk(disk: string, sizeBytes: number): Promise<void> {
    await resizeBlock(this.qmp, this.outline, disk, sizeBytes);
  }

  /** Opens a port of the host to the guest, on the card called `nic`, and answers its number. */
  async addForward(nic: string, forward: PortForward): Promise<number> {
    return addForward(this.qmp, this.outline, nic, forward);
  }

  async removeForward(nic: string, forward: PortForward): Promise<void> {
    await removeForward(this.qmp, this.outline, nic, forward);
  }

  /** Lets go: viewers end, QEMU runs on and can be adopted. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    await this.#release();
  }

  async #release(): Promise<void> {
    this.#qmp[Symbol.dispose]();
    this.agent[Symbol.dispose]();
    this.#screen[Symbol.dispose]();
    this.#console[Symbol.dispose]();
    await this.logs.serial[Symbol.asyncDispose]();
    await this.logs.qemu[Symbol.asyncDispose]();
  }

  async #listen(qmp: QmpClient): Promise<void> {
    this.#qmp = qmp;
    qmp.onEvent((event) => this.#hear(event));
    if (!this.#console.attached) this.#console.attach(await connectIn(this.directory, FILES.serial));
    if (this.outline.guestAgent) this.#agentIs(await queryPortOpen(qmp, AGENT_ID));
    await this.#look();
    void qmp.closed.then(() => this.#lost());
  }

  /** Goes on with an end that was written down by someone who did not live to bring it about. */
  async #resumeEnding(): Promise<void> {
    const exit = await readExit(this.directory);
    if (!exit || this.#ending) return;
    this.#ending = exit;
    this.#become('stopping');
    await this.#end(exit.reason, exit.message);
  }

  #hear({ name, data }: QmpEvent): void {
    switch (name) {
      case 'VSERPORT_CHANGE':
        if (data.text('id') === AGENT_ID) this.#agentIs(data.boolean('open'));
        return;
      case 'RESET':
        this.#tell({ type: 'reset', byGuest: data.boolean('guest') });
        return;
      case 'BLOCK_IO_ERROR':
        this.#tell({
          type: 'io-error',
          disk: diskOf(data.optional('qdev', (from, key) => from.text(key)) ?? data.text('device'), this.outline),
          reason: data.text('reason'),
        });
        return;
      case 'STOP':
      case 'RESUME':
      case 'SUSPEND':
      case 'WAKEUP':
      case 'SHUTDOWN':
      case 'GUEST_PANICKED':
        this.#look().catch((error: unknown) => this.deps.log.debug('the run state is not known', { error }));
        return;
      default:
    }
  }

  /** Asks QEMU for the run state, after whoever asks already, and does what it calls for. */
  #look(): Promise<void> {
    const looked = this.#looking.then(async () => {
      if (this.#state === 'stopping' || this.#state === 'exited') return;
      const status = await queryStatus(this.#qmp);
      if (status === 'shutdown' && this.record.restartUntil > this.deps.clock.now()) {
        await this.#startOver();
        return;
      }
      const end = ENDS[status];
      if (end) await this.#end(end.reason, end.message);
      else this.#become(stateOf(status));
    });
    this.#looking = looked.catch(() => {});
    return looked;
  }

  /** The second half of a restart. The wish is crossed out first: failing here must not restart the guest twice. */
  async #startOver(): Promise<void> {
    await this.#restartUntil(0);
    await this.#qmp.execute('system_reset');
    await this.#qmp.execute('cont');
    this.#become(stateOf(await queryStatus(this.#qmp)));
  }

  async #restartUntil(restartUntil: number): Promise<void> {
    if (this.record.restartUntil === restartUntil) return;
    this.record = { ...this.record, restartUntil };
    await writeRecord(this.directory, this.record);
  }

  async #end(reason: ExitReason, message: string): Promise<void> {
    if (this.#state === 'exited') return;
    await this.#note(reason, message);
    await this.#qmp.execute('quit').catch((error: unknown) => this.deps.log.debug('quit went unanswered', { error }));
    if (!(await this.process.goneWithin(QUIT_MS))) await this.process.kill();
  }

  /** Writes the reason down before acting on it: should we die in between, it is not lost. The first one stands. */
  async #note(reason: ExitReason, message: string): Promise<void> {
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
    while (!this.#disposed) {
      if (await this.process.goneWithin(LINGER_MS)) {
        await this.#finish();
        return;
      }
      try {
        await this.#listen(await QmpClient.open(await connectIn(this.directory, FILES.qmp), this.deps.clock));
        return;
      } catch (error) {
        this.deps.log.warn('the monitor of a running machine does not answer', { error });
      }
    }
  }

  async #finish(): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    const exit = this.#ending ?? (await exitOf(this.directory, this.record, this.process, this.deps.clock));
    await this.#write(exit);
    await this.#release();
    await removeRunFiles(this.directory).catch((error: unknown) =>
      this.deps.log.warn('the sockets of a machine could not be removed', { error }),
    );
    this.#agentIs(false);
    this.#become('exited');
    this.#tell({ type: 'exit', exit });
    this.#exited.resolve(exit);
  }

  #become(state: MachineState): void {
    if (this.#state === state) return;
    this.#state = state;
    this.#tell({ type: 'state', state });
  }

  #agentIs(connected: boolean): void {
    if (!connected) this.agent[Symbol.dispose]();
    if (this.#agentConnected === connected) return;
    this.#agentConnected = connected;
    this.#tell({ type: 'agent', connected });
  }

  #refuseGone(): void {
    if (this.#state === 'exited') throw new MachineGone(`${this.outline.name} does not run`);
  }

  #tell(event: MachineEvent): void {
    for (const listener of this.#listeners) {
      try {
        listener(event);
      } catch (error) {
        this.deps.log.error('a listener of a machine failed', { error });
      }
    }
  }

  async #takePicture(): Promise<Uint8Array> {
    const path = join(this.directory, FILES.screen);
    try {
      await this.qmp.execute('screendump', { filename: FILES.screen, format: 'png' });
      await using file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
      return await file.readFile();
    } finally {
      await rm(path, { force: true });
    }
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
