import { namespaces, type PolicyRule, pods, projects } from '@drover/api';
import { describe, expect, it } from 'vitest';
import { Sight, sightOf } from './sight.js';

const READ = ['get', 'list', 'watch'];
const rule = (resource: string, verbs: string[], resourceNames?: string[], apiGroup = ''): PolicyRule => ({
  apiGroups: [apiGroup],
  resources: [resource],
  verbs,
  ...(resourceNames === undefined ? {} : { resourceNames }),
});
const held = (everywhere: PolicyRule[], inNamespace: Record<string, PolicyRule[]> = {}) => ({
  everywhere,
  inNamespace: new Map(Object.entries(inNamespace)),
});

describe('of a kind with namespaces somebody sees', () => {
  it('the namespaces in which they may list and watch it', () => {
    const { parts } = sightOf(
      held([], {
        a: [rule('pods', READ)],
        b: [rule('pods', ['get'])],
        c: [rule('secrets', READ)],
        d: [rule('*', ['*'])],
      }),
      pods,
    );
    expect(parts).toEqual([{ namespace: 'a' }, { namespace: 'd' }]);
  });

  it('all of a namespace when its rules and those of everywhere let them together', () => {
    const { parts } = sightOf(held([rule('pods', ['watch'])], { a: [rule('pods', ['list'])] }), pods);
    expect(parts).toEqual([{ namespace: 'a' }]);
  });

  it('elsewhere the objects that they may get by name', () => {
    const named = rule('projects', ['get'], ['p-one', 'p-two'], 'management.cattle.io');
    expect(sightOf(held([], { 'c-m-abcd2345': [named] }), projects).parts).toEqual([
      { namespace: 'c-m-abcd2345', name: 'p-one' },
      { namespace: 'c-m-abcd2345', name: 'p-two' },
    ]);
  });
});

it('of namespaces somebody sees those they are named for, and those whose own rules let them', () => {
  const sight = sightOf(
    held([rule('namespaces', ['get'], ['mine'])], { own: [rule('namespaces', READ)], other: [rule('pods', READ)] }),
    namespaces,
  );
  expect(sight.parts).toEqual([{ name: 'mine' }, { name: 'own' }]);
});

describe('a sight', () => {
  const sight = new Sight([{ namespace: 'b' }, { namespace: 'a', name: 'x' }, { namespace: 'b', name: 'x' }]);

  it('has each object once', () => {
    expect(sight.parts).toEqual([{ namespace: 'a', name: 'x' }, { namespace: 'b' }]);
    expect(sight.partOf({ namespace: 'b', name: 'x' })).toEqual({ namespace: 'b' });
    expect(sight.partOf({ namespace: 'a', name: 'y' })).toBeUndefined();
  });

  it('has the same scope in any order, and another with one part less', () => {
    expect(new Sight([{ namespace: 'a', name: 'x' }, { namespace: 'b' }]).scope).toBe(sight.scope);
    expect(sight.within({ namespace: 'b' }).scope).not.toBe(sight.scope);
  });

  it('is narrowed to a namespace and to a name', () => {
    expect(sight.within({ namespace: 'a' }).parts).toEqual([{ namespace: 'a', name: 'x' }]);
    expect(sight.within({ name: 'y' }).parts).toEqual([{ namespace: 'b', name: 'y' }]);
  });
});
