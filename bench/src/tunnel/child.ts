import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** A process that has printed its first line; it ends when its standard input does. */
export interface Child extends AsyncDisposable {
  readonly line: string;
  readonly pid: number;
}

/** Runs a program of the benchmark, or any other. */
export async function startChild(program: string, ...args: readonly string[]): Promise<Child> {
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  const [line] = await Promise.race([once(createInterface(child.stdout), 'line'), exited]);
  if (typeof line !== 'string') throw new Error(`${program} ${args[0] ?? ''} ended before it was ready`);
  return {
    line,
    pid: child.pid ?? 0,
    async [Symbol.asyncDispose]() {
      child.stdin.end();
      await exited;
    },
  };
}

/** Runs a module of this folder. */
export function startModule(name: string, ...args: readonly string[]): Promise<Child> {
  return startChild(process.execPath, fileURLToPath(new URL(`./${name}.js`, import.meta.url)), ...args);
}
