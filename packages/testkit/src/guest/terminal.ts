import type { Duplex } from 'node:stream';

/** How much of what was shown is kept to look in. */
const KEPT = 1024 * 1024;

/** How long something may take to appear; a guest boots in a few seconds, under load in a multiple of that. */
const PATIENCE_MS = 120_000;

/** Commands that were run at any terminal. */
let ran = 0;

/** A person at a console: reads what it shows, and types. */
export class Terminal implements Disposable {
  #shown = '';
  #wake: () => void = () => {};

  constructor(private readonly stream: Duplex) {
    stream.on('data', (chunk: Buffer) => {
      this.#shown = `${this.#shown}${chunk.toString('latin1')}`.slice(-KEPT);
      this.#wake();
    });
    stream.on('error', () => {});
    stream.on('close', () => this.#wake());
  }

  /** All that was shown and not yet looked at. */
  get shown(): string {
    return this.#shown;
  }

  type(text: string): void {
    this.stream.write(text);
  }

  /** Resolves with what matches, once it is shown; what came before it, and itself, is then behind us. */
  async until(pattern: RegExp): Promise<RegExpExecArray> {
    const deadline = setTimeout(() => this.stream.destroy(), PATIENCE_MS);
    try {
      for (;;) {
        const match = pattern.exec(this.#shown);
        if (match) {
          this.#shown = this.#shown.slice(match.index + match[0].length);
          return match;
        }
        if (this.stream.destroyed)
          throw new Error(`${pattern} was not shown; last: ${JSON.stringify(this.#shown.slice(-500))}`);
        await new Promise<void>((wake) => {
          this.#wake = wake;
        });
      }
    } finally {
      clearTimeout(deadline);
    }
  }

  /** What a command at the guest's prompt says, line by line with `\r\n`. */
  async run(command: string): Promise<string> {
    // A number of its own: the history that a late viewer is shown has the ends of earlier commands.
    ran += 1;
    this.type(`${command}; echo; echo done=$((${ran} + 1))\n`);
    return (await this.until(new RegExp(`[\\s\\S]*\\ndone=${ran + 1}\\r`)))[0];
  }

  [Symbol.dispose](): void {
    this.stream.destroy();
  }
}
