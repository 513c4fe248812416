import { type Distribution, Histogram, labelText, Numbers } from './family.js';
import type { RequestLabels } from './request-labels.js';

/** Upper bounds of latencies in seconds (apiserver_request_duration_seconds). */
export const LATENCIES = [
  0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60,
];
/** Upper bounds of answers in bytes (apiserver_response_sizes). */
const SIZES = [1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9];
/** Different kinds of requests told apart; further ones share one. */
const KINDS = 4000;

/** What is kept of one kind of request. */
interface Kind {
  readonly labels: string;
  readonly codes: Map<number, string>;
  readonly duration: Distribution;
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
  readonly #sizes = new Histogram('apiserver_response_sizes', 'Bytes of answers to reads.', SIZES);
  readonly #longRunning = new Numbers('apiserver_longrunning_requests', 'gauge', 'Watches and upgrades that are open.');
  readonly #terminations = new Numbers(
    'apiserver_request_terminations_total',
    'counter',
    'Requests ended in self-defence.',
  );
  readonly #inFlight = { readOnly: 0, mutating: 0 };

  /** A request came. */
  arrived(kind: 'readOnly' | 'mutating'): void {
    this.#inFlight[kind] += 1;
  }

  /** One answered request; `bytes` is unknown for streams without an announced length. */
  answered(labels: RequestLabels, code: number, seconds: number, bytes: number | undefined): void {
    const kind = this.#kindOf(labels);
    let withCode = kind.codes.get(code);
    if (withCode === undefined) {
      withCode = `${kind.labels},code="${code}"`;
      kind.codes.set(code, withCode);
    }
    this.#total.add(withCode);
    kind.duration.observe(seconds);
    if (bytes !== undefined) kind.size?.observe(bytes);
  }

  /** A request that came has been answered. */
  left(kind: 'readOnly' | 'mutating'): void {
    this.#inFlight[kind] -= 1;
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
    yield* this.#sizes.lines();
    yield* this.#longRunning.lines();
    yield* this.#terminations.lines();
    const inFlight = new Numbers(
      'apiserver_current_inflight_requests',
      'gauge',
      'Requests being served, without watches.',
    );
    for (const [kind, count] of Object.entries(this.#inFlight)) inFlight.add(labelText({ request_kind: kind }), count);
    yield* inFlight.lines();
  }

  #kindOf(labels: RequestLabels): Kind {
    const { verb, dryRun, group, version, resource, subresource, scope } = labels;
    const key = `${verb} ${dryRun} ${group} ${version} ${resource} ${subresource} ${scope}`;
    const known = this.#kinds.get(key);
    if (known !== undefined) return known;
    const text = this.#kinds.size < KINDS ? wording(labels) : 'overflow="true"';
    const read = verb === 'GET' || verb === 'LIST';
    const kind = {
      labels: text,
      codes: new Map<number, string>(),
      duration: this.#durations.of(text),
      size: read ? this.#sizes.of(wording({ ...labels, dryRun: undefined })) : undefined,
    };
    if (this.#kinds.size < KINDS) this.#kinds.set(key, kind);
    return kind;
  }
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
