import { spawn } from 'node:child_process';

/** A program we ran failed; the message is the end of what it said. */
export class ToolError extends Error {
  override readonly name = 'ToolError';

  constructor(
    readonly program: string,
    message: string,
    readonly exit: { readonly code?: number; readonly signal?: string },
  ) {
    super(`${program}: ${message}`);
  }
}

/** How much of a program's output is taken; more ends it. */
const MAX_OUTPUT = 4 * 1024 * 1024;

/** How much of what a program says on its standard error goes into our message. */
const MAX_COMPLAINT = 2_000;

/** How long a program may run when the caller does not say. */
const RUN_MS = 30_000;

export interface RunOptions {
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** Gets standard output as it comes; it is then not collected. */
  readonly onOutput?: (chunk: string) => void;
  /** Exit codes that are an answer, not a failure; 0 always is. */
  readonly answers?: readonly number[];
}

/**
 * Runs a program with an argument array, no environment but a plain locale, and no standard input; answers its standard
 * output. Kills it when it takes too long, says too much, or `signal` aborts.
 *
 * @throws ToolError
 */
export function runTool(program: string, argv: readonly string[], options: RunOptions = {}): Promise<string> {
  const { timeoutMs = RUN_MS, signal, onOutput, answers = [] } = options;
  return new Promise((resolve, reject) => {
    const child = spawn(program, argv, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { LC_ALL: 'C' },
      timeout: timeoutMs,
      killSignal: 'SIGKILL',
      ...(signal ? { signal } : {}),
    });
    let output = '';
    let complaint = '';
    let tooMuch = false;
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      if (onOutput) onOutput(chunk);
      else output += chunk;
      if (output.length > MAX_OUTPUT) {
        tooMuch = true;
        child.kill('SIGKILL');
      }
    });
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      complaint = (complaint + chunk).slice(-MAX_COMPLAINT);
    });
    child.once('error', reject);
    child.once('close', (code, killedBy) => {
      if (code !== null && (code === 0 || answers.includes(code))) {
        resolve(output);
        return;
      }
      const fate =
        killedBy === null ? `exit code ${code}` : `ended by ${killedBy}, at most ${timeoutMs} ms were allowed`;
      const message = tooMuch ? `said more than ${MAX_OUTPUT} bytes` : complaint.trim() || fate;
      const exit = { ...(code === null ? {} : { code }), ...(killedBy === null ? {} : { signal: killedBy }) };
      reject(new ToolError(program, message, exit));
    });
  });
}
