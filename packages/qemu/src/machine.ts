import type { Duplex } from 'node:stream';
import type { Clock, Log, RandomBytes } from '@drover/kit';
import { GuestAgent } from './agent.js';
import { AGENT_ID } from './arguments.js';
import { DescriptionError, type Disk, type Layer, type PortForward } from './description.js';
import type { MachineExit } from './exit.js';
import { FILES } from './files.js';
import {
  diskIndex,
  ejectMedium,
  insertMedium,
  type Processors,
  plugDisk,
  plugProcessors,
  queryHotMemory,
  queryProcessors,
  requestMemory,
  unplugDisk,
} from './hotplug.js';
import { Life, MachineGone, type MachineState } from './life.js';
import {
  addForward,
  type Block,
  deleteSnapshot,
  diskOf,
  listForwards,
  type OpenForward,
  queryBlocks,
  queryPortOpen,
  removeForward,
  resizeBlock,
  snapshotBlocks,
} from './monitor.js';
import { QemuLog } from './qemu-log.js';
import type { QemuProcess } from './qemu-process.js';
import { type QmpClient, QmpError, type QmpEvent } from './qmp.js';
import type { MachineOutline, MachineRecord } from './record.js';
import { takeScreenshot } from './screenshot.js';
import { HISTORY_BYTES, SerialConsole } from './serial.js';
import { SerialLog } from './serial-log.js';
import { connectIn } from './socket.js';
import { endTpm } from './tpm.js';
import { VncScreen } from './vnc.js';

/** What happens to a machine. */
export type MachineEvent =
  | { readonly type: 'state'; readonly state: MachineState }
  | { readonly type: 'agent'; readonly connected: boolean }
  | { readonly type: 'reset'; readonly byGuest: boolean }
  /** A disk failed; `full`: the host had no room for what the guest wrote. */
  | { readonly type: 'io-error'; readonly disk: string | undefined; readonly reason: string; readonly full: boolean }
  /** The guest took or gave back memory. */
  | { readonly type: 'memory' }
  | { readonly type: 'exit'; readonly exit: MachineExit };

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

interface Logs {
  readonly serial: SerialLog;
  readonly past: Buffer;
  readonly qemu: QemuLog;
}

/** A guest that was asked to restart and has not powered off by then is not restarting. */
const RESTART_MS = 5 * 60_000;

/**
 * A running QEMU with all that leads into it: its power, its consoles, its agent, its disks. Disposing it lets go and
 * leaves QEMU running. Commands throw MachineGone, QmpError, QmpClosed and QmpTimeout.
 */
export class Machine implements AsyncDisposable {
  readonly agent: GuestAgent;
  readonly #life: Life;
  readonly #listeners = new Set<(event: MachineEvent) => void>();
  readonly #console: SerialConsole;
  readonly #screen: VncScreen;
  #agentConnected = false;
  #exit: MachineExit | undefined;
  #changing: Promise<void> = Promise.resolve();
  #picture: Promise<unknown> = Promise.resolve();

  private constructor(
    readonly directory: string,
    record: MachineRecord,
    private readonly process: QemuProcess,
    private readonly logs: Logs,
    private readonly deps: MachineDeps,
  ) {
    this.#console = new SerialConsole(logs.past, (chunk) => logs.serial.append(chunk), deps.clock);
    this.#screen = new VncScreen(directory);
    this.agent = new GuestAgent({
      connect: () => connectIn(directory, FILES.agent),
      present: () => this.#agentConnected,
      clock: deps.clock,
      random: deps.random,
    });
    const companion = {
      connected: (qmp: QmpClient) => this.#connect(qmp),
      told: (event: QmpEvent) => this.#hear(event),
      changed: (state: MachineState) => this.#tell({ type: 'state', state }),
      released: (gone: boolean) => this.#release(gone),
    };
    this.#life = new Life(directory, record, process, companion, deps);
    void this.#life.exited.then((exit) => {
      this.#exit = exit;
      this.#tell({ type: 'exit', exit });
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
    const qemu = await QemuLog.watch(directory, (error) => log.warn('what QEMU says is not watched', { error }));
    const machine = new Machine(directory, record, process, { serial, past, qemu }, { ...deps, log });
    try {
      await machine.#life.begin(qmp);
      return machine;
    } catch (error) {
      await machine[Symbol.asyncDispose]();
      throw error;
    }
  }

  get outline(): MachineOutline {
    return this.#life.record.outline;
  }

  get pid(): number {
    return this.process.identity.pid;
  }

  /** Milliseconds since the Unix epoch. */
  get startedAt(): number {
    return this.#life.record.startedAt;
  }

  get state(): MachineState {
    return this.#life.state;
  }

  get agentConnected(): boolean {
    return this.#agentConnected;
  }

  /** Resolves once the process is gone and its sockets are removed; stays pending when we let go first. */
  get exited(): Promise<MachineExit> {
    return this.#life.exited;
  }

  /** The monitor, for commands that have no method here. */
  get qmp(): QmpClient {
    return this.#life.qmp;
  }

  /**
   * Calls `listener` with each event from now on, and with the exit also when that was earlier: nobody who watches misses
   * it. Disposing the result ends that.
   */
  watch(listener: (event: MachineEvent) => void): Disposable {
    this.#listeners.add(listener);
    const exit = this.#exit;
    if (exit) queueMicrotask(() => this.#listeners.has(listener) && listener({ type: 'exit', exit }));
    return { [Symbol.dispose]: () => this.#listeners.delete(listener) };
  }

  /** Presses the power button; the guest may ignore it. */
  async powerdown(): Promise<void> {
    await this.#life.restartUntil(0);
    await this.qmp.execute('system_powerdown');
  }

  /** Asks the guest to restart: through its agent, else by the power button and a fresh start when it is off. */
  async softReboot(): Promise<'agent' | 'acpi'> {
    if (this.#agentConnected) {
      await this.agent.shutdown('reboot');
      return 'agent';
    }
    await this.#life.restartUntil(this.deps.clock.now() + RESTART_MS);
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
    await this.#life.look();
  }

  /** Lets the virtual processors go on, or begin. */
  async resume(): Promise<void> {
    await this.qmp.execute('cont');
    await this.#life.look();
  }

  /** Ends QEMU in order, whatever the guest does; resolves when it is gone. */
  async quit(): Promise<MachineExit> {
    await this.#life.end('quit', 'ended on request');
    return this.exited;
  }

  /** Ends QEMU at once; resolves when it is gone. */
  async kill(): Promise<MachineExit> {
    await this.#life.kill();
    return this.exited;
  }

  /** A viewer of the serial line, beginning with its history. @throws TooManyViewers */
  openSerial(): Duplex {
    this.#refuseGone();
    return this.#console.open();
  }

  /** A viewer of the screen: raw RFB. `takeover` ends the other viewers. @throws TooManyViewers, NoScreen */
  async openVnc(options: { readonly takeover?: boolean } = {}): Promise<Duplex> {
    this.#refuseScreenless();
    return this.#screen.open(options);
  }

  /** The screen as PNG. @throws NoScreen */
  screenshot(): Promise<Uint8Array> {
    const picture = this.#picture.then(() => {
      this.#refuseScreenless();
      return takeScreenshot(this.qmp, this.directory);
    });
    this.#picture = picture.catch(() => {});
    return picture;
  }

  /** The disks, with what was read and written since the start. */
  async blocks(): Promise<readonly Block[]> {
    return queryBlocks(this.qmp, this.outline);
  }

  /** Makes a disk larger while the guest runs, and tells the guest. */
  async resizeDisk(disk: string, sizeBytes: number): Promise<void> {
    await resizeBlock(this.qmp, this.outline, disk, sizeBytes);
  }

  /**
   * Plugs a SCSI disk into the running machine; does nothing when it has one of that name. The place is written down first:
   * whoever comes after us finishes what we began.
   */
  attachDisk(disk: Disk): Promise<void> {
    return this.#oneByOne(async () => {
      const { outline } = this;
      if (disk.name === '') throw new DescriptionError('disk', 'a disk has a name');
      const known = outline.disks.indexOf(disk.name);
      const free = outline.disks.indexOf('');
      const index = known >= 0 ? known : free >= 0 ? free : outline.disks.length;
      if (known < 0) await this.#rename(index, disk.name);
      await plugDisk(this.qmp, disk, index).catch(async (error: unknown) => {
        // What QEMU refused is not there; what it did not answer to may be, and keeps its place.
        if (error instanceof QmpError || error instanceof DescriptionError) await this.#rename(index, '');
        throw error;
      });
    });
  }

  /** Takes a disk away from the running machine; does nothing when it has none of that name. */
  detachDisk(disk: string): Promise<void> {
    return this.#oneByOne(async () => {
      const index = disk === '' ? -1 : this.outline.disks.indexOf(disk);
      if (index < 0) return;
      await unplugDisk(this.qmp, index, this.deps.clock);
      await this.#rename(index, '');
    });
  }

  /** Puts a medium into an empty CD-ROM drive. */
  insertMedium(drive: string, medium: Layer): Promise<void> {
    return this.#oneByOne(() => insertMedium(this.qmp, diskIndex(this.outline, drive), medium));
  }

  /** Takes what is in a CD-ROM drive out, also when the guest has locked it. */
  ejectMedium(drive: string): Promise<void> {
    return this.#oneByOne(() => ejectMedium(this.qmp, diskIndex(this.outline, drive)));
  }

  /** Takes a snapshot called `name` inside each of the disks, all at one moment. */
  async snapshotDisks(disks: readonly string[], name: string): Promise<void> {
    await snapshotBlocks(this.qmp, this.outline, disks, name);
  }

  async deleteSnapshot(disk: string, name: string): Promise<void> {
    await deleteSnapshot(this.qmp, this.outline, disk, name);
  }

  async processors(): Promise<Processors> {
    return queryProcessors(this.qmp);
  }

  /** Plugs processors in until the machine has `count`; never takes one away. */
  plugProcessors(count: number): Promise<void> {
    return this.#oneByOne(() => plugProcessors(this.qmp, count));
  }

  /** Memory that the guest has taken beside what it started with, in bytes; nothing when it can get none. */
  async hotMemory(): Promise<number | undefined> {
    return queryHotMemory(this.qmp);
  }

  /** Offers the guest `bytes` of memory beside what it started with; it takes them, or gives them back, in its own time. */
  async requestMemory(bytes: number): Promise<void> {
    await requestMemory(this.qmp, bytes);
  }

  /** Opens a port of the host to the guest, on the card called `nic`, and answers its number. */
  async addForward(nic: string, forward: PortForward): Promise<number> {
    return addForward(this.qmp, this.outline, nic, forward);
  }

  /** What listens on the host for the card called `nic`. */
  async forwards(nic: string): Promise<readonly OpenForward[]> {
    return listForwards(this.qmp, this.outline, nic);
  }

  async removeForward(nic: string, forward: PortForward): Promise<void> {
    await removeForward(this.qmp, this.outline, nic, forward);
  }

  /** Lets go: viewers end, nobody is told anything any more, QEMU runs on and can be adopted. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#listeners.clear();
    await this.#life[Symbol.asyncDispose]();
  }

  /** What changes the machine's devices happens one after the other. */
  #oneByOne(change: () => Promise<void>): Promise<void> {
    const changed = this.#changing.then(change);
    this.#changing = changed.catch(() => {});
    return changed;
  }

  /** Writes down that the disk number `index` is called `name` from now on. */
  async #rename(index: number, name: string): Promise<void> {
    const disks = [...this.outline.disks];
    disks[index] = name;
    await this.#life.change({ outline: { ...this.outline, disks } });
  }

  async #connect(qmp: QmpClient): Promise<void> {
    if (!this.#console.attached) this.#console.attach(await connectIn(this.directory, FILES.serial));
    if (this.outline.guestAgent) this.#agentIs(await queryPortOpen(qmp, AGENT_ID));
  }

  #hear({ name, data }: QmpEvent): void {
    switch (name) {
      case 'VSERPORT_CHANGE':
        if (data.text('id') === AGENT_ID) this.#agentIs(data.boolean('open'));
        return;
      case 'RESET':
        this.#tell({ type: 'reset', byGuest: data.boolean('guest') });
        return;
      case 'MEMORY_DEVICE_SIZE_CHANGE':
        this.#tell({ type: 'memory' });
        return;
      case 'BLOCK_IO_ERROR':
        this.#tell({
          type: 'io-error',
          disk: diskOf(
            data.optional('node-name', (from, key) => from.text(key)),
            this.outline,
          ),
          reason: data.text('reason'),
          full: data.optional('nospace', (from, key) => from.boolean(key)) ?? false,
        });
        return;
      default:
    }
  }

  #agentIs(connected: boolean): void {
    if (!connected) this.agent[Symbol.dispose]();
    if (this.#agentConnected === connected) return;
    this.#agentConnected = connected;
    this.#tell({ type: 'agent', connected });
  }

  async #release(gone: boolean): Promise<void> {
    this.#agentIs(false);
    this.#screen[Symbol.dispose]();
    if (gone) await this.#console.finish();
    else this.#console[Symbol.dispose]();
    if (gone && this.outline.tpm) await endTpm(this.directory, this.deps.clock);
    await this.logs.serial[Symbol.asyncDispose]();
    await this.logs.qemu[Symbol.asyncDispose]();
  }

  #refuseGone(): void {
    if (this.state === 'exited') throw new MachineGone(`${this.outline.name} does not run`);
  }

  #refuseScreenless(): void {
    this.#refuseGone();
    if (!this.outline.graphics) throw new NoScreen(`${this.outline.name} has no screen`);
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
}
