import type { ApiRequest, Identity, Json } from '@drover/api';
import type { Served } from '../catalog/definition.js';
import type { Part } from '../catalog/strategy.js';
import type { WatchCounts } from '../fairness/watch-counts.js';
import type { Core, WriteContext } from '../registry/core.js';
import type { EventBatches } from '../registry/event-batches.js';
import type { FacetIndex } from '../registry/facets.js';
import { type Decoding, objectDecoding } from '../request/decoding.js';
import type { DeleteRequest } from '../request/delete-options.js';
import type { Representation } from '../request/negotiation.js';
import { header } from '../request/response.js';
import { optionsKind, type WriteKind, writeOptions } from '../request/write-options.js';

/** What the verbs on stored objects stand on. */
export interface Verbs {
  readonly core: Core;
  readonly facets: FacetIndex;
  readonly batches: EventBatches;
  readonly watches: WatchCounts;
  /** Counts watchers that were cut off. */
  readonly onOverflow: () => void;
  /** Counts the events of one kind's watch, by their bytes. */
  readonly onEvents: (served: Served) => (bytes: number) => void;
}

/** One request about stored objects, parsed and authorized. */
export interface Call {
  readonly request: ApiRequest;
  readonly query: URLSearchParams;
  readonly served: Served;
  /** The namespace of the path; absent for kinds without namespaces, and for all namespaces. */
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  readonly part: Part;
  /** In what form the answer is wanted. */
  readonly form: Representation;
  readonly identity: Identity;
  /** Sentences for `Warning` headers. */
  readonly warnings: string[];
  /** Adds to the request's audit event. */
  annotate(key: string, value: string): void;
}

/** How this call writes. @throws ApiError Invalid with each parameter that is wrong. */
export function writeContext(call: Call, kind: WriteKind, decoding: Decoding = objectDecoding()): WriteContext {
  const { dryRun, fieldManager, fieldValidation, force } = writeOptions(call.query, kind);
  const options: Record<string, Json> = { kind: optionsKind(kind), apiVersion: 'meta.k8s.io/v1' };
  if (dryRun) options['dryRun'] = ['All'];
  if (fieldManager !== undefined) options['fieldManager'] = fieldManager;
  if (call.query.has('fieldValidation')) options['fieldValidation'] = fieldValidation;
  if (force) options['force'] = force;
  return { ...contextOf(call, fieldManager), dryRun, applies: kind === 'apply', fieldValidation, decoding, options };
}

/** How this call deletes: only its options, and whether it is a dry run, are its own to say. */
export function deleteContext(call: Call, { dryRun, document }: DeleteRequest): WriteContext {
  const decoding = objectDecoding();
  return { ...contextOf(call, undefined), dryRun, fieldValidation: 'Ignore', decoding, options: document };
}

function contextOf(
  call: Call,
  fieldManager: string | undefined,
): Omit<WriteContext, 'dryRun' | 'fieldValidation' | 'decoding' | 'options'> {
  const { request, served, namespace, identity, part, warnings } = call;
  return {
    served,
    namespace,
    identity,
    part,
    warnings,
    fieldManager: fieldManager ?? managerBy(header(request, 'user-agent')),
    annotate: (key, value) => call.annotate(key, value),
  };
}

/** Managers of the agents that wrote of late: there are few, and each writes often. */
const MANAGERS = new Map<string, string>();
/** Agents that are remembered; full, all are forgotten. */
const AGENTS = 256;

function managerBy(agent = ''): string {
  let manager = MANAGERS.get(agent);
  if (manager === undefined) {
    manager = managerOf(agent);
    if (MANAGERS.size >= AGENTS) MANAGERS.clear();
    MANAGERS.set(agent, manager);
  }
  return manager;
}

/** The manager of who does not name one: what the User-Agent begins with, up to a slash or what cannot be printed. */
function managerOf(agent: string): string {
  const [program = ''] = agent.split('/');
  const printable = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]*/u.exec(program)?.[0] ?? '';
  return printable === '' ? 'unknown' : Buffer.from(printable).subarray(0, 128).toString();
}
