import type { GlobalRole, RoleTemplate } from '@drover/api';
import { describe, expect, it } from 'vitest';
import { stored } from '../testing/stored.js';
import { deleteRoleOffer, editRoleOffer, templateCommands } from './commands.js';
import { type Role, rolesOf } from './role.js';
import {
  draftOf,
  emptyRole,
  emptyRule,
  formOf,
  globalRoleObject,
  roleFaults,
  ruleOf,
  templateObject,
} from './role-form.js';

const api = { apiVersion: 'management.cattle.io/v3' } as const;
const template = (name: string, part: Partial<RoleTemplate> = {}) =>
  stored<RoleTemplate>({ ...api, kind: 'RoleTemplate', context: 'project', ...part, metadata: { name } });
const global = (name: string, part: Partial<GlobalRole> = {}) =>
  stored<GlobalRole>({ ...api, kind: 'GlobalRole', ...part, metadata: { name } });
const NOTHING = { globalRoles: [], templates: [], globalBindings: [], clusterBindings: [], projectBindings: [] };
const roleOf = (object: ReturnType<typeof template>): Role => {
  const [role] = rolesOf({ ...NOTHING, templates: [object] });
  if (role === undefined) throw new Error('no role');
  return role;
};

describe('a rule', () => {
  it.each([
    { verbs: ['get', 'list'], apiGroups: ['', 'apps'], resources: ['pods', 'deployments/scale'] },
    { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
    { verbs: ['get', 'own'], apiGroups: ['x.io'], resources: ['things'], resourceNames: ['a', 'b'] },
    { verbs: ['get'], nonResourceURLs: ['/metrics', '/healthz/*'] },
  ])('%o comes back as it was', (rule) => {
    expect(ruleOf(draftOf(rule))).toEqual(rule);
  });

  it('says what it lacks', () => {
    const fault = (part: object, context: 'global' | 'project' = 'project') =>
      roleFaults({ ...emptyRole(context), name: 'x', rules: [{ ...emptyRule, ...part }] }).get('rules.0')?.key;
    expect(fault({ resources: 'pods' })).toBeUndefined();
    expect(fault({})).toBe('role.fault.resources');
    expect(fault({ resources: 'pods', verbs: new Set() })).toBe('role.fault.verbs');
    expect(fault({ resources: 'pods', urls: '/metrics' })).toBe('role.fault.both');
    expect(fault({ urls: '/metrics' })).toBe('role.fault.urls');
    expect(fault({ urls: '/metrics' }, 'global')).toBeUndefined();
  });
});

describe('a role', () => {
  it('keeps what its form does not show', () => {
    const namespacedRules = { here: [{ verbs: ['get'], apiGroups: [''], resources: ['pods'] }] };
    const role = global('mine', { displayName: 'Mine', rules: [], namespacedRules });
    const [shown] = rolesOf({ ...NOTHING, globalRoles: [role] });
    if (shown === undefined) throw new Error('no role');
    expect(globalRoleObject({ ...formOf(shown), name: 'Ours' }, { edited: role })).toMatchObject({
      metadata: { name: 'mine' },
      displayName: 'Ours',
      namespacedRules,
    });
  });

  it('is a default for the makers of what it is for', () => {
    const form = { ...emptyRole('cluster'), isDefault: true };
    expect(templateObject(form, {})).toMatchObject({
      clusterCreatorDefault: true,
      projectCreatorDefault: false,
    });
  });

  it('is cloned without its name and without being built in', () => {
    const cloned = template('read-only', { builtin: true, externalRules: [], roleTemplateNames: ['view'] });
    const clone = templateObject(formOf(roleOf(cloned)), { cloned });
    expect(clone).toMatchObject({
      metadata: { generateName: 'rt-' },
      roleTemplateNames: ['view'],
      externalRules: [],
    });
    expect(clone.builtin).toBe(false);
  });

  it('that is built in or inherited stays', () => {
    expect(editRoleOffer(roleOf(template('a', { builtin: true })))).toEqual({ key: 'role.refused.builtIn' });
    const [base] = rolesOf({ ...NOTHING, templates: [template('a'), template('b', { roleTemplateNames: ['a'] })] });
    expect(base && deleteRoleOffer(base)).toMatchObject({ key: 'role.refused.inherited', values: { names: 'b' } });
  });

  it('is locked or unlocked, a default or none', () => {
    const offered = (part: Partial<RoleTemplate>) =>
      templateCommands.filter(({ offer }) => offer(roleOf(template('a', part))) === 'yes').map(({ id }) => id);
    expect(offered({})).toEqual(['make-default', 'lock']);
    expect(offered({ locked: true, projectCreatorDefault: true })).toEqual(['drop-default', 'unlock']);
  });
});
