import type { IncomingMessage } from 'node:http';
import type { Clock } from '@drover/kit';
import type { AuditEvent } from './audit-event.js';
import type { AuditLog } from './audit-log.js';
import { RequestRecord } from './request-record.js';

/** Lines about strangers in a second, and at once after a pause: a flood of theirs must not push out what others did. */
const STRANGERS = { perSecond: 10, burst: 200 } as const;

/** Tells of each request to the management side in the log. */
export class Audit {
  #room: number = STRANGERS.burst;
  #filled: number;
  #unwritten = 0;
  #lost = 0;

  constructor(
    readonly log: AuditLog,
    private readonly clock: Clock,
  ) {
    this.#filled = clock.now();
  }

  /** Lines that could not be written. */
  get lost(): number {
    return this.#lost;
  }

  /** Begins the record of a request; `undefined` when nothing is told. */
  begin(
    request: IncomingMessage,
    facts: { readonly id: string; readonly path: string; readonly url: URL; readonly method: string },
  ): RequestRecord | undefined {
    const { level } = this.log;
    if (level === 0) return undefined;
    const write = (event: AuditEvent, stranger: boolean): Promise<boolean> => this.#write(event, stranger);
    return new RequestRecord(request, { ...facts, level, clock: this.clock, write });
  }

  async #write(event: AuditEvent, stranger: boolean): Promise<boolean> {
    if (stranger && event.outcome !== 'done' && !this.#hasRoom()) {
      this.#unwritten += 1;
      return true;
    }
    const unwritten = this.#unwritten;
    this.#unwritten = 0;
    const written = await this.log.write(JSON.stringify(unwritten === 0 ? event : { ...event, unwritten }));
    if (written) return true;
    this.#unwritten += unwritten;
    this.#lost += 1;
    return false;
  }

  #hasRoom(): boolean {
    const now = this.clock.now();
    const { perSecond, burst } = STRANGERS;
    this.#room = Math.min(burst, this.#room + ((now - this.#filled) / 1_000) * perSecond);
    this.#filled = now;
    if (this.#room < 1) return false;
    this.#room -= 1;
    return true;
  }
}
