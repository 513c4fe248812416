import { ApiError, badRequest } from '@drover/api';
import type { FieldValidation } from '../registry/core.js';

/** What a LIST or WATCH asks for (meta/v1 ListOptions), parsed. */
export interface ListOptions {
  readonly labelSelector: string;
  readonly fieldSelector: string;
  readonly watch: boolean;
  readonly allowWatchBookmarks: boolean;
  readonly sendInitialEvents: boolean;
  /** Absent and "" are the same to Kubernetes; "0" means whatever is there. */
  readonly resourceVersion: number | undefined;
  readonly resourceVersionMatch: 'Exact' | 'NotOlderThan' | undefined;
  readonly timeoutSeconds: number | undefined;
  readonly limit: number | undefined;
  readonly continueToken: string | undefined;
}

/**
 * Reads the parameters of a LIST or WATCH and checks that they go together
 * (https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-versions).
 *
 * @throws ApiError BadRequest or Invalid naming the parameter.
 */
export function listOptions(query: URLSearchParams): ListOptions {
  const watch = flag(query, 'watch');
  const resourceVersion = revision(query.get('resourceVersion'));
  const match = query.get('resourceVersionMatch') ?? '';
  const continueToken = query.get('continue') || undefined;
  const sendInitialEvents = query.has('sendInitialEvents') ? flag(query, 'sendInitialEvents') : undefined;
  if (match !== '' && match !== 'Exact' && match !== 'NotOlderThan') {
    throw invalidParameter(
      'resourceVersionMatch',
      `Unsupported value: "${match}": supported values: "Exact", "NotOlderThan", ""`,
    );
  }
  if (sendInitialEvents !== undefined) {
    if (!watch) throw invalidParameter('sendInitialEvents', 'Forbidden: sendInitialEvents is forbidden for list');
    if (match !== 'NotOlderThan') {
      throw invalidParameter(
        'resourceVersionMatch',
        'Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan',
      );
    }
  } else if (watch && match !== '') {
    throw invalidParameter(
      'resourceVersionMatch',
      'Forbidden: resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided',
    );
  } else if (match !== '') {
    if (resourceVersion === undefined) {
      throw invalidParameter(
        'resourceVersionMatch',
        'Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided',
      );
    }
    if (continueToken !== undefined) {
      throw invalidParameter(
        'resourceVersionMatch',
        'Forbidden: resourceVersionMatch is forbidden when continue is provided',
      );
    }
    if (match === 'Exact' && resourceVersion === 0) {
      throw invalidParameter(
        'resourceVersionMatch',
        'Forbidden: resourceVersionMatch "exact" is forbidden for resourceVersion "0"',
      );
    }
  }
  return {
    labelSelector: query.get('labelSelector') ?? '',
    fieldSelector: query.get('fieldSelector') ?? '',
    watch,
    allowWatchBookmarks: flag(query, 'allowWatchBookmarks'),
    sendInitialEvents: sendInitialEvents ?? false,
    resourceVersion,
    resourceVersionMatch: match === '' ? undefined : match,
    timeoutSeconds: count(query, 'timeoutSeconds'),
    limit: count(query, 'limit') || undefined,
    continueToken,
  };
}

/** Parameters of every write. */
export interface WriteOptions {
  readonly dryRun: boolean;
  readonly fieldManager: string | undefined;
  readonly fieldValidation: FieldValidation;
  readonly force: boolean;
}

/** @throws ApiError Invalid naming the parameter. */
export function writeOptions(query: URLSearchParams): WriteOptions {
  const dryRun = query.getAll('dryRun').filter((value) => value !== '');
  if (dryRun.some((value) => value !== 'All')) {
    throw invalidParameter('dryRun', `Unsupported value: ${JSON.stringify(dryRun)}: supported values: "All"`);
  }
  const validation = query.get('fieldValidation') ?? '';
  if (validation !== '' && validation !== 'Strict' && validation !== 'Warn' && validation !== 'Ignore') {
    throw invalidParameter(
      'fieldValidation',
      `Unsupported value: "${validation}": supported values: "Ignore", "Strict", "Warn"`,
    );
  }
  const fieldManager = query.get('fieldManager') || undefined;
  if (fieldManager !== undefined && fieldManager.length > 128) {
    throw invalidParameter('fieldManager', 'Too long: may not be more than 128 bytes');
  }
  return {
    dryRun: dryRun.length > 0,
    fieldManager,
    fieldValidation: validation === '' ? 'Warn' : validation,
    force: flag(query, 'force'),
  };
}

/** Go's bool conversion as Kubernetes uses it: present is true unless it says otherwise. */
export function flag(query: URLSearchParams, name: string): boolean {
  const value = query.get(name);
  return value !== null && value !== 'false' && value !== '0';
}

function count(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null || text === '') return undefined;
  if (!/^\d{1,15}$/.test(text)) throw badRequest(`${name}: "${text}" is not a whole number`);
  return Number(text);
}

function revision(text: string | null): number | undefined {
  if (text === null || text === '') return undefined;
  if (!/^\d{1,15}$/.test(text)) {
    throw invalidParameter('resourceVersion', `Invalid value: "${text}": not a resource version of this server`);
  }
  return Number(text);
}

function invalidParameter(field: string, message: string): ApiError {
  return new ApiError('Invalid', `ListOptions.meta.k8s.io "" is invalid: ${field}: ${message}`, {
    group: 'meta.k8s.io',
    kind: 'ListOptions',
    causes: [{ reason: message.startsWith('Forbidden') ? 'FieldValueForbidden' : 'FieldValueInvalid', message, field }],
  });
}
