import { expect, it } from 'vitest';
import { namespaceConditions, type Remains } from './namespace-conditions.js';

const empty: Remains = { counts: new Map(), finalizers: new Map(), failures: [] };
const held: Remains = {
  counts: new Map([
    ['secrets.', 1],
    ['configmaps.', 2],
  ]),
  finalizers: new Map([['example.org/hold', 2]]),
  failures: [],
};

it('says what is left and which finalizers hold it, in the words of Kubernetes', () => {
  const conditions = namespaceConditions([], held, '2026-01-01T00:00:00Z');
  expect(conditions.map(({ type, status, reason, message }) => [type, status, reason, message])).toEqual([
    ['NamespaceDeletionDiscoveryFailure', 'False', 'ResourcesDiscovered', 'All resources successfully discovered'],
    [
      'NamespaceDeletionGroupVersionParsingFailure',
      'False',
      'ParsedGroupVersions',
      'All legacy kube types successfully parsed',
    ],
    [
      'NamespaceDeletionContentFailure',
      'False',
      'ContentDeleted',
      'All content successfully deleted, may be waiting on finalization',
    ],
    [
      'NamespaceContentRemaining',
      'True',
      'SomeResourcesRemain',
      'Some resources are remaining: configmaps. has 2 resource instances, secrets. has 1 resource instances',
    ],
    [
      'NamespaceFinalizersRemaining',
      'True',
      'SomeFinalizersRemain',
      'Some content in the namespace has finalizers remaining: example.org/hold in 2 resource instances',
    ],
  ]);
});

it('keeps the time of a condition whose status stays, and conditions of others', () => {
  const other = { type: 'Example', status: 'True', lastTransitionTime: '2025-01-01T00:00:00Z' } as const;
  const first = namespaceConditions([other], held, '2026-01-01T00:00:00Z');
  const second = namespaceConditions(first, empty, '2026-01-02T00:00:00Z');
  const times = Object.fromEntries(second.map(({ type, lastTransitionTime }) => [type, lastTransitionTime]));
  expect(times).toMatchObject({
    Example: '2025-01-01T00:00:00Z',
    NamespaceDeletionContentFailure: '2026-01-01T00:00:00Z',
    NamespaceContentRemaining: '2026-01-02T00:00:00Z',
  });
});
