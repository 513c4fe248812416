import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type ClusterAccess, loadKubeconfig, parseKubeconfig } from '@drover/client';
import type { Peer } from '../benchmark.js';
import type { Connection } from './connection.js';
import { Http1Connection } from './http1-connection.js';
import { Http2Connections } from './http2-connection.js';
import { ServerProcesses } from './server-processes.js';

/** A Kubernetes API under measurement. */
export interface Target extends AsyncDisposable {
  /** Opens a connection, which is the caller's to close. */
  connect(): Promise<Connection>;
  /** What serves it, when that is on this machine and known. */
  readonly processes: ServerProcesses | undefined;
}

/** Our own API server, in a process of its own. */
export interface OwnTarget extends Target {
  readonly processes: ServerProcesses;
  /** Milliseconds from starting the process to its first answer. */
  readonly startMs: number;
  /** Ends the process without warning (SIGKILL). */
  kill(): Promise<void>;
}

/** The API that a kubeconfig names. */
export async function openPeer({ kubeconfig, pids }: Peer, http2: boolean): Promise<Target> {
  const access = await loadKubeconfig(kubeconfig);
  return {
    connect: connectorOf(access, http2),
    processes: pids.length === 0 ? undefined : new ServerProcesses(pids),
    async [Symbol.asyncDispose]() {},
  };
}

/** Starts our own server with its data under `dir`; what an earlier one left there is served again. */
export function startOwn(dir: string, http2 = false): Promise<OwnTarget> {
  return start(new URL('./serve.js', import.meta.url), join(dir, 'apiserver'), http2);
}

/** Starts what commits and hands events on, and does nothing else (`fan-out.ts`): as fast as a server of Node could be. */
export function startFanOut(dir: string): Promise<OwnTarget> {
  // What an earlier one left is not served again.
  return start(new URL('./fan-out.js', import.meta.url), mkdtempSync(join(dir, 'fan-out-')), false);
}

/** Starts a program of this directory, which prints its kubeconfig when it serves and ends with its standard input. */
async function start(program: URL, dataDir: string, http2: boolean): Promise<OwnTarget> {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const start = performance.now();
  const child = spawn(process.execPath, [fileURLToPath(program), dataDir], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const [line] = await Promise.race([
    once(createInterface({ input: child.stdout }), 'line'),
    exited.then(([code]) =>
      Promise.reject(new Error(`${program.pathname} ended with code ${code} before it was ready`)),
    ),
  ]);
  const { kubeconfig } = JSON.parse(String(line)) as { kubeconfig: string };
  const access: ClusterAccess = await parseKubeconfig(kubeconfig);
  return {
    connect: connectorOf(access, http2),
    startMs: performance.now() - start,
    processes: new ServerProcesses([child.pid ?? 0]),
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

function connectorOf(access: ClusterAccess, http2: boolean): () => Promise<Connection> {
  if (!http2) return () => Http1Connection.open(access);
  const connections = new Http2Connections(access);
  return () => connections.connect();
}
