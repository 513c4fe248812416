import { writeSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { serveLog } from './log-service.js';
import type { WorkerSetup } from './messages.js';
import { openSeen } from './statements.js';

// For crash tests: the disk's thread, which prints each statement before it runs, and kills its process before or after the one
// whose number its URL names (`?before=7`).
if (!parentPort) throw new Error('this file is started as a worker thread by steps-process');
const asked = new URL(import.meta.url).searchParams;
const open = openSeen(({ when, number, sql }) => {
  if (when === 'before') writeSync(1, `${JSON.stringify({ statement: sql })}\n`);
  if (asked.get(when) === `${number}`) process.kill(process.pid, 'SIGKILL');
});
serveLog(parentPort, workerData as WorkerSetup, open);
