import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ServedResource } from '../catalog/catalog.js';
import type { StoredObject } from '../registry/core.js';
import { Dependents } from './dependents.js';

const maps: ServedResource = {
  group: '',
  plural: 'configmaps',
  kind: 'ConfigMap',
  version: 'v1',
  namespaced: true,
  verbs: [],
};

function object(name: string, owners: readonly string[], deleted: readonly string[] | undefined): StoredObject {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name,
      namespace: 'n',
      uid: `uid-of-${name}`,
      resourceVersion: '1',
      creationTimestamp: '2026-01-01T00:00:00Z',
      ownerReferences: owners.map((owner) => ({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        name: owner,
        uid: `uid-of-${owner}`,
      })),
      ...(deleted === undefined ? {} : { deletionTimestamp: '2026-01-01T00:00:00Z', finalizers: [...deleted] }),
    },
  };
}

const NAMES = ['a', 'b', 'c', 'd'] as const;
const name = fc.constantFrom(...NAMES);
const steps = fc.array(
  fc.record({
    name,
    owners: fc.uniqueArray(name, { maxLength: 3 }),
    deleted: fc.option(fc.subarray(['orphan', 'foregroundDeletion', 'example.org/x']), { nil: undefined }),
    gone: fc.boolean(),
  }),
  { maxLength: 30 },
);

describe('who depends on whom', () => {
  it('is what the newest state of each object says, whatever it said before', () => {
    fc.assert(
      fc.property(steps, (history) => {
        const graph = new Dependents();
        const newest = new Map<string, (typeof history)[number]>();
        for (const step of history) {
          const state = object(step.name, step.owners, step.deleted);
          if (step.gone) graph.delete(maps, state);
          else graph.set(maps, state);
          if (step.gone) newest.delete(step.name);
          else newest.set(step.name, step);
        }
        for (const owner of NAMES) {
          const expected = [...newest.values()].filter(({ owners }) => owners.includes(owner)).map((step) => step.name);
          expect(
            graph
              .of(`uid-of-${owner}`)
              .map(({ ref }) => ref.name)
              .sort(),
          ).toEqual(expected.sort());
          const waits = newest.get(owner)?.deleted?.some((finalizer) => finalizer !== 'example.org/x') ?? false;
          const reference = { apiVersion: 'v1', kind: 'ConfigMap', name: owner, uid: `uid-of-${owner}` };
          expect(graph.waiting([reference])).toHaveLength(waits ? 1 : 0);
        }
      }),
    );
  });

  it('leaves out objects without owners that nothing waits for', () => {
    const graph = new Dependents();
    expect(graph.set(maps, object('plain', [], undefined)).now).toBeUndefined();
    expect(graph.set(maps, object('held', [], ['example.org/x'])).now).toBeUndefined();
    expect([...graph.nodes()]).toEqual([]);
  });
});
