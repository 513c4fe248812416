import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startChild } from './child.js';

/** What upstream's own library does on this machine, in MiB/s and ms. */
export interface UpstreamFigures {
  readonly rate: number;
  readonly idle: { readonly p50: number; readonly p99: number };
  readonly beside: { readonly p50: number; readonly p99: number };
}

const KEY = 'c-m-abcdefgh';
const SOURCE = join(dirname(fileURLToPath(import.meta.resolve('@drover/tunnel'))), '../interop');

/**
 * Measures the Go library at both ends with the program of the tunnel's interoperability test; `undefined` where Go cannot
 * build it.
 */
export async function measureUpstream(
  origin: string,
  options: { readonly seconds: number; readonly streams: number; readonly times: number },
): Promise<UpstreamFigures | undefined> {
  const dir = await mkdtemp(join(tmpdir(), 'drover-bench-'));
  try {
    const program = join(dir, 'peer');
    const built = await promisify(execFile)('go', ['build', '-o', program, '.'], { cwd: SOURCE }).then(
      () => true,
      () => false,
    );
    if (!built) return undefined;
    await using server = await startChild(program, 'server');
    await using _client = await startChild(program, 'client', `ws://${server.line}/v3/connect`, KEY);
    const query = new URLSearchParams({
      key: KEY,
      address: origin,
      seconds: String(options.seconds),
      streams: String(options.streams),
      times: String(options.times),
    });
    const response = await fetch(`http://${server.line}/measure?${query}`);
    if (!response.ok) throw new Error(`upstream's server answered ${response.status}: ${await response.text()}`);
    return (await response.json()) as UpstreamFigures;
  } finally {
    await rm(dir, { recursive: true });
  }
}
