import type { Clock } from '@drover/kit';
import { Numbers } from '../metrics/family.js';
import type { Visit } from '../request/visit.js';
import type { AuditPolicy } from './policy.js';
import type { AuditSink } from './sink.js';
import { AuditTrail } from './trail.js';

/** What is audited and where that is written. */
export interface AuditOptions {
  readonly policy: AuditPolicy;
  readonly sink: AuditSink;
  /** Refuse a request whose coming could not be written (kube-apiserver's mode `blocking-strict`). */
  readonly strict?: boolean;
  /** Kinds beside Kubernetes' own that hold credentials, as `GROUP/PLURAL`: their bodies stay out of every event. */
  readonly credentials?: readonly string[];
}

/** Opens a trail for each request that the policy wants told. */
export class Auditor {
  readonly #policy: AuditPolicy;
  readonly #sink: AuditSink;
  readonly #strict: boolean;
  readonly #credentials: ReadonlySet<string>;
  readonly #events = new Numbers('apiserver_audit_event_total', 'counter', 'Audit events written.');
  readonly #errors = new Numbers('apiserver_audit_error_total', 'counter', 'Audit events that could not be written.');
  readonly #levels = new Numbers('apiserver_audit_level_total', 'counter', 'Requests by the level of their rule.');
  readonly #rejected = new Numbers(
    'apiserver_audit_requests_rejected_total',
    'counter',
    'Requests refused because they could not be audited.',
  );

  constructor(
    { policy, sink, strict = false, credentials = [] }: AuditOptions,
    readonly clock: Clock,
  ) {
    this.#policy = policy;
    this.#sink = sink;
    this.#strict = strict;
    this.#credentials = new Set(credentials);
  }

  /** The trail of a request, when the policy wants any. */
  open(visit: Visit): AuditTrail | undefined {
    const rule = this.#policy.ruleFor(visit.attributes, visit.authenticated);
    this.#levels.add(`level="${rule.level}"`);
    if (rule.level === 'None') return undefined;
    return new AuditTrail(
      visit,
      rule,
      this.#credentials,
      async (event) => {
        const written = await this.#sink.write(event);
        if (written) this.#events.add('');
        else this.#errors.add('plugin="log"');
        const refuse = !written && this.#strict && event.stage === 'RequestReceived';
        if (refuse) this.#rejected.add('');
        return !refuse;
      },
      this.clock,
    );
  }

  *lines(): Generator<string> {
    yield* this.#events.lines();
    yield* this.#errors.lines();
    yield* this.#levels.lines();
    yield* this.#rejected.lines();
  }
}
