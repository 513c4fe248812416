import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** The `drover` program as built. */
export const droverProgram = fileURLToPath(import.meta.resolve('@drover/cli/main'));

/** A ready line as read. */
export interface ReadyLine {
  readonly ready: 'server' | 'lab';
  readonly url: string;
  readonly dataDir: string;
  readonly kubeconfig: string;
  readonly caFile: string;
  readonly pid: number;
}

/** How the program ended. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** The `drover` program running as a process of its own. Disposing it stops it and waits for its end. */
export class DroverProcess implements AsyncDisposable {
  readonly ended: Promise<Ended>;
  readonly #child: ChildProcess;
  readonly #ready: ReadyLine[] = [];
  readonly #said: string[] = [];
  #told = '';
  #wake: () => void = () => {};

  /** Starts `drover ARGS…` with this process's environment and `env`. */
  constructor(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    this.#child = spawn(process.execPath, [droverProgram, ...args], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.ended = once(this.#child, 'close').then(([code, signal]) => ({ code, signal }) as Ended);
    createInterface({ input: this.#child.stdout as NodeJS.ReadableStream }).on('line', (line) => {
      this.#said.push(line);
      if (line.startsWith('{"ready"')) this.#ready.push(JSON.parse(line) as ReadyLine);
      this.#wake();
    });
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#told = `${this.#told}${text}`.slice(-200_000);
      this.#wake();
    });
  }

  get pid(): number {
    return this.#child.pid as number;
  }

  /** The lines of standard output. */
  get said(): readonly string[] {
    return this.#said;
  }

  /** The last 200,000 characters of standard error. */
  get told(): string {
    return this.#told;
  }

  /** The ready line of `side`; rejects with what the program said when it ends before. */
  async ready(side: 'server' | 'lab'): Promise<ReadyLine> {
    return this.#until(() => this.#ready.find(({ ready }) => ready === side));
  }

  /** Resolves when standard error matches. */
  async tells(pattern: RegExp): Promise<RegExpExecArray> {
    return this.#until(() => pattern.exec(this.#told) ?? undefined);
  }

  /** Asks it to stop with `signal`, and waits for its end. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<Ended> {
    this.#child.kill(signal);
    return this.ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) await this.stop();
  }

  async #until<T>(look: () => T | undefined): Promise<T> {
    for (;;) {
      const found = look();
      if (found !== undefined) return found;
      const woken = new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      const end = await Promise.race([woken, this.ended]);
      if (end) throw new Error(`drover ended with ${end.code ?? end.signal} before:\n${this.#told}`);
    }
  }
}
