import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, release, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Benchmark, Peer, Row } from './benchmark.js';
import { benchmarks } from './benchmarks.js';
import { table } from './table.js';

const USAGE = `usage: npm run bench -- NAME… [--quick] [--json FILE] [--dir DIR] [--url URL --token TOKEN|--token-file FILE --ca-file FILE]

  NAME        one of those below, or "all"
  --quick     few and short measurements: whether it works, not how fast it is
  --json      writes the figures to FILE as well
  --dir       where files are made (default: the system's temporary directory); its disk is the one that is measured
  --url …     measures the Kubernetes API there instead of ours, where the benchmark says it can
`;

/** Reads the command line, runs what it names and prints a table of each; the result is the exit code. */
async function main(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      quick: { type: 'boolean', default: false },
      json: { type: 'string' },
      dir: { type: 'string', default: tmpdir() },
      url: { type: 'string' },
      token: { type: 'string' },
      'token-file': { type: 'string' },
      'ca-file': { type: 'string' },
    },
  });
  const chosen = positionals.includes('all') ? [...benchmarks] : positionals.map(byName);
  if (chosen.length === 0) {
    console.log(`${USAGE}\n${benchmarks.map(({ name, about }) => `  ${name.padEnd(14)}${about}`).join('\n')}`);
    return positionals.length === 0 ? 0 : 2;
  }
  const tokenFile = values['token-file'];
  const caFile = values['ca-file'];
  const peer: Peer | undefined =
    values.url === undefined
      ? undefined
      : {
          url: values.url,
          token: tokenFile === undefined ? values.token : readFileSync(tokenFile, 'utf8').trim(),
          ca: caFile === undefined ? undefined : readFileSync(caFile, 'utf8'),
        };
  const results: { name: string; rows: readonly Row[] }[] = [];
  for (const benchmark of chosen) {
    results.push({ name: benchmark.name, rows: await measure(benchmark, values.dir, peer, values.quick) });
  }
  if (values.json !== undefined)
    writeFileSync(values.json, `${JSON.stringify({ machine: machine(), peer: peer?.url, results }, null, 2)}\n`);
  return 0;
}

function byName(name: string): Benchmark {
  const found = benchmarks.find((benchmark) => benchmark.name === name);
  if (!found)
    throw new TypeError(`there is no benchmark "${name}"; there are ${benchmarks.map((one) => one.name).join(', ')}`);
  return found;
}

async function measure(
  benchmark: Benchmark,
  parent: string,
  peer: Peer | undefined,
  quick: boolean,
): Promise<readonly Row[]> {
  const dir = mkdtempSync(join(parent, 'drover-bench-'));
  try {
    const note = (text: string): void => console.error(`${benchmark.name}: ${text}`);
    const rows = await benchmark.run({ dir, peer, quick, note });
    console.log(`\n${benchmark.name}${peer ? ` (${peer.url})` : ''}\n${table(rows)}`);
    return rows;
  } finally {
    rmSync(dir, { recursive: true });
  }
}

/** What the figures depend on. */
function machine(): Record<string, unknown> {
  const [cpu] = cpus();
  return { cpus: cpus().length, model: cpu?.model, memory: totalmem(), node: process.version, kernel: release() };
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof TypeError)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
