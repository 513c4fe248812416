import type { ApiRequest, Identity, JsonObject } from '@drover/api';
import type { Served } from '../catalog/definition.js';
import type { Part } from '../catalog/strategy.js';
import type { Core, WriteContext } from '../registry/core.js';
import type { EncodedEvents } from '../registry/events.js';
import type { FacetIndex } from '../registry/facets.js';
import { writeOptions } from '../request/query.js';
import { header } from '../request/response.js';

/** What the verbs on stored objects stand on. */
export interface Verbs {
  readonly core: Core;
  readonly facets: FacetIndex;
  readonly events: EncodedEvents;
  /** Counts watchers that were cut off. */
  readonly onOverflow: () => void;
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
  readonly identity: Identity;
  /** Aborts when the caller goes, may no longer watch, or the server stops. */
  readonly signal: AbortSignal;
  /** Sentences for `Warning` headers. */
  readonly warnings: string[];
  /** Adds to the request's audit event. */
  annotate(key: string, value: string): void;
}

/** How this call writes. */
export function writeContext(call: Call): WriteContext {
  const { request, query, served, namespace, part, identity, warnings } = call;
  const { dryRun, fieldManager, fieldValidation, force } = writeOptions(query);
  return {
    served,
    namespace,
    identity,
    part,
    dryRun,
    fieldManager: fieldManager ?? managerOf(header(request, 'user-agent')),
    fieldValidation,
    options: {
      kind: OPTIONS[request.method] ?? 'CreateOptions',
      apiVersion: 'meta.k8s.io/v1',
      ...(dryRun ? { dryRun: ['All'] } : {}),
      ...(fieldManager === undefined ? {} : { fieldManager }),
      ...(query.has('fieldValidation') ? { fieldValidation } : {}),
      ...(force ? { force } : {}),
    } satisfies JsonObject,
    warnings,
    annotate: (key, value) => call.annotate(key, value),
  };
}

/** The kind of a write's options, by its method. */
const OPTIONS: Readonly<Record<string, string>> = {
  POST: 'CreateOptions',
  PUT: 'UpdateOptions',
  PATCH: 'PatchOptions',
  DELETE: 'DeleteOptions',
};

/** The manager of who does not name one: the program in the User-Agent (apiserver managerOrUserAgent). */
function managerOf(agent: string | undefined): string {
  const program = (agent ?? '').split('/')[0]?.slice(0, 128) ?? '';
  return program === '' ? 'unknown' : program;
}
