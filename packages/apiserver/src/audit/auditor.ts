import type { Clock } from '@drover/kit';
import { Count, labelText, Numbers, readings } from '../metrics/family.js';
import type { Visit } from '../request/visit.js';
import type { AuditEvent } from './event.js';
import type { AuditPolicy } from './policy.js';
import type { AuditSink } from './sink.js';
import { AuditTrail } from './trail.js';

/** What is audited and where that is written. */
export interface AuditOptions {
  readonly policy: AuditPolicy;
  readonly sinks: readonly AuditSink[];
  /** Kinds beside Kubernetes' own that hold credentials, as `GROUP/PLURAL`: their bodies stay out of every event. */
  readonly credentials?: readonly string[];
}

/** Opens a trail for each request that the policy wants told, and tells every sink. */
export class Auditor {
  readonly #policy: AuditPolicy;
  readonly #sinks: readonly AuditSink[];
  readonly #refused: readonly Count[];
  readonly #credentials: ReadonlySet<string>;
  readonly #events = new Numbers('apiserver_audit_event_total', 'counter', 'Audit events told.');
  readonly #levels = new Numbers('apiserver_audit_level_total', 'counter', 'Requests by the level of their rule.');
  readonly #rejected = new Numbers(
    'apiserver_audit_requests_rejected_total',
    'counter',
    'Requests refused because they could not be audited.',
  );

  constructor(
    { policy, sinks, credentials = [] }: AuditOptions,
    readonly clock: Clock,
  ) {
    this.#policy = policy;
    this.#sinks = sinks;
    this.#refused = sinks.map(() => new Count());
    this.#credentials = new Set(credentials);
  }

  /** The trail of a request, when the policy wants any. */
  open(visit: Visit): AuditTrail | undefined {
    const rule = this.#policy.ruleFor(visit.attributes, visit.authenticated);
    this.#levels.add(`level="${rule.level}"`);
    if (rule.level === 'None') return undefined;
    return new AuditTrail(visit, rule, this.#credentials, (event) => this.#write(event), this.clock);
  }

  /** Resolves with whether the request may go on. */
  async #write(event: AuditEvent): Promise<boolean> {
    this.#events.add('');
    const written = await Promise.all(this.#sinks.map((sink) => sink.write(event)));
    let refuse = false;
    for (const [index, sink] of this.#sinks.entries()) {
      if (written[index]) continue;
      this.#refused[index]?.add();
      refuse ||= sink.strict && event.stage === 'RequestReceived';
    }
    if (refuse) this.#rejected.add('');
    return !refuse;
  }

  *lines(): Generator<string> {
    yield* this.#events.lines();
    const errors = this.#sinks.map(
      ({ plugin, lost }, index) => [labelText({ plugin }), (this.#refused[index]?.value ?? 0) + lost] as const,
    );
    yield* readings('apiserver_audit_error_total', 'counter', 'Audit events that could not be written.', errors);
    yield* this.#levels.lines();
    yield* this.#rejected.lines();
  }
}
