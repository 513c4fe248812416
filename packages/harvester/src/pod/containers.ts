import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Pod, Stored } from '@drover/api';
import type { Container, ContainerState } from '@drover/api/types/core-v1';
import { rfc3339 } from '@drover/controller';
import type { Clock, Log } from '@drover/kit';
import { removeMounts } from './mounts.js';
import { boundOutput, forgetProcess, HostProcess, type ProcessEnd, readOutput } from './process.js';
import { afterEnd, type Ends, restartDelay, spoken } from './restart.js';
import type { ContainerView } from './status.js';

/** Makes ready what a container needs, and answers how to start it. */
export type Prepare = (
  root: string,
) => Promise<{ command: readonly string[]; environment: Readonly<Record<string, string>> }>;

interface Runtime {
  process: HostProcess | undefined;
  ends: Ends | undefined;
  last: ContainerState | undefined;
  restartCount: number;
}

/** As much of a failed process's output as its status carries (Kubernetes' termination message). */
const MESSAGE_BYTES = 2048;
const OUTPUT_LOOK_MS = 60_000;
const CONTAINER_ID = 'process://';

/** The containers of this host that are processes: started, watched, restarted with back-off, found again, ended. */
export class Containers implements Disposable {
  readonly #runtimes = new Map<string, Runtime>();
  readonly #listeners = new Set<(uid: string) => void>();
  #timer: Disposable;

  constructor(
    /** A directory a pod, named by uid; in it `NAME/` for a container's process and `NAME/root/` for what it sees. */
    readonly root: string,
    readonly options: { readonly clock: Clock; readonly log: Log },
  ) {
    this.#timer = this.#boundOutputs();
  }

  /** Calls `listener` with the uid of a pod one of whose processes ended. */
  watch(listener: (uid: string) => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => this.#listeners.delete(listener) };
  }

  /**
   * Makes a container's process run, and answers how it stands and in how many milliseconds to look again. A process that was
   * started by a former one of us is taken charge of, never started twice.
   */
  async run(
    pod: Stored<Pod>,
    container: Container,
    prepare: Prepare,
  ): Promise<{ view: ContainerView; againMs: number | undefined }> {
    const { clock } = this.options;
    const { uid } = pod.metadata;
    const runtime = await this.#runtime(pod, container.name);
    const view = (state: ContainerState): ContainerView => ({
      name: container.name,
      image: container.image ?? '',
      state,
      lastState: runtime.last,
      restartCount: runtime.restartCount,
      ...(runtime.process === undefined ? {} : { containerID: `${CONTAINER_ID}${runtime.process.record.pid}` }),
    });
    const running = (process: HostProcess) => view({ running: { startedAt: rfc3339(process.record.startedAt) } });
    if (runtime.process !== undefined) return { view: running(runtime.process), againMs: undefined };
    const { ends, last } = runtime;
    const exitCode = last?.terminated?.exitCode;
    const policy = pod.spec?.restartPolicy ?? 'Always';
    if (ends !== undefined && last !== undefined && (policy === 'Never' || (policy === 'OnFailure' && exitCode === 0)))
      return { view: view(last), againMs: undefined };
    const left = ends === undefined ? 0 : ends.lastAt + restartDelay(ends) - clock.now();
    if (ends !== undefined && left > 0) {
      const message = `back-off ${spoken(restartDelay(ends))} restarting failed container=${container.name} pod=${pod.metadata.name}_${pod.metadata.namespace}(${uid})`;
      return { view: view({ waiting: { reason: 'CrashLoopBackOff', message } }), againMs: left };
    }
    const directory = this.#directory(uid, container.name);
    const launch = await prepare(this.rootOf(uid, container.name));
    const process = await HostProcess.start({ ...launch, directory }, clock);
    if (ends !== undefined) runtime.restartCount += 1;
    this.#follow(uid, container.name, runtime, process);
    return { view: running(process), againMs: undefined };
  }

  /** The directory that stands for a container's root. */
  rootOf(uid: string, name: string): string {
    return join(this.#directory(uid, name), 'root');
  }

  /** Whether a process of a pod runs. */
  isRunning(uid: string): boolean {
    return [...this.#runtimes].some(([key, { process }]) => key.startsWith(`${uid}/`) && process !== undefined);
  }

  /** Ends the processes of a pod, each within `graceMs`, and removes what the pod had here. */
  async end(uid: string, graceMs: number): Promise<void> {
    const names = await readdir(join(this.root, checked(uid))).catch(() => []);
    await Promise.all(
      names.map(async (name) => {
        const process =
          this.#runtimes.get(`${uid}/${name}`)?.process ??
          (await HostProcess.adopt(this.#directory(uid, name), this.options.clock));
        await process?.terminate(graceMs, this.options.clock);
        this.#runtimes.delete(`${uid}/${name}`);
      }),
    );
    await removeMounts(join(this.root, checked(uid)));
  }

  /** The pods that have something here. */
  async pods(): Promise<string[]> {
    return readdir(this.root).catch(() => []);
  }

  /** Lets go: the processes run on. */
  [Symbol.dispose](): void {
    this.#timer[Symbol.dispose]();
    this.#listeners.clear();
    for (const { process } of this.#runtimes.values()) process?.[Symbol.dispose]();
  }

  async #runtime({ metadata, status }: Stored<Pod>, name: string): Promise<Runtime> {
    const key = `${metadata.uid}/${name}`;
    const known = this.#runtimes.get(key);
    if (known !== undefined) return known;
    const told = status?.containerStatuses?.find((one) => one.name === name);
    const runtime: Runtime = {
      process: undefined,
      ends: undefined,
      last: told?.lastState?.terminated === undefined ? undefined : told.lastState,
      restartCount: told?.restartCount ?? 0,
    };
    this.#runtimes.set(key, runtime);
    const adopted = await HostProcess.adopt(this.#directory(metadata.uid, name), this.options.clock);
    if (adopted !== undefined) this.#follow(metadata.uid, name, runtime, adopted);
    else if (told?.state?.running !== undefined) this.#lost(runtime);
    return runtime;
  }

  /** It ran when we last looked, and ended while nobody of ours was there. */
  #lost(runtime: Runtime): void {
    const now = this.options.clock.now();
    runtime.ends = { count: 1, lastAt: now };
    const message = 'The container could not be located when the pod was terminated';
    runtime.last = {
      terminated: { exitCode: 137, reason: 'ContainerStatusUnknown', message, finishedAt: rfc3339(now) },
    };
  }

  #follow(uid: string, name: string, runtime: Runtime, process: HostProcess): void {
    runtime.process = process;
    void process.ended.then(async (end) => {
      if (this.#runtimes.get(`${uid}/${name}`) !== runtime) return;
      const directory = this.#directory(uid, name);
      runtime.process = undefined;
      runtime.ends = afterEnd(runtime.ends, end.at - process.record.startedAt, end.at);
      runtime.last = { terminated: await terminated(process, end, directory) };
      await forgetProcess(directory);
      for (const listener of this.#listeners) listener(uid);
    });
  }

  #boundOutputs(): Disposable {
    return this.options.clock.after(OUTPUT_LOOK_MS, () => {
      this.#timer = this.#boundOutputs();
      for (const key of this.#runtimes.keys()) {
        const [uid = '', name = ''] = key.split('/');
        boundOutput(this.#directory(uid, name)).catch((error: unknown) =>
          this.options.log.warn('an output was not bounded', { error }),
        );
      }
    });
  }

  #directory(uid: string, name: string): string {
    // Container names are DNS labels by the API's own rule; a path never comes from a user.
    if (!/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(name))
      throw new TypeError(`"${name}" is not the name of a container`);
    return join(this.root, checked(uid), name);
  }
}

async function terminated(
  { record }: HostProcess,
  { exitCode, signal, at }: ProcessEnd,
  directory: string,
): Promise<NonNullable<ContainerState['terminated']>> {
  const message = (await readOutput(directory, MESSAGE_BYTES)).trim();
  const code = exitCode ?? (signal === undefined ? 255 : 137);
  return {
    exitCode: code,
    reason: code === 0 ? 'Completed' : 'Error',
    startedAt: rfc3339(record.startedAt),
    finishedAt: rfc3339(at),
    containerID: `${CONTAINER_ID}${record.pid}`,
    ...(code === 0 || message === '' ? {} : { message }),
  };
}

function checked(uid: string): string {
  if (!/^[0-9a-zA-Z-]{1,64}$/.test(uid)) throw new TypeError(`"${uid}" is not a uid`);
  return uid;
}
