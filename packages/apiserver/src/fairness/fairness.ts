import type { Attributes, Identity, KubeObject } from '@drover/api';
import type { FlowSchema, PriorityLevelConfiguration } from '@drover/api/types/flowcontrol-v1';
import type { Clock } from '@drover/kit';
import type { Store } from '@drover/store';
import { requestKind } from '../metrics/request-labels.js';
import type { RequestMetrics } from '../metrics/request-metrics.js';
import type { Asked } from '../request/recognition.js';
import type { Visit } from '../request/visit.js';
import { collectionPrefix } from '../storage/key.js';
import { decodeStored } from '../storage/rendering.js';
import { defaultLevels, defaultSchemas, mandatoryLevels, mandatorySchemas } from './default-objects.js';
import type { QueueLayout } from './fair-queues.js';
import { type Execution, FlowMetrics } from './flow-metrics.js';
import { DEFAULT_PRECEDENCE, matchesSchema } from './flow-schema.js';
import { type LevelObserver, type LevelRules, PriorityLevel, type Seat } from './priority-level.js';
import { currentLimit, hasSeats, type SeatShare } from './seats.js';
import { estimateWork, MOST_SEATS, ONE_SEAT, type WorkFacts } from './work-estimate.js';

/** Requests worked on at the same time (kube-apiserver's --max-requests-inflight and --max-mutating-requests-inflight). */
export const SEATS = 600;

/** The most of a level's seats that one of its requests is given (apiserver flowcontrol priorityLevelMaxSeatsPercent). */
const PART_PER_REQUEST = 0.15;

const GROUP = 'flowcontrol.apiserver.k8s.io';

type Observers = Readonly<Record<Execution, LevelObserver>>;

/** Which flow a request is part of, and where it waits. */
interface Classified {
  readonly level: PriorityLevel;
  readonly flow: string;
  readonly observers: Observers;
  /** UIDs of the two objects that decided, for the answer's headers. */
  readonly headers: Readonly<Record<string, string>>;
}

interface Schema {
  readonly object: FlowSchema;
  readonly level: PriorityLevel;
  readonly observers: Observers;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * API Priority and Fairness: the FlowSchema with the lowest precedence that matches a request says at which level it waits, and of
 * which flow it is. Levels share the server's seats; within a level, flows take turns. Follows the stored objects in the moment
 * they change; those that every server must have hold without being stored.
 */
export class Fairness {
  readonly metrics = new FlowMetrics();
  readonly #levels = new Map<string, PriorityLevel>();
  /** Levels that are no more, as long as somebody waits at them. */
  readonly #leaving = new Set<PriorityLevel>();
  readonly #stored = {
    flowschemas: new Map<string, KubeObject>(),
    prioritylevelconfigurations: new Map<string, KubeObject>(),
  };
  #schemas: readonly Schema[] = [];

  /** Reads what `store` holds and follows it until `signal` aborts. `facts` tell how much work a request is. */
  constructor(
    store: Store,
    readonly facts: WorkFacts,
    readonly requests: Pick<RequestMetrics, 'queued'>,
    readonly clock: Clock,
    readonly seats: number,
    signal: AbortSignal,
  ) {
    for (const plural of ['prioritylevelconfigurations', 'flowschemas'] as const) {
      const prefix = collectionPrefix({ group: GROUP, plural });
      const page = store.list(prefix);
      const kept = this.#stored[plural];
      for (const { key, value, revision } of page.entries) kept.set(key, decodeStored(value, revision));
      store.watch(
        prefix,
        page.revision,
        (changes) => {
          for (const change of changes) {
            if (change.type === 'delete') kept.delete(change.key);
            else kept.set(change.entry.key, decodeStored(change.entry.value, change.entry.revision));
          }
          this.#configure();
        },
        signal,
      );
    }
    this.#configure();
  }

  /**
   * Does `work` when the request's turn comes, and notes for its answer where it waited. Its seats, as many as the work is likely to
   * need, are free again when it is done.
   *
   * @throws ApiError TooManyRequests.
   */
  seated<T>(asked: Asked, work: () => Promise<T>): Promise<T> {
    const { visit, identity } = asked;
    const { level, flow, observers, headers } = this.#classify(visit.attributes, identity);
    visit.headers = headers;
    // Whoever knows no limit needs no estimate.
    const needed = level.rules.share === undefined ? ONE_SEAT : estimateWork(asked, this.facts);
    const observer = visit.longRunning ? observers.watch : observers.regular;
    const seat = level.enter(flow, observer, visit.request, needed);
    // Nothing is awaited where a seat is free: most requests are answered within one turn of the loop.
    return seat instanceof Promise ? this.#inTurn(visit, seat, work) : inSeat(seat, work);
  }

  async #inTurn<T>(visit: Visit, seat: Promise<Seat>, work: () => Promise<T>): Promise<T> {
    const since = this.clock.now();
    const kind = requestKind(visit.request.method);
    this.requests.queued(kind, 1);
    try {
      await seat;
    } finally {
      this.requests.queued(kind, -1);
      visit.waitedMs = this.clock.now() - since;
    }
    return inSeat(await seat, work);
  }

  /** Where a request belongs. Every request belongs somewhere: to `catch-all` when nothing else wants it. */
  #classify(attributes: Attributes, identity: Identity): Classified {
    const schema =
      this.#schemas.find(({ object }) => matchesSchema(object, attributes, identity)) ??
      (this.#schemas.at(-1) as Schema);
    const { object, level, observers, headers } = schema;
    return { level, flow: flowOf(object, attributes, identity), observers, headers };
  }

  #configure(): void {
    const levels = withDefaults(
      this.#stored.prioritylevelconfigurations.values() as Iterable<PriorityLevelConfiguration>,
      mandatoryLevels,
      defaultLevels,
    );
    const shares = levels.reduce((sum, { spec }) => sum + sharesOf(spec), 0);
    const names = new Set(levels.map(nameOf));
    for (const [name, level] of this.#levels) if (!names.has(name)) this.#retire(name, level);
    for (const object of levels) this.#setLevel(rulesOf(object, this.seats, shares));
    const schemas = withDefaults(
      this.#stored.flowschemas.values() as Iterable<FlowSchema>,
      mandatorySchemas,
      defaultSchemas,
    );
    this.#schemas = schemas.sort(byPrecedence).flatMap((object) => this.#schema(object));
    const all = [...this.#levels.values()];
    this.metrics.levels(
      all.map((level) => ({ ...level.rules, limit: () => currentLimit(level, this.#levels.values()) })),
    );
    this.#dispatch();
  }

  #retire(name: string, level: PriorityLevel): void {
    this.#levels.delete(name);
    this.#leaving.add(level);
  }

  #setLevel(rules: LevelRules): void {
    const present = this.#levels.get(rules.name);
    if (present !== undefined) {
      present.change(rules);
      return;
    }
    const level = new PriorityLevel(
      rules,
      (asking, wanted) => hasSeats(asking, wanted, this.#levels.values()),
      () => this.#dispatch(),
      this.clock,
    );
    this.#levels.set(rules.name, level);
  }

  /** A schema that names a level which is not there decides nothing. */
  #schema(object: FlowSchema): Schema[] {
    const level = this.#levels.get(object.spec?.priorityLevelConfiguration.name ?? '');
    if (level === undefined) return [];
    const { uid } = object.metadata;
    const headers = {
      ...(uid === undefined ? {} : { 'x-kubernetes-pf-flowschema-uid': uid }),
      ...(level.rules.uid === undefined ? {} : { 'x-kubernetes-pf-prioritylevel-uid': level.rules.uid }),
    };
    const observer = (type: Execution): LevelObserver => this.metrics.observer(nameOf(object), level.rules.name, type);
    return [{ object, level, headers, observers: { regular: observer('regular'), watch: observer('watch') } }];
  }

  #dispatch(): void {
    for (const level of this.#levels.values()) if (level.waiting > 0) level.dispatch();
    for (const level of this.#leaving) {
      level.dispatch();
      if (level.waiting === 0) this.#leaving.delete(level);
    }
  }
}

async function inSeat<T>(seat: Seat, work: () => Promise<T>): Promise<T> {
  // No `using`: this is on the way of every request, and what it compiles to costs.
  try {
    return await work();
  } finally {
    seat.leave();
  }
}

const nameOf = ({ metadata }: { readonly metadata: { readonly name?: string } }): string => metadata.name ?? '';

/** What is stored, and of what must be there what is not. A store that has none of it yet is as if it had the defaults. */
function withDefaults<T extends FlowSchema | PriorityLevelConfiguration>(
  stored: Iterable<T>,
  mandatory: readonly T[],
  defaults: readonly T[],
): T[] {
  const present = [...stored];
  if (present.length === 0) return [...defaults];
  const names = new Set(present.map(nameOf));
  return [...present, ...mandatory.filter((object) => !names.has(nameOf(object)))];
}

function byPrecedence(a: FlowSchema, b: FlowSchema): number {
  const precedence = ({ spec }: FlowSchema): number => spec?.matchingPrecedence ?? DEFAULT_PRECEDENCE;
  return precedence(a) - precedence(b) || (nameOf(a) < nameOf(b) ? -1 : 1);
}

function flowOf({ metadata, spec }: FlowSchema, attributes: Attributes, identity: Identity): string {
  switch (spec?.distinguisherMethod?.type) {
    case 'ByUser':
      return `${metadata.name}/${identity.name}`;
    case 'ByNamespace':
      return `${metadata.name}/${'path' in attributes ? '' : (attributes.namespace ?? '')}`;
    default:
      return metadata.name ?? '';
  }
}

const sharesOf = (spec: PriorityLevelConfiguration['spec']): number =>
  spec?.limited?.nominalConcurrencyShares ?? spec?.exempt?.nominalConcurrencyShares ?? 0;

function rulesOf({ metadata, spec }: PriorityLevelConfiguration, seats: number, allShares: number): LevelRules {
  const { name = '', uid } = metadata;
  const limited = spec?.limited;
  if (spec?.type !== 'Limited' || limited === undefined)
    return { name, uid, share: undefined, layout: undefined, seatsPerRequest: 1 };
  const nominal = Math.ceil((seats * sharesOf(spec)) / Math.max(1, allShares));
  const { lendablePercent = 0, borrowingLimitPercent } = limited;
  const share: SeatShare = {
    nominal,
    lendable: Math.round((nominal * lendablePercent) / 100),
    borrowing:
      borrowingLimitPercent === undefined
        ? Number.POSITIVE_INFINITY
        : Math.round((nominal * borrowingLimitPercent) / 100),
  };
  const queuing = limited.limitResponse?.type === 'Queue' ? (limited.limitResponse.queuing ?? {}) : undefined;
  const layout = queuing && {
    queues: queuing.queues ?? 64,
    handSize: queuing.handSize ?? 8,
    queueLengthLimit: queuing.queueLengthLimit ?? 50,
  };
  return { name, uid, share, layout, seatsPerRequest: seatsPerRequest(nominal, layout) };
}

/** Where requests queue, each flow is to have as many at work as it has queues. */
function seatsPerRequest(nominal: number, layout: QueueLayout | undefined): number {
  const most =
    layout === undefined
      ? nominal
      : Math.min(Math.ceil(nominal * PART_PER_REQUEST), Math.floor(nominal / layout.handSize));
  return Math.max(1, Math.min(MOST_SEATS, most));
}
