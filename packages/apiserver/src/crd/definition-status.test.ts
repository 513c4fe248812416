import type { CustomResourceDefinition } from '@drover/api/types/apiextensions-v1';
import { expect, it } from 'vitest';
import { settledStatus } from './definition-status.js';

const NOW = '2026-01-01T00:00:00Z';
const names = { plural: 'things', singular: 'thing', kind: 'Thing', listKind: 'ThingList' };

const definition = (parts: { name?: string; spec?: object; metadata?: object; status?: object }) =>
  ({
    metadata: { name: parts.name ?? 'things.example.org', ...parts.metadata },
    spec: {
      group: 'example.org',
      names,
      versions: [{ name: 'v1', served: true, storage: true }],
      ...parts.spec,
    },
    status: parts.status,
  }) as unknown as CustomResourceDefinition;

const conditions = (status: CustomResourceDefinition['status']): string[] =>
  (status?.conditions ?? []).map(
    ({ type, status: holds, reason, message }) => `${type}=${holds} ${reason}: ${message}`,
  );

it('a definition gets its names, and its kind is served', () => {
  const status = settledStatus(definition({}), [], NOW);
  expect(status).toMatchObject({ acceptedNames: names, storedVersions: ['v1'] });
  expect(conditions(status)).toEqual([
    'NamesAccepted=True NoConflicts: no conflicts found',
    'Established=True InitialNamesAccepted: the initial names have been accepted',
  ]);
});

it('names that another of the group has are not given; the last conflict is told', () => {
  const other = definition({ name: 'gadgets.example.org', status: { acceptedNames: { ...names, plural: 'gadgets' } } });
  const status = settledStatus(definition({}), [other], NOW);
  expect(status.acceptedNames).toEqual({ plural: 'things', kind: '' });
  expect(conditions(status)).toEqual([
    'NamesAccepted=False ListKindConflict: "ThingList" is already in use',
    'Established=False NotAccepted: not all names are accepted',
  ]);
});

it('short names are given together or not at all', () => {
  const other = definition({
    name: 'x.example.org',
    status: { acceptedNames: { plural: 'x', kind: 'X', shortNames: ['a', 'b'] } },
  });
  const wants = definition({ spec: { names: { ...names, shortNames: ['a', 'b', 'c'] } } });
  const status = settledStatus(wants, [other], NOW);
  expect(status.acceptedNames).toEqual(names);
  expect(conditions(status)[0]).toBe(
    'NamesAccepted=False ShortNamesConflict: ["a" is already in use, "b" is already in use]',
  );
});

it('a kind that is served stays so when it asks for a name too many, and keeps what it has', () => {
  const first = settledStatus(definition({}), [], NOW);
  const other = definition({ name: 'x.example.org', status: { acceptedNames: { plural: 'x', kind: 'X' } } });
  const wants = definition({ spec: { names: { ...names, singular: 'x' } }, status: first });
  const status = settledStatus(wants, [other], '2026-01-02T00:00:00Z');
  expect(status.acceptedNames).toMatchObject({ singular: 'thing' });
  expect(status.conditions).toMatchObject([
    { type: 'NamesAccepted', status: 'False', lastTransitionTime: '2026-01-02T00:00:00Z' },
    { type: 'Established', status: 'True', lastTransitionTime: NOW },
  ]);
});

it.each([
  [
    'https://github.com/kubernetes/kubernetes/pull/1',
    'True ApprovedAnnotation: approved in https://github.com/kubernetes/kubernetes/pull/1',
  ],
  ['unapproved, a test', 'False UnapprovedAnnotation: not approved: "unapproved, a test"'],
])('in a group of Kubernetes, the annotation %j is told', (value, told) => {
  const metadata = { annotations: { 'api-approved.kubernetes.io': value } };
  const status = settledStatus(definition({ metadata, spec: { group: 'x.k8s.io' } }), [], NOW);
  expect(conditions(status)[0]).toBe(`KubernetesAPIApprovalPolicyConformant=${told}`);
});

it('a version that was stored once is remembered', () => {
  const versions = [
    { name: 'v1', storage: false },
    { name: 'v2', storage: true },
  ];
  const status = settledStatus(definition({ spec: { versions }, status: { storedVersions: ['v1'] } }), [], NOW);
  expect(status.storedVersions).toEqual(['v1', 'v2']);
});
