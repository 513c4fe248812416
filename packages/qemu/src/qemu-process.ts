import type { ChildProcess } from 'node:child_process';
import type { Clock } from '@drover/kit';
import { isAlive, type ProcessIdentity, waitUntilGone } from './process.js';

/** How a process ended, as far as its parent was told. */
export interface Fate {
  readonly code?: number;
  readonly signal?: string;
}

/** A running QEMU. */
export interface QemuProcess {
  readonly identity: ProcessIdentity;
  /** Known only of our own child, and only once it is gone. */
  readonly fate: Fate;
  /** Whether the process is gone, after at most `ms`. */
  goneWithin(ms: number): Promise<boolean>;
  /** Sends SIGKILL; does nothing when the process is gone. */
  kill(): Promise<void>;
}

/** A QEMU that we started. */
export class ChildQemu implements QemuProcess {
  fate: Fate = {};
  readonly #gone: Promise<void>;

  constructor(
    private readonly child: ChildProcess,
    readonly identity: ProcessIdentity,
    private readonly clock: Clock,
  ) {
    this.#gone = childExit(child).then((fate) => {
      this.fate = fate;
    });
  }

  async goneWithin(ms: number): Promise<boolean> {
    const patience = new AbortController();
    const late = this.clock.sleep(ms, patience.signal).then(
      () => false,
      () => true,
    );
    const gone = this.#gone.then(() => true);
    // Whoever waits for the end of a machine has nothing else, perhaps, that keeps it running.
    this.child.ref();
    const answer = await Promise.race([gone, late]);
    this.child.unref();
    patience.abort();
    return answer;
  }

  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
  }
}

/** A QEMU that an earlier process of ours started. */
export class AdoptedQemu implements QemuProcess {
  readonly fate: Fate = {};

  constructor(
    readonly identity: ProcessIdentity,
    private readonly clock: Clock,
  ) {}

  goneWithin(ms: number): Promise<boolean> {
    return waitUntilGone(this.identity, this.clock, ms);
  }

  async kill(): Promise<void> {
    if (await isAlive(this.identity)) process.kill(this.identity.pid, 'SIGKILL');
  }
}

/** Resolves when a child is gone, also when it already is. */
export function childExit(child: ChildProcess): Promise<Fate> {
  return new Promise((resolve) => {
    const tell = (code: number | null, signal: NodeJS.Signals | null): void =>
      resolve({ ...(code === null ? {} : { code }), ...(signal === null ? {} : { signal }) });
    if (child.exitCode !== null || child.signalCode !== null) tell(child.exitCode, child.signalCode);
    else child.once('exit', tell);
  });
}
