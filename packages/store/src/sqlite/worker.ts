import { parentPort, workerData } from 'node:worker_threads';
import { serveLog } from './log-service.js';
import type { WorkerSetup } from './messages.js';

// The disk's own thread: it waits for syncs so that the main thread never does.
if (!parentPort) throw new Error('this file is started as a worker thread by open-sqlite-store');
serveLog(parentPort, workerData as WorkerSetup);
