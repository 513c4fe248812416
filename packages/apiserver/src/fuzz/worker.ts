import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { parentPort, workerData } from 'node:worker_threads';
import { Fault, runBatch, SLOW_MS, subjectOf } from './batch.js';
import { decoders } from './decoders.js';
import type { Orders, Report } from './report.js';
import { RequestSubject } from './requests.js';

/** Memory is looked at so many times in a run. */
const LOOKS = 50;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const { seed, only, at, ms, progress } = workerData as Orders;
const done = new Int32Array(progress);
const send = (report: Report): void => parentPort?.postMessage(report);

await using requests = new RequestSubject();
const all = [...decoders, requests.subject];
const subjects = only === undefined ? all : all.filter(({ name }) => name === only);
if (subjects.length === 0) throw new Error(`--only: one of ${all.map(({ name }) => name).join(', ')}`);

const started = performance.now();
const left = (): boolean => performance.now() - started < ms;
let nextLook = 0;
let number = at ?? 0;
try {
  do {
    const one = subjectOf(subjects, number);
    Atomics.store(done, 0, number);
    const { slowest } = await runBatch(one, {
      seed,
      number,
      slowMs: SLOW_MS,
      onInput: () => void Atomics.add(done, 1, 1),
    });
    send({ type: 'batch', subject: one.name, slowest });
    if (performance.now() - started > nextLook) {
      nextLook += ms / LOOKS;
      collectGarbage();
      const { heapUsed, rss } = process.memoryUsage();
      send({ type: 'memory', heapUsed, rss });
    }
    number += 1;
  } while (at === undefined && left());
} catch (error) {
  if (!(error instanceof Fault)) throw error;
  send({
    type: 'fault',
    number,
    message: error.message,
    stack: String((error.cause as Error | undefined)?.stack ?? ''),
  });
}
