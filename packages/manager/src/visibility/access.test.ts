import { namespaces, nodes, type PolicyRule, pods } from '@drover/api';
import { expect, it } from 'vitest';
import { accessTo } from './access.js';

const VERBS = ['create', 'get', 'list', 'watch'];
const [POD, NODE, NAMESPACE] = [pods, nodes, namespaces].map((kind) => ({ kind, verbs: VERBS }));
const rule = (resource: string, verbs: string[], resourceNames?: string[]): PolicyRule => ({
  apiGroups: [''],
  resources: [resource],
  verbs,
  ...(resourceNames === undefined ? {} : { resourceNames }),
});
const of = (everywhere: PolicyRule[], inNamespace: Record<string, PolicyRule[]> = {}) => {
  const held = { everywhere, inNamespace: new Map(Object.entries(inNamespace)) };
  const kinds = [POD, NODE, NAMESPACE].filter((kind) => kind !== undefined);
  return Object.fromEntries(
    [...accessTo(kinds, held)].map(([{ kind }, access]) => [kind.plural, Object.fromEntries(access)]),
  );
};

it('says of each verb where it holds, and nothing of kinds that nothing can be done with', () => {
  const reads = rule('pods', ['list', 'create', 'fly']);
  expect(of([rule('pods', ['get'])], { a: [reads], b: [reads] })).toEqual({
    pods: {
      create: [
        { namespace: 'a', resourceName: '*' },
        { namespace: 'b', resourceName: '*' },
      ],
      get: [{ namespace: '*', resourceName: '*' }],
      list: [
        { namespace: 'a', resourceName: '*' },
        { namespace: 'b', resourceName: '*' },
      ],
    },
  });
});

it('tells one place for each rule when that is enough', () => {
  const reads = rule('pods', ['list']);
  const held = {
    everywhere: [],
    inNamespace: new Map([
      ['a', [reads]],
      ['b', [reads]],
    ]),
  };
  const [access] = accessTo(POD === undefined ? [] : [POD], held, 'one place').values();
  expect(access?.get('list')).toEqual([{ namespace: 'a', resourceName: '*' }]);
});

it('counts who may get an object by name among those who may list it', () => {
  const { nodes: access } = of([rule('nodes', ['get'], ['n1'])]);
  expect(access?.['list']).toEqual([{ namespace: '*', resourceName: 'n1' }]);
});

it('gives by a role in a namespace nothing outside of it but the namespace itself', () => {
  const access = of([], { a: [rule('*', ['*'])] });
  expect(access['nodes']).toBeUndefined();
  expect(access['namespaces']?.['get']).toEqual([{ namespace: '*', resourceName: 'a' }]);
});

it('is brief about what holds everywhere', () => {
  const { pods: access } = of([rule('pods', ['list'])], { a: [rule('pods', ['list'], ['x'])] });
  expect(access?.['list']).toEqual([{ namespace: '*', resourceName: '*' }]);
});
