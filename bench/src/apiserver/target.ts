import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { httpsTransport, type Transport } from '@drover/client';
import { Secret } from '@drover/kit';
import type { BenchmarkOptions, Peer } from '../benchmark.js';

/** A Kubernetes API under measurement. */
export interface Target extends AsyncDisposable {
  readonly transport: Transport;
  /** Of the server's process, when it is ours: its resident memory in MiB. */
  readonly memory: (() => number) | undefined;
  /** Milliseconds from starting the process to its first answer, when it is ours. */
  readonly startMs: number | undefined;
}

/** Our own API server, in a process of its own. */
export interface OwnTarget extends Target {
  readonly memory: () => number;
  readonly startMs: number;
  /** Ends the process without warning (SIGKILL). */
  kill(): Promise<void>;
}

/** The peer named on the command line, or our own server. */
export async function openTarget({ dir, peer }: BenchmarkOptions): Promise<Target> {
  if (!peer) return startOwn(dir);
  return { transport: connect(peer), memory: undefined, startMs: undefined, async [Symbol.asyncDispose]() {} };
}

/** Starts our own server with its data under `dir`; what an earlier one left there is served again. */
export async function startOwn(dir: string): Promise<OwnTarget> {
  const dataDir = join(dir, 'apiserver');
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const start = performance.now();
  const child = spawn(process.execPath, [fileURLToPath(new URL('./serve.js', import.meta.url)), dataDir], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const [line] = await Promise.race([
    once(createInterface({ input: child.stdout }), 'line'),
    exited.then(([code]) => Promise.reject(new Error(`our API server ended with code ${code} before it was ready`))),
  ]);
  return {
    transport: connect(JSON.parse(String(line)) as Peer),
    startMs: performance.now() - start,
    memory: () => residentMib(child.pid ?? 0),
    async kill() {
      child.kill('SIGKILL');
      await exited;
    },
    async [Symbol.asyncDispose]() {
      child.stdin.end();
      await exited;
    },
  };
}

function connect({ url, token, ca }: Peer): Transport {
  return httpsTransport({
    server: url,
    ca,
    maxSockets: 2_048,
    ...(token === undefined ? {} : { token: new Secret(token) }),
  });
}

function residentMib(pid: number): number {
  const kib = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kib ?? 0) / 1024;
}
