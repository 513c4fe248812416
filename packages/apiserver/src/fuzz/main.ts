import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { BATCH } from './batch.js';
import { growth, type Sample } from './growth.js';
import type { Orders, Report } from './report.js';

const USAGE = `usage: npm run fuzz -- [--minutes N] [--seed N] [--only NAME] [--at BATCH]

Feeds nearly right input to each decoder of the API server, and to a whole server, until the time is over (10 minutes).
Fails for input that is a bug, takes more than a second of processor time, or does not end, and for memory that grows.

  --seed N    the same input again; with --only and --at, as a failure tells them, just the batch that failed
`;
/** One input may take a second; a worker that begins none for so long hangs. */
const HANG_MS = 15_000;
const HEAP_MB = 1024;
const MiB = 1024 * 1024;

/** Reads the command line, fuzzes, and prints what came of it; the result is the exit code. */
async function main(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      minutes: { type: 'string', default: '10' },
      seed: { type: 'string' },
      only: { type: 'string' },
      at: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  const minutes = Number(values.minutes);
  const seed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(values.seed);
  const at = values.at === undefined ? undefined : Number(values.at);
  if (values.help || !(minutes > 0) || !Number.isInteger(seed) || !(at === undefined || Number.isInteger(at))) {
    process.stdout.write(USAGE);
    return values.help ? 0 : 2;
  }
  process.stdout.write(`seed ${seed}\n`);
  const progress = new SharedArrayBuffer(8);
  const faults = await watch({ seed, only: values.only, at, ms: minutes * 60_000, progress });
  for (const fault of faults) process.stdout.write(`\nFAILED ${fault}\n`);
  return faults.length === 0 ? 0 : 1;
}

/** Runs a worker to its end, or until it hangs. Resolves with what is wrong, a text each. */
async function watch(orders: Orders): Promise<string[]> {
  const { seed, only, progress } = orders;
  const done = new Int32Array(progress);
  const subjects = new Map<string, { inputs: number; slowest: number }>();
  const samples: Sample[] = [];
  const faults: string[] = [];
  const again = (number: number): string =>
    `again: npm run fuzz -- --seed ${seed} --at ${number}${only === undefined ? '' : ` --only ${only}`}`;
  const worker = new Worker(new URL('./worker.js', import.meta.url), {
    workerData: orders,
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
  });
  worker.on('message', (report: Report) => {
    if (report.type === 'memory') samples.push(report);
    if (report.type === 'fault') faults.push(`${report.message}\n${report.stack}\n${again(report.number)}`);
    if (report.type !== 'batch') return;
    const { inputs, slowest } = subjects.get(report.subject) ?? { inputs: 0, slowest: 0 };
    subjects.set(report.subject, { inputs: inputs + BATCH, slowest: Math.max(slowest, report.slowest) });
  });
  worker.on('error', (error) => faults.push(`${String(error)}\n${again(Atomics.load(done, 0))}`));
  let begun = -1;
  const guard = setInterval(() => {
    const now = Atomics.load(done, 1);
    if (now === begun) {
      faults.push(`nothing ended for ${HANG_MS / 1000} s\n${again(Atomics.load(done, 0))}`);
      void worker.terminate();
    }
    begun = now;
  }, HANG_MS);
  await new Promise((resolve) => worker.once('exit', resolve));
  clearInterval(guard);
  process.stdout.write(summary(subjects, samples));
  return [...faults, ...growth(samples)];
}

function summary(
  subjects: ReadonlyMap<string, { inputs: number; slowest: number }>,
  samples: readonly Sample[],
): string {
  const rows = [...subjects].map(
    ([name, { inputs, slowest }]) =>
      `${name.padEnd(16)} ${String(inputs).padStart(10)} inputs, slowest ${slowest.toFixed(1)} ms`,
  );
  const last = samples.at(-1);
  const memory = last ? `memory at the end: heap ${mib(last.heapUsed)}, resident ${mib(last.rss)}` : '';
  return `${[...rows, memory].join('\n')}\n`;
}

const mib = (bytes: number): string => `${Math.round(bytes / MiB)} MiB`;

process.exitCode = await main(process.argv.slice(2));
