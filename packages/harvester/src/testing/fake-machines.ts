import { PassThrough } from 'node:stream';
import type { Block, Disk, Layer, MachineDescription, MachineExit, MachineState, Processors } from '@drover/qemu';
import type { Machines, RunningMachine } from '../machine/machines.js';

/** A machine that a test moves: what is asked of it is written down, and nothing happens by itself. */
export class FakeMachine implements RunningMachine {
  state: MachineState = 'running';
  agentConnected = false;
  readonly asked: string[] = [];
  /** What is plugged in; a drive is `false` while it is empty. */
  readonly disks = new Map<string, boolean>();
  ioStatus = 'ok';
  cpus: number | undefined;
  memory = 0;
  readonly agent = {
    info: async () => ({ version: '7.2', commands: [] }),
    osInfo: async () => ({ id: 'debian', prettyName: 'Debian GNU/Linux 12' }),
    hostName: async () => 'guest',
    timezone: async () => ({ offsetSeconds: 0 }),
    interfaces: async () => [
      { name: 'eth0', mac: this.mac, addresses: [{ family: 'ipv4' as const, address: '10.0.2.2', prefix: 24 }] },
    ],
    users: async () => [],
    filesystems: async () => [],
    freezeStatus: async () => 'thawed' as const,
    freeze: async () => 1,
    thaw: async () => 1,
  };

  constructor(
    readonly description: MachineDescription,
    private readonly tell: () => void,
    private readonly onExit: (exit: MachineExit) => void,
  ) {
    for (const { name, media } of description.disks ?? []) this.disks.set(name, media !== 'empty');
  }

  get mac(): string {
    return this.description.nics[0]?.mac ?? '';
  }

  async powerdown(): Promise<void> {
    this.asked.push('powerdown');
  }

  async softReboot(): Promise<'acpi'> {
    this.asked.push('softReboot');
    return 'acpi';
  }

  async reset(): Promise<void> {
    this.asked.push('reset');
  }

  async pause(): Promise<void> {
    this.become('paused');
  }

  async resume(): Promise<void> {
    this.become('running');
  }

  async kill(): Promise<MachineExit> {
    this.asked.push('kill');
    return this.exit('killed');
  }

  async blocks(): Promise<Block[]> {
    const counters = { ioStatus: this.ioStatus, readBytes: 0, writtenBytes: 0, readOperations: 0, writeOperations: 0 };
    return [...this.disks].map(([disk, full]) => ({ disk, ...(full ? { format: 'qcow2' } : {}), ...counters }));
  }

  async attachDisk({ name }: Disk): Promise<void> {
    this.asked.push(`attach ${name}`);
    this.disks.set(name, true);
  }

  async detachDisk(name: string): Promise<void> {
    this.asked.push(`detach ${name}`);
    this.disks.delete(name);
  }

  async insertMedium(drive: string, { path }: Layer): Promise<void> {
    this.asked.push(`insert ${drive} ${path.slice(path.lastIndexOf('/') + 1)}`);
    this.disks.set(drive, true);
  }

  async ejectMedium(drive: string): Promise<void> {
    this.asked.push(`eject ${drive}`);
    this.disks.set(drive, false);
  }

  async resizeDisk(disk: string, bytes: number): Promise<void> {
    this.asked.push(`resize ${disk} ${bytes}`);
  }

  async snapshotDisks(disks: readonly string[], name: string): Promise<void> {
    this.asked.push(`snapshot ${disks.join(' ')} ${name}`);
  }

  async deleteSnapshot(disk: string, name: string): Promise<void> {
    this.asked.push(`forget ${disk} ${name}`);
  }

  async processors(): Promise<Processors> {
    const { sockets, cores, threads, maxSockets = sockets } = this.description.cpu;
    return { present: this.cpus ?? sockets * cores * threads, possible: maxSockets * cores * threads };
  }

  async plugProcessors(count: number): Promise<void> {
    this.asked.push(`processors ${count}`);
    this.cpus = count;
  }

  async hotMemory(): Promise<number | undefined> {
    return this.description.maxMemoryBytes === undefined ? undefined : this.memory;
  }

  async requestMemory(bytes: number): Promise<void> {
    this.memory = bytes;
  }

  async addForward(): Promise<number> {
    return 1;
  }

  async removeForward(): Promise<void> {}

  openSerial(): PassThrough {
    return new PassThrough();
  }

  async openVnc(): Promise<PassThrough> {
    return new PassThrough();
  }

  async screenshot(): Promise<Uint8Array> {
    return new Uint8Array();
  }

  become(state: MachineState): void {
    this.state = state;
    this.tell();
  }

  connectAgent(): void {
    this.agentConnected = true;
    this.tell();
  }

  exit(reason: MachineExit['reason'], message = reason as string): MachineExit {
    const exit = { reason, message, at: 0 };
    this.state = 'exited';
    this.onExit(exit);
    return exit;
  }
}

/** The machines of a host that has no QEMU but what a test says. */
export class FakeMachines implements Machines {
  readonly running = new Map<string, FakeMachine>();
  readonly exits = new Map<string, MachineExit>();
  readonly #listeners = new Set<(uid: string) => void>();
  /** Thrown by the next start. */
  failure: Error | undefined;

  get(uid: string): FakeMachine | undefined {
    return this.running.get(uid);
  }

  exitOf(uid: string): MachineExit | undefined {
    return this.exits.get(uid);
  }

  async start(uid: string, description: MachineDescription): Promise<FakeMachine> {
    const { failure } = this;
    this.failure = undefined;
    if (failure !== undefined) throw failure;
    const tell = (): void => {
      for (const listener of this.#listeners) listener(uid);
    };
    const machine = new FakeMachine(description, tell, (exit) => {
      this.running.delete(uid);
      this.exits.set(uid, exit);
      tell();
    });
    this.running.set(uid, machine);
    return machine;
  }

  async forget(uid: string): Promise<void> {
    this.exits.delete(uid);
  }

  watch(listener: (uid: string) => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => this.#listeners.delete(listener) };
  }

  /** The only machine that runs. */
  get only(): FakeMachine {
    const [machine] = this.running.values();
    if (machine === undefined || this.running.size !== 1) throw new Error(`${this.running.size} machines run`);
    return machine;
  }
}
