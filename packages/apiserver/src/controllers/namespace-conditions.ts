import type { NamespaceCondition } from '@drover/api/types/core-v1';

/** What is left in a namespace that is being emptied. */
export interface Remains {
  /** How many objects of each resource ("pods", "virtualmachines.kubevirt.io") are there. */
  readonly counts: ReadonlyMap<string, number>;
  /** How many objects each finalizer holds. */
  readonly finalizers: ReadonlyMap<string, number>;
  /** Why some could not be deleted. */
  readonly failures: readonly string[];
}

/** One condition: its type, and what it says in the bad case and in the good one. */
interface Wording {
  readonly type: string;
  readonly bad: (remains: Remains) => { readonly reason: string; readonly message: string } | undefined;
  readonly good: { readonly reason: string; readonly message: string };
}

const none = (): undefined => undefined;

// kube-controller-manager's words (pkg/controller/namespace/deletion/status_condition_utils.go), on which `kubectl describe
// namespace` and many guides rely.
const WORDINGS: readonly Wording[] = [
  {
    type: 'NamespaceDeletionDiscoveryFailure',
    bad: none,
    good: { reason: 'ResourcesDiscovered', message: 'All resources successfully discovered' },
  },
  {
    type: 'NamespaceDeletionGroupVersionParsingFailure',
    bad: none,
    good: { reason: 'ParsedGroupVersions', message: 'All legacy kube types successfully parsed' },
  },
  {
    type: 'NamespaceDeletionContentFailure',
    bad: ({ failures }) =>
      failures.length === 0
        ? undefined
        : {
            reason: 'ContentDeletionFailed',
            message: `Failed to delete all resource types, ${failures.length} remaining: ${failures.join(', ')}`,
          },
    good: { reason: 'ContentDeleted', message: 'All content successfully deleted, may be waiting on finalization' },
  },
  {
    type: 'NamespaceContentRemaining',
    bad: ({ counts }) =>
      counts.size === 0
        ? undefined
        : {
            reason: 'SomeResourcesRemain',
            message: `Some resources are remaining: ${list(counts, (resource, count) => `${resource} has ${count} resource instances`)}`,
          },
    good: { reason: 'ContentRemoved', message: 'All content successfully removed' },
  },
  {
    type: 'NamespaceFinalizersRemaining',
    bad: ({ finalizers }) =>
      finalizers.size === 0
        ? undefined
        : {
            reason: 'SomeFinalizersRemain',
            message: `Some content in the namespace has finalizers remaining: ${list(finalizers, (finalizer, count) => `${finalizer} in ${count} resource instances`)}`,
          },
    good: { reason: 'ContentHasNoFinalizers', message: 'All content-preserving finalizers finished' },
  },
];

/** The conditions of a namespace with these remains; `now` (RFC 3339) is when those that changed did. Others are kept. */
export function namespaceConditions(
  before: readonly NamespaceCondition[],
  remains: Remains,
  now: string,
): NamespaceCondition[] {
  const ours = WORDINGS.map(({ type, bad, good }): NamespaceCondition => {
    const wrong = bad(remains);
    const status = wrong ? 'True' : 'False';
    const held = before.find((condition) => condition.type === type);
    const lastTransitionTime = held?.status === status ? (held.lastTransitionTime ?? now) : now;
    return { type, status, lastTransitionTime, ...(wrong ?? good) };
  });
  return [...before.filter(({ type }) => !WORDINGS.some((wording) => wording.type === type)), ...ours];
}

function list(counts: ReadonlyMap<string, number>, say: (name: string, count: number) => string): string {
  return [...counts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, count]) => say(name, count))
    .join(', ');
}
