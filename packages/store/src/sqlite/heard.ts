import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { type AckedWrite, checkDurable, type SeenChange } from '../promises.js';
import type { Store } from '../store.js';

/** For crash tests: what writers, in processes of their own, were heard to do. */
export class Heard {
  readonly writes: AckedWrite[] = [];
  /** Keys whose delete was asked for and not acknowledged. */
  readonly deleting = new Set<string>();
  /** What the thread that writes was about to have SQLite do. */
  readonly statements: string[] = [];

  /** Takes a line of a writer; answers whether it acknowledges a write. */
  take(line: string): boolean {
    const seen = JSON.parse(line) as { deleting: string } | { statement: string } | SeenChange;
    if ('statement' in seen) {
      this.statements.push(seen.statement);
      return false;
    }
    if ('deleting' in seen) {
      this.deleting.add(seen.deleting);
      return false;
    }
    if (seen.type === 'delete') this.deleting.delete(seen.key);
    this.add(seen);
    return true;
  }

  /** A write that was acknowledged. When it was called is not known: its answer is taken to be later than all calls. */
  add(write: SeenChange): void {
    this.writes.push({ ...write, expected: undefined, called: this.writes.length, answered: Number.POSITIVE_INFINITY });
  }

  /** The store has kept it all. */
  check(store: Store): void {
    const there = new Map(store.list('').entries.map((entry) => [entry.key, entry]));
    checkDurable(this.writes, there, store.revision, this.deleting);
  }
}

/** Runs a writer to its end and hears what it acknowledges; calls `onWrite` after each. */
export async function run(command: string[], heard: Heard, onWrite?: (child: ChildProcess) => unknown): Promise<void> {
  const [executable = '', ...args] = command;
  const child = spawn(executable, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  const ended = once(child, 'exit');
  for await (const line of createInterface({ input: child.stdout })) {
    // The end may cut the last line; what was not printed in full was not seen to be acknowledged.
    if (!line.endsWith('}')) break;
    if (heard.take(line)) await onWrite?.(child);
  }
  await ended;
}
