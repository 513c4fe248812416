/** A parameter of an operation, other than its body. */
export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query';
  readonly type: 'boolean' | 'integer' | 'string';
}

const query = (name: string, type: Parameter['type'] = 'string'): Parameter => ({ name, in: 'query', type });
const path = (name: string): Parameter => ({ name, in: 'path', type: 'string' });

export const NAME = path('name');
export const NAMESPACE = path('namespace');
export const PRETTY = query('pretty');
export const RESOURCE_VERSION = query('resourceVersion');
export const FORCE = query('force', 'boolean');
const DRY_RUN = query('dryRun');

/** What writes take (meta/v1 CreateOptions, UpdateOptions and PatchOptions). */
export const WRITE: readonly Parameter[] = [DRY_RUN, query('fieldManager'), query('fieldValidation')];

const SELECTION: readonly Parameter[] = [
  query('continue'),
  query('fieldSelector'),
  query('labelSelector'),
  query('limit', 'integer'),
  RESOURCE_VERSION,
  query('resourceVersionMatch'),
  query('sendInitialEvents', 'boolean'),
  query('timeoutSeconds', 'integer'),
];

/** What lists and watches take (meta/v1 ListOptions). */
export const LIST: readonly Parameter[] = [
  query('allowWatchBookmarks', 'boolean'),
  ...SELECTION,
  query('watch', 'boolean'),
];

/** What deletion takes (meta/v1 DeleteOptions). */
export const DELETE: readonly Parameter[] = [
  DRY_RUN,
  query('gracePeriodSeconds', 'integer'),
  query('ignoreStoreReadErrorWithClusterBreakingPotential', 'boolean'),
  query('orphanDependents', 'boolean'),
  query('propagationPolicy'),
];

/** What the deletion of a collection takes. */
export const DELETE_COLLECTION: readonly Parameter[] = [...SELECTION, ...DELETE];
