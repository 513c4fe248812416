import { parentPort, workerData } from 'node:worker_threads';
import { faultOf, LogFile } from './log-file.js';
import type { Reply, Request, WorkerSetup } from './messages.js';
import { pack, unpack } from './rows.js';

/** Rows in one message while loading: a megabyte or two with usual objects. */
const LOAD_ROWS = 500;

// The disk's own thread: it waits for syncs so that the main thread never does.
const port = parentPort;
if (!port) throw new Error('this file is started as a worker thread by open-sqlite-store');
const { file, maxFileBytes } = workerData as WorkerSetup;

function reply(message: Reply): void {
  const transfer = message.type === 'loaded' ? [message.rows.values.buffer as ArrayBuffer] : [];
  port?.postMessage(message, transfer);
}

/** A commit has been answered by now, so a fault is told in answer to the next one. */
let untidy: unknown;

function tidy(log: LogFile): void {
  try {
    log.tidy();
  } catch (error) {
    if (faultOf(error) !== 'full') untidy = error;
  }
}

function attempt<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch (error) {
    reply({ type: 'fault', fault: faultOf(error), message: error instanceof Error ? error.message : String(error) });
    return undefined;
  }
}

function serve(log: LogFile, request: Request): void {
  switch (request.type) {
    case 'load':
      reply({ type: 'loaded', rows: pack(log.after(request.after, LOAD_ROWS)) });
      return;
    case 'commit':
      if (untidy) throw untidy;
      log.commit(unpack(request.rows), request.forgotten, request.oldest);
      reply({ type: 'done' });
      tidy(log);
      return;
    case 'close':
      log[Symbol.dispose]();
      reply({ type: 'done' });
      port?.close();
  }
}

const log = attempt(() => new LogFile(file, maxFileBytes));
if (log) {
  port.on('message', (request: Request) => attempt(() => serve(log, request)));
  reply({ type: 'opened', oldest: log.oldest });
}
