import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Benchmark, BenchmarkOptions, Peer, Row } from './benchmark.js';
import { benchmarks } from './benchmarks.js';
import { beside, type Result, readRows, writeResults } from './results.js';
import { table } from './table.js';

const USAGE = `usage: npm run bench -- NAME… [options]

  NAME            one of those below, or "all"
  --quick         few and short measurements: whether it works, not how fast it is
  --json FILE     writes the figures to FILE as well
  --against FILE  puts the figures of an earlier --json FILE beside these, with the ratio
  --dir DIR       where files are made (default: the system's temporary directory); its disk is the one that is measured

Where the benchmark says it can:
  --kubeconfig FILE           measures the Kubernetes API that it names instead of ours
  --against-kubeconfig FILE   measures that one too, figure by figure in the same run, with the ratio
  --http2                     asks over HTTP/2, fifty clients on a connection, instead of HTTP/1.1 with one on each
  --together                  leaves clients and servers on the processors the kernel gives them, where they would be kept apart
  --only TEXT                 measures the figures that have TEXT in their name
  --pids N,…  --against-pids N,…   the processes on this machine that they are made of: memory and processor time are counted
`;

/** Reads the command line, runs what it names and prints a table of each; the result is the exit code. */
async function main(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      quick: { type: 'boolean', default: false },
      json: { type: 'string' },
      against: { type: 'string' },
      dir: { type: 'string', default: tmpdir() },
      kubeconfig: { type: 'string' },
      'against-kubeconfig': { type: 'string' },
      http2: { type: 'boolean', default: false },
      together: { type: 'boolean', default: false },
      only: { type: 'string', default: '' },
      pids: { type: 'string' },
      'against-pids': { type: 'string' },
    },
  });
  if (positionals.length === 0) {
    console.log(`${USAGE}\n${benchmarks.map(({ name, about }) => `  ${name.padEnd(14)}${about}`).join('\n')}`);
    return 0;
  }
  const chosen = positionals.includes('all') ? benchmarks : positionals.map(byName);
  const peer = peerAt(values.kubeconfig, values.pids);
  const against = peerAt(values['against-kubeconfig'], values['against-pids']);
  const others = values.against === undefined ? [] : readRows(values.against);
  const results: Result[] = [];
  for (const benchmark of chosen) {
    const rows = await measure(benchmark, values.dir, {
      peer,
      against,
      http2: values.http2,
      quick: values.quick,
      together: values.together,
      only: values.only,
    });
    const compared = rows.map((row) => beside(row, others, 'earlier'));
    console.log(`\n${benchmark.name}${peer ? ` (${peer.kubeconfig})` : ''}\n${table(compared)}`);
    results.push({ name: benchmark.name, rows: compared });
  }
  if (values.json !== undefined) writeResults(values.json, peer?.kubeconfig, results);
  return 0;
}

function byName(name: string): Benchmark {
  const found = benchmarks.find((benchmark) => benchmark.name === name);
  if (found) return found;
  throw new TypeError(`there is no benchmark "${name}"; there are ${benchmarks.map((one) => one.name).join(', ')}`);
}

function peerAt(kubeconfig: string | undefined, pids = ''): Peer | undefined {
  if (kubeconfig === undefined) return undefined;
  const numbers = pids.split(',').filter((text) => text !== '');
  const wrong = numbers.find((text) => !/^\d+$/.test(text));
  if (wrong !== undefined) throw new TypeError(`--pids: "${wrong}" is not the number of a process`);
  return { kubeconfig, pids: numbers.map(Number) };
}

async function measure(
  benchmark: Benchmark,
  parent: string,
  options: Pick<BenchmarkOptions, 'peer' | 'against' | 'http2' | 'quick' | 'together' | 'only'>,
): Promise<readonly Row[]> {
  const dir = mkdtempSync(join(parent, 'drover-bench-'));
  // Servers in this process wait on timers that do not keep it alive.
  const alive = setInterval(() => undefined, 60_000);
  try {
    return await benchmark.run({ ...options, dir, note: (text) => console.error(`${benchmark.name}: ${text}`) });
  } finally {
    clearInterval(alive);
    rmSync(dir, { recursive: true });
  }
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof TypeError)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
