import type { MessagePort } from 'node:worker_threads';
import { faultOf, LogFile, type LogFileOptions } from './log-file.js';
import type { Reply, Request, WorkerSetup } from './messages.js';
import { buffersOf, inSlabs, type StoredRows, unpack } from './rows.js';

/** Rows read at a time while loading: not more than fit into memory with the largest. */
const LOAD_ROWS = 64;
/**
 * Values loaded in one buffer: one each would cost more than many of the values are long, and a buffer is kept in memory until
 * the last of its values is replaced. With usual objects it is as SQLite gives it back, not a copy.
 */
const LOAD_SLAB_BYTES = 32 * 1024;
/** Reads in one message: some hundred KiB with usual objects. A message for each would cost a third more. */
const LOAD_PAGES = 16;

/**
 * Opens the log file of `setup`, sends what is in it if that is wanted, and answers the requests that come through `port`, until it
 * is asked to close.
 */
export function serveLog(
  port: MessagePort,
  { file, maxFileBytes, load }: WorkerSetup,
  open?: LogFileOptions['open'],
): void {
  const answer = new Answer(port);
  const log = answer.attempt(() => new LogFile(file, { maxBytes: maxFileBytes, ...(open && { open }) }));
  if (!log) return;
  const service = new LogService(port, log, answer);
  port.on('message', (request: Request) => answer.attempt(() => service.serve(request)));
  const { rows, value } = log.seal;
  answer.send({ type: 'opened', oldest: log.oldest, rows, seal: value });
  if (load) answer.attempt(() => service.load());
}

/** The way back to the main thread. */
class Answer {
  constructor(readonly port: MessagePort) {}

  send(message: Reply): void {
    const transfer = message.type === 'loaded' ? message.pages.flatMap(buffersOf) : [];
    this.port.postMessage(message, transfer);
  }

  /** Does `act`; tells of the fault when it fails. */
  attempt<T>(act: () => T): T | undefined {
    try {
      return act();
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.send({ type: 'fault', fault: faultOf(error), message });
      return undefined;
    }
  }
}

class LogService {
  /** A commit has been answered before its tidying fails, so the fault is told in answer to the next one. */
  #untidy: unknown;

  constructor(
    readonly port: MessagePort,
    readonly log: LogFile,
    readonly answer: Answer,
  ) {}

  load(): void {
    let pages: StoredRows[] = [];
    for (const page of this.log.pages(LOAD_ROWS, LOAD_SLAB_BYTES)) {
      pages.push(inSlabs(page, LOAD_SLAB_BYTES));
      if (pages.length < LOAD_PAGES) continue;
      this.answer.send({ type: 'loaded', pages });
      pages = [];
    }
    this.answer.send({ type: 'loaded', pages });
    this.answer.send({ type: 'done' });
  }

  serve(request: Request): void {
    switch (request.type) {
      case 'commit':
        if (this.#untidy) throw this.#untidy;
        this.log.commit(unpack(request.rows), request.forgotten, request.oldest);
        this.answer.send({ type: 'done' });
        this.#tidy();
        return;
      case 'close':
        this.log[Symbol.dispose]();
        this.answer.send({ type: 'done' });
        this.port.close();
    }
  }

  #tidy(): void {
    try {
      this.log.tidy();
    } catch (error) {
      if (faultOf(error) !== 'full') this.#untidy = error;
    }
  }
}
