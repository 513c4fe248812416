import { describe, expect, it } from 'vitest';
import type { PolicyRule } from '../generated/types/rbac-v1.js';
import { ruleAllows } from './rule.js';

const rule = (resources: string[], { verbs = ['get'], groups = [''], names = [] as string[] } = {}): PolicyRule => ({
  verbs,
  apiGroups: groups,
  resources,
  ...(names.length > 0 ? { resourceNames: names } : {}),
});
const ask = (path: string, { verb = 'get', group = '', name = '' } = {}) => {
  const [resource = '', ...rest] = path.split('/');
  return { verb, group, resource, ...(rest.length > 0 ? { subresource: rest.join('/') } : {}), name };
};

describe('an RBAC rule on resources', () => {
  it.each<[string, PolicyRule, ReturnType<typeof ask>, boolean]>([
    ['grants its resource', rule(['pods']), ask('pods'), true],
    ['grants no other resource', rule(['pods']), ask('secrets'), false],
    ['grants no longer name with the same start', rule(['virtualmachine']), ask('virtualmachines'), false],
    ['grants no other verb', rule(['pods']), ask('pods', { verb: 'list' }), false],
    ['grants any verb with *', rule(['pods'], { verbs: ['*'] }), ask('pods', { verb: 'impersonate' }), true],
    ['grants nothing in another group', rule(['clusters'], { groups: ['a'] }), ask('clusters', { group: 'b' }), false],
    ['grants nothing in the core group unless it says ""', rule(['pods'], { groups: ['a'] }), ask('pods'), false],
    ['grants any group with *', rule(['pods'], { groups: ['*'] }), ask('pods', { group: 'metrics.k8s.io' }), true],
    ['grants nothing without groups', { verbs: ['get'], resources: ['pods'] }, ask('pods'), false],
    ['grants no subresource by its resource', rule(['pods']), ask('pods/log'), false],
    ['grants a subresource it names', rule(['pods/log']), ask('pods/log'), true],
    ['grants no resource by its subresource', rule(['pods/log']), ask('pods'), false],
    ['grants subresources with *', rule(['*']), ask('pods/exec'), true],
    ['grants a subresource of any resource', rule(['*/scale']), ask('deployments/scale'), true],
    ['grants no other subresource with */scale', rule(['*/scale']), ask('deployments/status'), false],
    ['grants no resource with */scale', rule(['*/scale']), ask('scale'), false],
    ['matches deep subresources whole', rule(['virtualmachines/addvolume']), ask('virtualmachines/addvolume/x'), false],
    ['grants a deep subresource it names', rule(['vms/portforward/22']), ask('vms/portforward/22'), true],
    ['does not take * as a part of a name', rule(['po*']), ask('pods'), false],
    ['grants a name it lists', rule(['secrets'], { names: ['a'] }), ask('secrets', { name: 'a' }), true],
    ['grants no name it does not list', rule(['secrets'], { names: ['a'] }), ask('secrets', { name: 'b' }), false],
    ['with names, grants nothing without a name', rule(['secrets'], { names: ['a'] }), ask('secrets'), false],
    ['never takes an empty name as listed', rule(['secrets'], { names: [''] }), ask('secrets'), false],
  ])('%s', (_name, given, asked, expected) => {
    expect(ruleAllows(given, asked)).toBe(expected);
  });
});

describe('an RBAC rule on paths', () => {
  it.each([
    ['/healthz', '/healthz', true],
    ['/healthz', '/healthz/etcd', false],
    ['/healthz/*', '/healthz/etcd', true],
    ['/healthz/*', '/healthzz', false],
    ['/metrics*', '/metrics/slis', true],
    ['*', '/anything', true],
    ['/a/*/b', '/a/x/b', false],
  ])('%s on %s answers %s', (url, path, expected) => {
    expect(ruleAllows({ verbs: ['get'], nonResourceURLs: [url] }, { verb: 'get', path })).toBe(expected);
  });

  it('grants no path by a rule on resources', () => {
    expect(ruleAllows(rule(['*'], { groups: ['*'], verbs: ['*'] }), { verb: 'get', path: '/metrics' })).toBe(false);
  });

  it('grants no resource by a rule on paths', () => {
    expect(ruleAllows({ verbs: ['*'], nonResourceURLs: ['*'] }, ask('pods'))).toBe(false);
  });
});
