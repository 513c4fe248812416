import type { ApiRequest, Attributes, Identity } from '@drover/api';
import { ruleAllows, SYSTEM_MASTERS } from '@drover/api';
import type { PolicyRule } from '@drover/api/types/rbac-v1';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { impersonated } from './impersonation.js';
import type { RuleIndex } from './rule-index.js';

const caller: Identity = { name: 'agent', groups: ['system:authenticated'], extra: {} };

function request(headers: Record<string, string | string[]>): ApiRequest {
  async function* nothing(): AsyncGenerator<Uint8Array> {}
  return { method: 'GET', url: '/', headers, body: nothing(), signal: new AbortController().signal };
}

/** Rights of the caller, by the same rule matcher as always. */
function holding(...rules: PolicyRule[]): RuleIndex {
  const decide = (_identity: Identity, attributes: Attributes) => ({
    allowed: rules.some((rule) => ruleAllows(rule, attributes)),
    reason: '',
  });
  return { decide } as unknown as RuleIndex;
}

const impersonate = (group: string, ...resources: string[]): PolicyRule => ({
  verbs: ['impersonate'],
  apiGroups: [group],
  resources,
});

describe('impersonation', () => {
  it('changes nothing without headers', () => {
    expect(impersonated(request({ accept: '*/*' }), caller, holding())).toBe(caller);
  });

  it('makes the caller the user and the groups it may impersonate', () => {
    const headers = {
      'impersonate-user': 'u-1',
      'impersonate-group': ['a', 'b'],
      'impersonate-extra-acme.io%2fteam': 'x',
    };
    const rules = holding(
      impersonate('', 'users', 'groups'),
      impersonate('authentication.k8s.io', 'userextras/acme.io/team'),
    );
    expect(impersonated(request(headers), caller, rules)).toEqual({
      name: 'u-1',
      groups: ['a', 'b', 'system:authenticated'],
      extra: { 'acme.io/team': ['x'] },
    });
  });

  it('gives a service account its groups', () => {
    const headers = { 'impersonate-user': 'system:serviceaccount:ns:sa' };
    const found = impersonated(request(headers), caller, holding(impersonate('', 'serviceaccounts')));
    expect(found.groups).toEqual(['system:serviceaccounts', 'system:serviceaccounts:ns', 'system:authenticated']);
  });

  it('takes a name that no service account can have for one of a user', () => {
    const headers = { 'impersonate-user': 'system:serviceaccount:NS:sa' };
    expect(() => impersonated(request(headers), caller, holding(impersonate('', 'serviceaccounts')))).toThrow(/users/);
    const found = impersonated(request(headers), caller, holding(impersonate('', 'users')));
    expect(found.groups).toEqual(['system:authenticated']);
  });

  it.each([
    [{ 'impersonate-user': 'u' }, [impersonate('', 'groups')]],
    [{ 'impersonate-user': 'system:serviceaccount:ns:sa' }, [impersonate('', 'users')]],
    [{ 'impersonate-user': 'u', 'impersonate-group': 'g' }, [impersonate('', 'users')]],
    [{ 'impersonate-user': 'u', 'impersonate-uid': '1' }, [impersonate('', 'users')]],
    [{ 'impersonate-user': 'u', 'impersonate-extra-k': 'v' }, [impersonate('', 'users')]],
  ])('refuses %j to who may not impersonate each part', (headers, rules) => {
    expect(() => impersonated(request(headers), caller, holding(...rules))).toThrow(/cannot impersonate/);
  });

  it('tells which part is refused in the words of Kubernetes', () => {
    const headers = { 'impersonate-user': 'u', 'impersonate-extra-scopes': 'development' };
    expect(() => impersonated(request(headers), caller, holding(impersonate('', 'users')))).toThrow(
      'userextras.authentication.k8s.io "development" is forbidden: User "agent" cannot impersonate resource "userextras/scopes" in API group "authentication.k8s.io" at the cluster scope',
    );
    const account = { 'impersonate-user': 'system:serviceaccount:ns:sa' };
    expect(() => impersonated(request(account), caller, holding())).toThrow(
      'serviceaccounts "sa" is forbidden: User "agent" cannot impersonate resource "serviceaccounts" in API group "" in the namespace "ns"',
    );
  });

  it('makes the anonymous user one who is not known, and everyone else one who is', () => {
    const all = holding({ verbs: ['*'], apiGroups: ['*'], resources: ['*'] });
    const groupsOf = (user: string, ...groups: string[]): readonly string[] =>
      impersonated(request({ 'impersonate-user': user, 'impersonate-group': groups }), caller, all).groups;
    expect(groupsOf('system:anonymous')).toEqual(['system:unauthenticated']);
    expect(groupsOf('u', 'g')).toEqual(['g', 'system:authenticated']);
    expect(groupsOf('u', 'system:unauthenticated')).toEqual(['system:unauthenticated']);
  });

  it('refuses groups without a user, several users, and headers it does not know', () => {
    const all = holding({ verbs: ['*'], apiGroups: ['*'], resources: ['*'] });
    expect(() => impersonated(request({ 'impersonate-group': 'g' }), caller, all)).toThrow(
      /without impersonating a user/,
    );
    expect(() => impersonated(request({ 'impersonate-user': ['a', 'b'] }), caller, all)).toThrow(/once/);
    expect(() => impersonated(request({ 'impersonate-user': 'a', 'impersonate-tenant': 'b' }), caller, all)).toThrow(
      /unknown/,
    );
  });

  it('leads to system:masters only from who may everything already', () => {
    const headers = { 'impersonate-user': 'u', 'impersonate-group': SYSTEM_MASTERS };
    const resources: PolicyRule = { verbs: ['*'], apiGroups: ['*'], resources: ['*'] };
    const paths: PolicyRule = { verbs: ['*'], nonResourceURLs: ['*'] };
    expect(() => impersonated(request(headers), caller, holding(resources))).toThrow(/system:masters/);
    expect(impersonated(request(headers), caller, holding(resources, paths)).groups).toContain(SYSTEM_MASTERS);
  });

  it('never reaches a group or user that was not allowed, whatever the headers', () => {
    const rules = holding({
      verbs: ['impersonate'],
      apiGroups: [''],
      resources: ['users', 'groups'],
      resourceNames: ['u', 'g'],
    });
    const name = fc.constantFrom('impersonate-user', 'impersonate-group', 'impersonate-uid', 'impersonate-extra-a');
    const value = fc.constantFrom('u', 'g', 'admin', 'system:masters', 'system:admin', '');
    const headers = fc.dictionary(name, fc.oneof(value, fc.array(value, { maxLength: 3 })));
    fc.assert(
      fc.property(headers, (sent) => {
        let found: Identity;
        try {
          found = impersonated(request(sent), caller, rules);
        } catch {
          return true;
        }
        const allowed = ['u', 'g', 'agent', 'system:authenticated'];
        return [found.name, ...found.groups].every((word) => allowed.includes(word));
      }),
    );
  });
});
