import { isDeepStrictEqual } from 'node:util';
import { type Secret, type Stored, type VirtualMachineInstance, virtualMachineInstances } from '@drover/api';
import type { VirtualMachineInstanceStatus } from '@drover/api/types/kubevirt';
import type { Informer } from '@drover/client';
import { again, done, type Result, removeFinalizer, updateWithRetry } from '@drover/controller';
import type { Clock, Log, RandomBytes } from '@drover/kit';
import type { Layer, MachineExit } from '@drover/qemu';
import type { Recorder } from '../event/recorder.js';
import type { RunningMachine } from '../machine/machines.js';
import { VMI_FINALIZER } from '../vm/names.js';
import { Guests } from './guest.js';
import { followSpec, type Observed } from './live.js';
import { type Start, type StartOptions, startInstance } from './start.js';
import { finalPhase, inPhase, observe, type Place, runningStatus, unobserve } from './status.js';
import { ClaimNotReady, claimLayer } from './volumes.js';

/** What the controller of instances needs. */
export interface InstanceControllerOptions extends StartOptions {
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly log: Log;
  readonly recorder: Recorder;
  readonly instances: Informer<VirtualMachineInstance>;
  readonly secrets: Informer<Secret>;
  readonly nodeName: string;
  /** Bytes that the file system of the volumes has left. */
  readonly spaceLeft: () => Promise<number>;
}

/** KubeVirt's default for machines that name no grace period. */
const DEFAULT_GRACE_SECONDS = 30;
/** The power button is pressed again this often: a guest that is still booting does not hear it. */
const PRESS_AGAIN_MS = 5_000;
/** An instance the host could not take is tried again this often, beside each time something ends. */
const RETRY_MS = 10_000;
/** Nothing tells when a file system has room again: it is asked this often while a machine waits for that. */
const SPACE_AGAIN_MS = 5_000;
/** How much room there must be for a machine to go on: less, and it would stand still again at once. */
const RESUME_BYTES = 64 * 1024 * 1024;
/** A device that a running machine did not take, or did not give back, is tried again this often. */
const FOLLOW_AGAIN_MS = 5_000;

/** Makes one instance after the other what it should be. */
export class InstanceReconciler implements Disposable {
  readonly #guests: Guests;
  /** Instances that were given their share of the host, by uid: the informer learns of it a moment later. */
  readonly #placed = new Map<string, VirtualMachineInstance>();

  /** What each running machine was made to follow, and what it has since. */
  readonly #observed = new Map<string, { readonly wanted: string; readonly what: Observed }>();

  /** When a machine that had found no room on the host was last let go on, by uid. */
  readonly #resumed = new Map<string, number>();

  /** When the power button of a machine was pressed last, by uid. */
  readonly #pressed = new Map<string, number>();

  constructor(
    readonly options: InstanceControllerOptions,
    onGuestChange: (uid: string) => void,
  ) {
    const { machines, clock, log } = options;
    this.#guests = new Guests({ machines, clock, log, onChange: onGuestChange });
  }

  [Symbol.dispose](): void {
    this.#guests[Symbol.dispose]();
  }

  /**
   *   instance        | its machine | what happens
   *   ----------------|-------------|---------------------------------------------------
   *   being deleted   | runs        | power button until the grace period is over, then kill
   *   being deleted   | none        | its files and its finalizer go
   *   final           | any         | the record of the machine goes
   *   any             | runs        | Running, and what the guest says
   *   any             | ended       | Succeeded or Failed
   *   Running         | none        | Failed: the process is gone without a trace
   *   not yet Running | none        | started
   */
  async reconcile(instance: Stored<VirtualMachineInstance> | undefined): Promise<Result> {
    if (instance === undefined) return done;
    const { machines } = this.options;
    const { uid } = instance.metadata;
    const machine = machines.get(uid);
    if (instance.metadata.deletionTimestamp !== undefined)
      return machine === undefined ? this.#remove(instance) : this.#stop(instance, machine);
    if (['Succeeded', 'Failed'].includes(instance.status?.phase ?? '')) {
      if (machine === undefined && machines.exitOf(uid) !== undefined) await machines.forget(uid);
      this.#placed.delete(uid);
      return done;
    }
    if (machine !== undefined) return this.#running(instance, machine);
    const exit = machines.exitOf(uid);
    if (exit !== undefined) return this.#ended(instance, exit);
    if (instance.status?.phase === 'Running') return this.#ended(instance, this.#vanished());
    return this.#start(instance);
  }

  /** Takes back an instance's share of the host. */
  release(uid: string): void {
    this.#placed.delete(uid);
    this.#pressed.delete(uid);
    this.#observed.delete(uid);
    this.#resumed.delete(uid);
  }

  /** Ends what is left of an instance whose object is gone. */
  gone({ metadata }: Stored<VirtualMachineInstance>): void {
    const { machines, log } = this.options;
    this.release(metadata.uid);
    machines
      .get(metadata.uid)
      ?.kill()
      .then(
        () => machines.forget(metadata.uid),
        (error: unknown) => log.warn('a machine without an instance was not ended', { instance: metadata.name, error }),
      );
  }

  #vanished(): MachineExit {
    return {
      reason: 'crashed',
      message: 'the process of the machine is gone and left no record',
      at: this.options.clock.now(),
    };
  }

  async #start(instance: Stored<VirtualMachineInstance>): Promise<Result> {
    const { options } = this;
    const { uid } = instance.metadata;
    const known = options.instances
      .list()
      .filter((one) => one.metadata.uid !== uid && !this.#placed.has(one.metadata.uid));
    const running = known.filter(({ metadata }) => options.machines.get(metadata.uid) !== undefined);
    const others = [...running, ...this.#placed.values()];
    this.#placed.set(uid, { ...instance, status: { phase: 'Scheduled' } });
    let start: Start | undefined;
    try {
      start = await startInstance(instance, others, options);
    } finally {
      if (start?.kind !== 'started') this.#placed.delete(uid);
    }
    switch (start.kind) {
      case 'started':
        options.recorder.normal(instance, 'Created', 'VirtualMachineInstance defined.');
        options.recorder.normal(instance, 'Started', 'VirtualMachineInstance started.');
        return this.#running(instance, start.machine);
      case 'waiting':
        return this.#waiting(instance, start.reason, start.message);
      case 'unschedulable':
        return this.#unschedulable(instance, start.message);
      default:
        options.recorder.warning(instance, 'SyncFailed', start.message);
        await this.#write(instance, (status, now) => failed(status, start.message, now));
        return done;
    }
  }

  async #waiting(instance: Stored<VirtualMachineInstance>, reason: string, message: string): Promise<Result> {
    const told = instance.status?.conditions?.some((condition) => condition.message === message) === true;
    // A volume that is being made is no news.
    if (!told && reason !== 'ClaimPending') this.options.recorder.warning(instance, reason, message);
    await this.#write(instance, (before, now) => {
      const status = inPhase(before, reason === 'FailedMount' ? 'Scheduling' : 'Pending', now);
      const waits = observe(status, { type: 'Synchronized', status: 'False', reason, message }, now);
      return observe(
        waits,
        { type: 'Ready', status: 'False', reason: 'GuestNotRunning', message: 'Guest VM is not reported as running' },
        now,
      );
    });
    return done;
  }

  async #unschedulable(instance: Stored<VirtualMachineInstance>, message: string): Promise<Result> {
    const told = instance.status?.conditions?.some((condition) => condition.message === message) === true;
    if (!told) this.options.recorder.warning(instance, 'FailedScheduling', message);
    await this.#write(instance, (before, now) => {
      const status = inPhase(before, 'Scheduling', now);
      const unplacedStatus = observe(
        unobserve(status, 'Synchronized'),
        { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message },
        now,
      );
      return observe(
        unplacedStatus,
        { type: 'Ready', status: 'False', reason: 'GuestNotRunning', message: 'Guest VM is not reported as running' },
        now,
      );
    });
    return again(RETRY_MS);
  }

  async #running(instance: Stored<VirtualMachineInstance>, machine: RunningMachine): Promise<Result> {
    const { uid } = instance.metadata;
    this.#guests.look(uid);
    this.#placed.set(uid, { ...instance, status: { phase: 'Running' } });
    if (machine.state === 'io-error') await this.#stalled(instance, machine);
    const problem = await this.#follow(instance, machine);
    const observed = this.#observed.get(uid)?.what;
    await this.#write(instance, (before, now) =>
      runningStatus({ ...instance, status: before }, machine, this.#guests.get(uid), this.#place(), observed, now),
    );
    if (machine.state === 'io-error') return again(SPACE_AGAIN_MS);
    return problem === undefined ? done : again(FOLLOW_AGAIN_MS);
  }

  /** A guest whose disk failed stands still; one whose write found no room goes on when there is some. */
  async #stalled(instance: Stored<VirtualMachineInstance>, machine: RunningMachine): Promise<void> {
    const { clock, recorder, spaceLeft } = this.options;
    const { uid } = instance.metadata;
    const failing = (await machine.blocks()).filter(({ ioStatus }) => ioStatus !== 'ok');
    const isFull = failing.some(({ ioStatus }) => ioStatus === 'nospace');
    const names = failing.map(({ disk }) => disk).join(', ');
    if (!instance.status?.conditions?.some(({ reason }) => reason === 'PausedIOError')) {
      const what = isFull
        ? `there is no space left on the host for disk ${names}; the machine goes on when there is`
        : `disk ${names} failed; unpause the machine to try again`;
      recorder.warning(instance, 'IOerror', `VMI was paused, low-level IO error detected: ${what}`);
    }
    const since = clock.now() - (this.#resumed.get(uid) ?? Number.NEGATIVE_INFINITY);
    if (!isFull || since < SPACE_AGAIN_MS || (await spaceLeft()) < RESUME_BYTES) return;
    this.#resumed.set(uid, clock.now());
    await machine.resume();
    recorder.normal(instance, 'Resumed', 'There is space on the host again: the VirtualMachineInstance goes on.');
  }

  /** Plugs in and out what the spec says of a running machine. @returns why not all of it could be done. */
  async #follow(instance: Stored<VirtualMachineInstance>, machine: RunningMachine): Promise<string | undefined> {
    const { uid, namespace } = instance.metadata;
    const { domain, volumes = [] } = instance.spec;
    const wanted = JSON.stringify([domain.devices.disks, volumes, domain.cpu, domain.memory]);
    const mayChangeByItself = domain.memory?.maxGuest !== undefined;
    if (this.#observed.get(uid)?.wanted === wanted && !mayChangeByItself) return undefined;
    const layer = (volume: string): Promise<Layer> => {
      const claim = volumes.find(({ name }) => name === volume)?.persistentVolumeClaim?.claimName ?? '';
      return claimLayer(namespace, claim, this.options);
    };
    try {
      this.#observed.set(uid, { wanted, what: await followSpec(instance, machine, layer) });
      return undefined;
    } catch (error) {
      this.#observed.delete(uid);
      const message = error instanceof Error ? error.message : String(error);
      if (!(error instanceof ClaimNotReady)) this.options.recorder.warning(instance, 'SyncFailed', message);
      return message;
    }
  }

  #place(): Place {
    const { accelerator, acceleratorReason, qemu } = this.options.host.now;
    return {
      nodeName: this.options.nodeName,
      accelerator,
      acceleratorReason,
      qemuVersion: qemu.ok ? qemu.version : '',
    };
  }

  async #ended(instance: Stored<VirtualMachineInstance>, exit: MachineExit): Promise<Result> {
    const { recorder } = this.options;
    const phase = finalPhase(exit);
    if (phase === 'Succeeded') recorder.normal(instance, 'Stopped', 'The VirtualMachineInstance was shut down.');
    else recorder.warning(instance, 'Stopped', `The VirtualMachineInstance crashed: ${exit.message}`);
    await this.#write(instance, (status, now) =>
      phase === 'Failed' ? failed(status, exit.message, now) : over(inPhase(status, phase, now), now),
    );
    return done;
  }

  async #stop(instance: Stored<VirtualMachineInstance>, machine: RunningMachine): Promise<Result> {
    const { clock, recorder } = this.options;
    const { uid } = instance.metadata;
    const { terminationGracePeriodSeconds = DEFAULT_GRACE_SECONDS } = instance.spec;
    const left =
      Date.parse(instance.metadata.deletionTimestamp ?? '') + terminationGracePeriodSeconds * 1000 - clock.now();
    if (machine.state === 'stopping') return again(PRESS_AGAIN_MS);
    if (!(left > 0)) {
      recorder.normal(instance, 'Killing', 'The grace period is over: the VirtualMachineInstance is killed.');
      await machine.kill();
      return again(1);
    }
    if (instance.status?.reason !== SHUTTING_DOWN) {
      recorder.normal(instance, 'ShuttingDown', 'Signaled Graceful Shutdown');
      await this.#write(instance, (status) => ({ ...status, reason: SHUTTING_DOWN }));
    }
    const since = clock.now() - (this.#pressed.get(uid) ?? Number.NEGATIVE_INFINITY);
    if (since >= PRESS_AGAIN_MS) {
      this.#pressed.set(uid, clock.now());
      // A guest that stands still cannot hear the power button.
      if (machine.state === 'paused') await machine.resume();
      await machine.powerdown();
    }
    return again(Math.min(PRESS_AGAIN_MS, left));
  }

  async #remove(instance: Stored<VirtualMachineInstance>): Promise<Result> {
    const { client, machines, seedFiles, recorder } = this.options;
    const { uid, namespace, name, finalizers } = instance.metadata;
    if (finalizers?.includes(VMI_FINALIZER) !== true) return done;
    if (machines.exitOf(uid) !== undefined) {
      recorder.normal(instance, 'Stopped', 'The VirtualMachineInstance was shut down.');
      await machines.forget(uid);
    }
    await seedFiles.remove(uid);
    this.#placed.delete(uid);
    await removeFinalizer(client, virtualMachineInstances, { namespace, name }, VMI_FINALIZER);
    return done;
  }

  async #write(
    instance: Stored<VirtualMachineInstance>,
    change: (status: VirtualMachineInstanceStatus, now: number) => VirtualMachineInstanceStatus,
  ): Promise<void> {
    const { client, clock, nodeName } = this.options;
    const { uid, namespace, name } = instance.metadata;
    await updateWithRetry(client, virtualMachineInstances, { namespace, name }, (object) => {
      if (object.metadata.uid !== uid) return undefined;
      const status = change(object.status ?? {}, clock.now());
      const labels =
        status.nodeName === undefined
          ? object.metadata.labels
          : { ...object.metadata.labels, 'kubevirt.io/nodeName': nodeName };
      // The server may keep keys in another order than we write them.
      if (isDeepStrictEqual([status, labels], [object.status, object.metadata.labels])) return undefined;
      return { ...object, metadata: { ...object.metadata, ...(labels === undefined ? {} : { labels }) }, status };
    });
  }
}

/** `status.reason` of an instance whose power button was pressed: says so once, also after a restart of ours. */
const SHUTTING_DOWN = 'ShuttingDown';

/** An instance that is over: nothing answers any more. */
function over(status: VirtualMachineInstanceStatus, now: number): VirtualMachineInstanceStatus {
  const ready = observe(
    status,
    { type: 'Ready', status: 'False', reason: 'PodTerminating', message: 'the machine has ended' },
    now,
  );
  return unobserve(unobserve(ready, 'AgentConnected'), 'Paused');
}

function failed(status: VirtualMachineInstanceStatus, message: string, now: number): VirtualMachineInstanceStatus {
  const ended = over(inPhase(status, 'Failed', now), now);
  return observe(
    ended,
    { type: 'Synchronized', status: 'False', reason: 'Synchronizing with the Domain failed.', message },
    now,
  );
}
