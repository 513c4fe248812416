import type { Attributes } from '@drover/api';
import type { Store } from '@drover/store';
import type { ResourceCatalog } from '../catalog/catalog.js';
import type { Asked } from '../request/recognition.js';
import { collectionPrefix, namespacePrefix } from '../storage/key.js';
import type { WatchCounts } from './watch-counts.js';

/** What a request is taken to need: seats while it is worked on, and for how many milliseconds after it has been. */
export interface WorkEstimate {
  readonly seats: number;
  readonly lingerMs: number;
}

/** What a request needs of which nothing else is known. */
export const ONE_SEAT: WorkEstimate = { seats: 1, lingerMs: 0 };

/** The most that one request is given, whatever it asks for (apiserver flowcontrol maximumSeats). */
export const MOST_SEATS = 10;
/** Objects that a seat is reckoned to go through (objectsPerSeat). */
const OBJECTS_PER_SEAT = 100;
/** Watches that a seat is reckoned to tell of a write (watchesPerSeat), and how long that takes (eventAdditionalDuration). */
const WATCHES_PER_SEAT = 10;
const FAN_OUT_MS = 5;

/** Requests that go through the objects of a collection. */
const COLLECTION_VERBS: ReadonlySet<string> = new Set(['list', 'watch', 'deletecollection']);
/** Requests that watchers are told of. */
const WRITE_VERBS: ReadonlySet<string> = new Set(['create', 'update', 'patch', 'delete']);

/** What is known of the work behind a request before it is done. */
export interface WorkFacts {
  readonly store: Pick<Store, 'count'>;
  readonly catalog: Pick<ResourceCatalog, 'served'>;
  readonly watches: Pick<WatchCounts, 'of'>;
}

/** What of a request tells how much work it is. */
export type Question = Pick<Asked, 'target' | 'attributes' | 'aggregated'> & {
  readonly visit: Pick<Asked['visit'], 'query'>;
};

/**
 * Estimates the work behind a request: that of a list, or of a watch that begins with one, by the objects it goes through; that of
 * a write by the watches that are told of it. What others serve is their work.
 */
export function estimateWork(question: Question, facts: WorkFacts): WorkEstimate {
  const { target, attributes, aggregated } = question;
  if ('path' in attributes || target.type !== 'resource' || aggregated !== undefined) return ONE_SEAT;
  const { verb, name } = attributes;
  const collection = COLLECTION_VERBS.has(verb) && name === undefined;
  if (!collection && !WRITE_VERBS.has(verb)) return ONE_SEAT;
  const served = facts.catalog.served(target.group, target.version, target.resource);
  if (served === undefined) return ONE_SEAT;
  const prefix = collectionPrefix(served.definition);
  return collection ? workOfList(question, facts, within(prefix, attributes)) : workOfWrite(facts, prefix, attributes);
}

function workOfList({ attributes, visit: { query } }: Question, { store }: WorkFacts, prefix: string): WorkEstimate {
  if (attributes.verb === 'watch' && query.get('sendInitialEvents') !== 'true') return ONE_SEAT;
  const stored = store.count(prefix);
  const selected = Boolean(query.get('labelSelector') || query.get('fieldSelector'));
  const limit = Number(query.get('limit'));
  const objects = limit > 0 && !selected ? Math.min(limit, stored) : stored;
  return { seats: seatsFor(objects / OBJECTS_PER_SEAT), lingerMs: 0 };
}

function workOfWrite({ watches }: WorkFacts, prefix: string, attributes: Attributes): WorkEstimate {
  const narrower = within(prefix, attributes);
  const told = watches.of(prefix) + (narrower === prefix ? 0 : watches.of(narrower));
  return told < WATCHES_PER_SEAT ? ONE_SEAT : { seats: seatsFor(told / WATCHES_PER_SEAT), lingerMs: FAN_OUT_MS };
}

const seatsFor = (seats: number): number => Math.min(MOST_SEATS, Math.max(1, Math.ceil(seats)));

function within(prefix: string, attributes: Attributes): string {
  const namespace = 'path' in attributes ? undefined : attributes.namespace;
  return namespace === undefined ? prefix : namespacePrefix(prefix, namespace);
}
