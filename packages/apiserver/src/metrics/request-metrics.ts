import { type Count, type Distribution, Histogram, labelText, Numbers, OVERFLOW, readings } from './family.js';
import type { RequestKind, RequestLabels } from './request-labels.js';

/** Upper bounds of latencies in seconds (apiserver_request_duration_seconds). */
export const LATENCIES = [
  0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60,
];
/** Upper bounds of the server's own part of latencies (apiserver_request_sli_duration_seconds). */
const OWN_LATENCIES = LATENCIES.slice(2);
/** Upper bounds of answers in bytes (apiserver_response_sizes). */
const SIZES = [1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9];
/** Different kinds of requests told apart; further ones share one. */
const KINDS = 4000;

/** What is kept of one kind of request. */
interface Kind {
  readonly labels: string;
  readonly codes: Map<number, Count>;
  readonly duration: Distribution;
  readonly own: Distribution;
  readonly size: Distribution | undefined;
}

/** Counts requests. Labels are put into words once for each kind of request; after that a request costs two look-ups. */
export class RequestMetrics {
  readonly #kinds = new Map<string, Kind>();
  readonly #total = new Numbers('apiserver_request_total', 'counter', 'Requests answered.');
  readonly #durations = new Histogram(
    'apiserver_request_duration_seconds',
    'Time to the answer in seconds; of watches, to its end.',
    LATENCIES,
  );
  readonly #own = new Histogram(
    'apiserver_request_sli_duration_seconds',
    'The same, without the time that requests waited for a seat.',
    OWN_LATENCIES,
  );
  readonly #sizes = new Histogram('apiserver_response_sizes', 'Bytes of answers to reads.', SIZES);
  readonly #longRunning = new Numbers('apiserver_longrunning_requests', 'gauge', 'Watches and upgrades that are open.');
  readonly #terminations = new Numbers(
    'apiserver_request_terminations_total',
    'counter',
    'Requests ended in self-defence.',
  );
  readonly #inFlight: Record<RequestKind, number> = { readOnly: 0, mutating: 0 };
  readonly #inQueue: Record<RequestKind, number> = { readOnly: 0, mutating: 0 };

  /** A request came. */
  arrived(kind: RequestKind): void {
    this.#inFlight[kind] += 1;
  }

  /**
   * One answered request, after `ms` milliseconds, of which it waited `waitedMs` for its turn; `bytes` is unknown for streams without
   * an announced length.
   */
  answered(labels: RequestLabels, code: number, ms: number, waitedMs: number, bytes: number | undefined): void {
    const kind = this.#kindOf(labels);
    let total = kind.codes.get(code);
    if (total === undefined) {
      total = this.#total.of(`${kind.labels},code="${code}"`);
      kind.codes.set(code, total);
    }
    total.add();
    kind.duration.observe(ms / 1000);
    kind.own.observe((ms - waitedMs) / 1000);
    if (bytes !== undefined) kind.size?.observe(bytes);
  }

  /** A request that came has been answered. */
  left(kind: RequestKind): void {
    this.#inFlight[kind] -= 1;
  }

  /** A request began (+1) or ended (-1) to wait for its turn. */
  queued(kind: RequestKind, change: 1 | -1): void {
    this.#inQueue[kind] += change;
  }

  /** A watch or an upgrade began (+1) or ended (-1). */
  longRunning(labels: RequestLabels, change: 1 | -1): void {
    this.#longRunning.add(wording({ ...labels, dryRun: undefined }), change);
  }

  /** A request was ended because it took too long (504) or came at a bad time (429). */
  terminated(labels: RequestLabels, code: number): void {
    this.#terminations.add(`${wording({ ...labels, dryRun: undefined })},code="${code}"`);
  }

  *lines(): Generator<string> {
    yield* this.#total.lines();
    yield* this.#durations.lines();
    yield* this.#own.lines();
    yield* this.#sizes.lines();
    yield* this.#longRunning.lines();
    yield* this.#terminations.lines();
    yield* byKind('apiserver_current_inflight_requests', 'Requests being served, without watches.', this.#inFlight);
    yield* byKind('apiserver_current_inqueue_requests', 'Requests that wait for their turn.', this.#inQueue);
  }

  #kindOf(labels: RequestLabels): Kind {
    const { verb, dryRun, group, version, resource, subresource, scope } = labels;
    const key = `${verb} ${dryRun} ${group} ${version} ${resource} ${subresource} ${scope}`;
    const known = this.#kinds.get(key);
    if (known !== undefined) return known;
    const told = this.#kinds.size < KINDS;
    const text = told ? wording(labels) : OVERFLOW;
    const plain = told ? wording({ ...labels, dryRun: undefined }) : OVERFLOW;
    const read = verb === 'GET' || verb === 'LIST';
    const kind = {
      labels: text,
      codes: new Map<number, Count>(),
      duration: this.#durations.of(text),
      own: this.#own.of(plain),
      size: read ? this.#sizes.of(plain) : undefined,
    };
    if (this.#kinds.size < KINDS) this.#kinds.set(key, kind);
    return kind;
  }
}

function byKind(name: string, help: string, numbers: Readonly<Record<RequestKind, number>>): Generator<string> {
  const values = Object.entries(numbers).map(([kind, value]) => [labelText({ request_kind: kind }), value] as const);
  return readings(name, 'gauge', help, values);
}

function wording({
  verb,
  dryRun,
  group,
  version,
  resource,
  subresource,
  scope,
}: Omit<RequestLabels, 'dryRun'> & { readonly dryRun: string | undefined }): string {
  return labelText({
    verb,
    ...(dryRun === undefined ? {} : { dry_run: dryRun }),
    group,
    version,
    resource,
    subresource,
    scope,
    component: 'apiserver',
  });
}
