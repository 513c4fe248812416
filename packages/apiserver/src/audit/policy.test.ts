import type { Attributes, Identity } from '@drover/api';
import { describe, expect, it } from 'vitest';
import { parseAuditPolicy } from './policy-document.js';

const policy = (rules: readonly object[], rest: object = {}) =>
  parseAuditPolicy({ apiVersion: 'audit.k8s.io/v1', kind: 'Policy', rules, ...rest });
const ann: Identity = { name: 'ann', groups: ['devs', 'system:authenticated'], extra: {} };
const pods: Attributes = { verb: 'get', group: '', resource: 'pods', namespace: 'default', name: 'a' };

describe('an audit policy', () => {
  it.each<[string, object, Attributes, boolean]>([
    ['nothing fits everything', {}, pods, true],
    ['users', { users: ['ann'] }, pods, true],
    ['other users', { users: ['ben'] }, pods, false],
    ['groups', { userGroups: ['ops', 'devs'] }, pods, true],
    ['other groups', { userGroups: ['ops'] }, pods, false],
    ['verbs', { verbs: ['list', 'get'] }, pods, true],
    ['other verbs', { verbs: ['list'] }, pods, false],
    ['namespaces', { namespaces: ['default'] }, pods, true],
    ['no namespace', { namespaces: [''] }, pods, false],
    ['no namespace', { namespaces: [''] }, { verb: 'get', group: '', resource: 'nodes' }, true],
    ['a group', { resources: [{ group: '' }] }, pods, true],
    ['another group', { resources: [{ group: 'apps' }] }, pods, false],
    ['a resource', { resources: [{ group: '', resources: ['pods'] }] }, pods, true],
    [
      'a resource without its parts',
      { resources: [{ group: '', resources: ['pods'] }] },
      { ...pods, subresource: 'log' },
      false,
    ],
    ['a part', { resources: [{ group: '', resources: ['pods/log'] }] }, { ...pods, subresource: 'log' }, true],
    ['all parts', { resources: [{ group: '', resources: ['pods/*'] }] }, { ...pods, subresource: 'log' }, true],
    ['a part of all', { resources: [{ group: '', resources: ['*/log'] }] }, { ...pods, subresource: 'log' }, true],
    ['everything in a group', { resources: [{ group: '', resources: ['*'] }] }, { ...pods, subresource: 'log' }, true],
    ['names', { resources: [{ group: '', resources: ['pods'], resourceNames: ['a'] }] }, pods, true],
    ['other names', { resources: [{ group: '', resources: ['pods'], resourceNames: ['b'] }] }, pods, false],
    ['a path', { nonResourceURLs: ['/healthz*'] }, { verb: 'get', path: '/healthz/ping' }, true],
    ['another path', { nonResourceURLs: ['/healthz'] }, { verb: 'get', path: '/livez' }, false],
    ['all paths', { nonResourceURLs: ['*'] }, { verb: 'get', path: '/livez' }, true],
    ['paths, of an object', { nonResourceURLs: ['*'] }, pods, false],
    ['objects, of a path', { resources: [{ group: '' }] }, { verb: 'get', path: '/livez' }, false],
  ])('by %s', (_what, rule, attributes, expected) => {
    const { level } = policy([{ level: 'Request', ...rule }]).ruleFor(attributes, ann);
    expect(level === 'Request').toBe(expected);
  });

  it('takes the first rule that fits, and tells nothing where none does', () => {
    const rules = policy([
      { level: 'None', users: ['ann'] },
      { level: 'Metadata', verbs: ['get'] },
    ]);
    expect(rules.ruleFor(pods, ann).level).toBe('None');
    expect(rules.ruleFor(pods, undefined).level).toBe('Metadata');
    expect(rules.ruleFor({ ...pods, verb: 'list' }, undefined).level).toBe('None');
  });

  it('adds a rule’s stages to its own, and lets a rule have its way with managed fields', () => {
    const rules = policy([{ level: 'Metadata', omitStages: ['Panic'], omitManagedFields: false }], {
      omitStages: ['RequestReceived'],
      omitManagedFields: true,
    });
    expect(rules.ruleFor(pods, ann)).toMatchObject({
      omitStages: ['RequestReceived', 'Panic'],
      omitManagedFields: false,
    });
  });
});
