import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

/** How long a program may take over its end before it is killed. */
const END_MS = 10_000;
/** How much of what a program said is kept, for the error that tells of its end. */
const TOLD_CHARACTERS = 20_000;

/** A program that runs until it is disposed. */
export class Running implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #program: string;
  readonly #ended: Promise<unknown>;
  #told = '';

  constructor(program: string, args: readonly string[]) {
    this.#program = program;
    this.#child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    this.#ended = once(this.#child, 'close').catch((error: unknown) => error);
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#told = `${this.#told}${text}`.slice(-TOLD_CHARACTERS);
    });
  }

  /** Whether it has ended by itself. */
  get ended(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** An error that says what it said last. */
  failure(what: string): Error {
    return new Error(`${this.#program}: ${what}\n${this.#told}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGTERM');
    const late = setTimeout(() => this.#child.kill('SIGKILL'), END_MS);
    await this.#ended;
    clearTimeout(late);
  }
}
