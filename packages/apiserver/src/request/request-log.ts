import type { Clock, Log } from '@drover/kit';

/** From this time on a request is told as slow, in milliseconds. */
const SLOW_MS = 1000;
/** Lines about slow and failed requests within a second; further ones are counted. */
const LINES = 50;
const WINDOW_MS = 1000;
/** Characters of a path that are told. */
const PATH = 512;

/** What a line tells of a request. Neither query nor headers nor bodies: they may hold secrets. */
export interface RequestLine {
  readonly auditId: string;
  readonly verb: string;
  readonly path: string;
  readonly code: number;
  readonly ms: number;
  readonly user: string | undefined;
  readonly userAgent: string | undefined;
  readonly from: string | undefined;
}

/**
 * One line for each answered request: errors of ours as errors, slow ones as warnings, everything else for whoever listens at
 * level debug. However many fail, a bounded number of lines a second is written, and one that says how many were left out.
 */
export class RequestLog {
  #window = 0;
  #lines = 0;
  #leftOut = 0;

  constructor(
    readonly log: Log,
    readonly clock: Clock,
  ) {}

  tell(line: RequestLine, longRunning: boolean): void {
    const fields = { ...line, path: line.path.slice(0, PATH), userAgent: line.userAgent?.slice(0, PATH) };
    // 501 and 504 are answers that were meant; the first a client can see coming, the second is told as slow.
    if (line.code >= 500 && line.code !== 501 && line.code !== 504)
      this.#bounded(() => this.log.error('request failed', fields));
    else if (!longRunning && line.ms >= SLOW_MS) this.#bounded(() => this.log.warn('request was slow', fields));
    else this.log.debug('request', fields);
  }

  #bounded(write: () => void): void {
    const now = this.clock.now();
    if (now - this.#window >= WINDOW_MS) {
      if (this.#leftOut > 0) this.log.warn('lines about requests were left out', { count: this.#leftOut });
      this.#window = now;
      this.#lines = 0;
      this.#leftOut = 0;
    }
    if (this.#lines >= LINES) {
      this.#leftOut += 1;
      return;
    }
    this.#lines += 1;
    write();
  }
}
