import {
  badRequest,
  invalidValue,
  isJsonObject,
  type Json,
  type JsonObject,
  notSupported,
  type StatusCause,
} from '@drover/api';
import type { DeleteOptions } from '../registry/delete.js';
import { count, flag, refuseOptions } from './options.js';
import { dryRunCauses } from './write-options.js';

/** What a DELETE asks for. */
export interface DeleteRequest {
  readonly options: DeleteOptions;
  readonly dryRun: boolean;
  /** The options as admission is told them. */
  readonly document: JsonObject;
  /** Dependents are to go first: an object that is still there is only accepted for deletion (`orphanDependents: false`). */
  readonly accepted: boolean;
}

const POLICIES = ['Foreground', 'Background', 'Orphan'] as const;
type Policy = (typeof POLICIES)[number];

/**
 * Reads the options of a DELETE from its body, or from its parameters when it has none.
 *
 * @throws ApiError BadRequest for a body that is no DeleteOptions, Invalid with each option that is wrong.
 */
export function deleteOptions(document: unknown, query: URLSearchParams): DeleteRequest {
  const said = document === undefined ? fromQuery(query) : fromBody(document);
  const { propagationPolicy, orphanDependents } = said;
  // A dry run is never mistaken for a deletion, wherever it is asked for.
  const dryRun = [...said.dryRun, ...query.getAll('dryRun')];
  refuseOptions('DeleteOptions', [...policyCauses(propagationPolicy, orphanDependents), ...dryRunCauses(dryRun)]);
  const { gracePeriodSeconds: grace } = said;
  return {
    dryRun: dryRun.length > 0,
    document: {
      ...(isJsonObject(document) ? document : {}),
      kind: 'DeleteOptions',
      apiVersion: 'meta.k8s.io/v1',
      ...(dryRun.length > 0 ? { dryRun: ['All'] } : {}),
    },
    accepted: orphanDependents === false,
    options: {
      // A negative period is one second (apiserver rest.BeforeDelete).
      gracePeriodSeconds: grace !== undefined && grace < 0 ? 1 : grace,
      propagationPolicy: isPolicy(propagationPolicy) ? propagationPolicy : legacyPolicy(orphanDependents),
      preconditions: said.preconditions,
    },
  };
}

interface Said {
  readonly gracePeriodSeconds: number | undefined;
  readonly propagationPolicy: string | undefined;
  readonly orphanDependents: boolean | undefined;
  readonly dryRun: readonly string[];
  readonly preconditions: NonNullable<DeleteOptions['preconditions']>;
}

function fromQuery(query: URLSearchParams): Said {
  return {
    gracePeriodSeconds: count(query, 'gracePeriodSeconds'),
    propagationPolicy: query.get('propagationPolicy') ?? undefined,
    orphanDependents: query.has('orphanDependents') ? flag(query, 'orphanDependents') : undefined,
    dryRun: [],
    preconditions: {},
  };
}

function fromBody(document: unknown): Said {
  if (!isJsonObject(document)) throw badRequest('the body is not DeleteOptions');
  const { kind, gracePeriodSeconds, propagationPolicy, orphanDependents, dryRun } = document;
  if (kind !== undefined && kind !== 'DeleteOptions')
    throw badRequest(`the body is ${String(kind)}, not DeleteOptions`);
  const preconditions = isJsonObject(document['preconditions']) ? document['preconditions'] : {};
  return {
    gracePeriodSeconds: typed('gracePeriodSeconds', gracePeriodSeconds, isInteger, 'int64'),
    propagationPolicy: typed('propagationPolicy', propagationPolicy, isText, 'v1.DeletionPropagation'),
    orphanDependents: typed('orphanDependents', orphanDependents, isTruth, 'bool'),
    dryRun: (Array.isArray(dryRun) ? dryRun : []).map(String),
    preconditions: {
      uid: typed('preconditions.uid', preconditions['uid'], isText, 'types.UID'),
      resourceVersion: typed('preconditions.resourceVersion', preconditions['resourceVersion'], isText, 'string'),
    },
  };
}

const isInteger = (value: Json): value is number => typeof value === 'number' && Number.isInteger(value);
const isText = (value: Json): value is string => typeof value === 'string';
const isTruth = (value: Json): value is boolean => typeof value === 'boolean';
const isPolicy = (text: string | undefined): text is Policy => POLICIES.some((policy) => policy === text);

/** A field of the body; null is not set. @throws ApiError BadRequest when it is of another type. */
function typed<T extends Json>(
  field: string,
  value: Json | undefined,
  is: (value: Json) => value is T,
  type: string,
): T | undefined {
  if (value === undefined || value === null) return undefined;
  if (is(value)) return value;
  const found = Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value;
  throw badRequest(`json: cannot unmarshal ${found} into Go struct field DeleteOptions.${field} of type ${type}`);
}

function policyCauses(policy: string | undefined, orphanDependents: boolean | undefined): StatusCause[] {
  if (policy === undefined) return [];
  const causes: StatusCause[] = [];
  if (orphanDependents !== undefined)
    causes.push(
      invalidValue('propagationPolicy', policy, 'orphanDependents and deletionPropagation cannot be both set'),
    );
  if (!isPolicy(policy)) causes.push(notSupported('propagationPolicy', policy, [...POLICIES, 'nil']));
  return causes;
}

function legacyPolicy(orphan: boolean | undefined): Policy | undefined {
  if (orphan === undefined) return undefined;
  return orphan ? 'Orphan' : 'Background';
}
