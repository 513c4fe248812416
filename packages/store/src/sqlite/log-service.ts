import type { MessagePort } from 'node:worker_threads';
import { faultOf, LogFile, type LogFileOptions } from './log-file.js';
import type { Reply, Request, WorkerSetup } from './messages.js';
import { buffersOf, inSlabs, unpack } from './rows.js';

/** Rows in one message while loading: some hundred KiB with usual objects, and not more than fit into memory with the largest. */
const LOAD_ROWS = 64;
/**
 * Values loaded in one buffer: one each would cost more than many of the values are long, and a buffer is kept in memory until
 * the last of its values is replaced.
 */
const LOAD_SLAB_BYTES = 32 * 1024;

/** Opens the log file of `setup` and answers the requests that come through `port`, until it is asked to close. */
export function serveLog(port: MessagePort, { file, maxFileBytes }: WorkerSetup, open?: LogFileOptions['open']): void {
  const answer = new Answer(port);
  const log = answer.attempt(() => new LogFile(file, { maxBytes: maxFileBytes, ...(open && { open }) }));
  if (!log) return;
  const service = new LogService(port, log, answer);
  port.on('message', (request: Request) => answer.attempt(() => service.serve(request)));
  answer.send({ type: 'opened', oldest: log.oldest });
}

/** The way back to the main thread. */
class Answer {
  constructor(readonly port: MessagePort) {}

  send(message: Reply): void {
    const transfer = message.type === 'loaded' ? buffersOf(message.rows) : [];
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

  serve(request: Request): void {
    switch (request.type) {
      case 'load':
        for (const rows of this.log.pages(LOAD_ROWS)) {
          this.answer.send({ type: 'loaded', rows: inSlabs(rows, LOAD_SLAB_BYTES) });
        }
        this.answer.send({ type: 'done' });
        return;
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
