/** A parameter of an operation, other than its body. */
export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query';
  readonly type: 'boolean' | 'integer' | 'string';
  readonly description: string;
}

const query = (name: string, description: string, type: Parameter['type'] = 'string'): Parameter => ({
  name,
  in: 'query',
  type,
  description,
});
const path = (name: string, description: string): Parameter => ({ name, in: 'path', type: 'string', description });

export const NAME = path('name', 'Name of the object.');
export const NAMESPACE = path('namespace', 'Namespace of the object, or of the objects.');
export const PRETTY = query('pretty', 'Whether the answer is set out for people.');
export const RESOURCE_VERSION = query(
  'resourceVersion',
  'State that is asked for: absent for the latest; 0 for any; of lists, otherwise one not older than this, and of watches the one to go on from.',
);
export const FORCE = query(
  'force',
  'Whether an apply takes over fields that other managers set, instead of being refused. Only for applies.',
  'boolean',
);
const DRY_RUN = query('dryRun', 'All: everything is checked and nothing is stored. No other value is known.');

/** What writes take (meta/v1 CreateOptions, UpdateOptions and PatchOptions). */
export const WRITE: readonly Parameter[] = [
  DRY_RUN,
  query('fieldManager', 'Name under which the fields are noted that are set. Applies need one.'),
  query(
    'fieldValidation',
    'What becomes of unknown and repeated fields: Strict refuses them, Warn (by default) drops them and says so, Ignore drops them.',
  ),
];

const SELECTION: readonly Parameter[] = [
  query('continue', 'Token of the page before, for the next one. The other parameters must be the same.'),
  query('fieldSelector', 'Chooses objects by fields, such as metadata.name=a. All by default.'),
  query('labelSelector', 'Chooses objects by labels, such as app=web,tier!=db. All by default.'),
  query('limit', 'How many objects a page may have. All by default; there may be fewer.', 'integer'),
  RESOURCE_VERSION,
  query('resourceVersionMatch', 'How `resourceVersion` is meant for lists: Exact, or NotOlderThan.'),
  query(
    'sendInitialEvents',
    'Whether a watch begins with the objects that are there, and a bookmark behind them.',
    'boolean',
  ),
  query('timeoutSeconds', 'Seconds after which the request is over, however far it is.', 'integer'),
];

/** What lists and watches take (meta/v1 ListOptions). */
export const LIST: readonly Parameter[] = [
  query('allowWatchBookmarks', 'Whether a watch is told now and then how far it is.', 'boolean'),
  ...SELECTION,
  query('watch', 'Whether to be told of changes instead of getting a list.', 'boolean'),
];

/** What deletion takes (meta/v1 DeleteOptions). */
export const DELETE: readonly Parameter[] = [
  DRY_RUN,
  query('gracePeriodSeconds', 'Seconds that an object is given to end in order; 0 ends it at once.', 'integer'),
  query(
    'ignoreStoreReadErrorWithClusterBreakingPotential',
    'Whether to delete an object whose stored bytes can no longer be read, without looking at finalizers.',
    'boolean',
  ),
  query('orphanDependents', 'Older form of `propagationPolicy`: true is Orphan.', 'boolean'),
  query('propagationPolicy', 'What becomes of dependents: Orphan, Background or Foreground.'),
];

/** What the deletion of a collection takes. */
export const DELETE_COLLECTION: readonly Parameter[] = [...SELECTION, ...DELETE];
