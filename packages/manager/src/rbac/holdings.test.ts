import type { PolicyRule, RoleTemplate } from '@drover/api';
import { describe, expect, it } from 'vitest';
import { builtInRoleTemplates } from '../roles/role-templates.js';
import { findBuiltIn } from '../testing/bindings.js';
import { excess, givenBy, heldBy } from './holdings.js';

const may = (holder: string, gives: string, find = findBuiltIn): string | undefined =>
  excess(givenBy([gives], find), heldBy([holder], find));
const named = (context: string): string[] =>
  builtInRoleTemplates()
    .filter((template) => template.context === context)
    .map(({ metadata }) => metadata.name ?? '');
const template = (name: string, facts: Partial<RoleTemplate>): RoleTemplate => ({
  apiVersion: 'management.cattle.io/v3',
  kind: 'RoleTemplate',
  metadata: { name },
  external: false,
  ...facts,
});
const with_ =
  (...more: RoleTemplate[]) =>
  (name: string): RoleTemplate | undefined =>
    more.find(({ metadata }) => metadata.name === name) ?? findBuiltIn(name);
const pods = (verb: string): PolicyRule => ({ apiGroups: [''], resources: ['pods'], verbs: [verb] });

describe('what somebody may give to others', () => {
  it.each([...named('cluster'), ...named('project')])('an owner of a cluster may give %s', (name) => {
    expect(may('cluster-owner', name)).toBeUndefined();
  });

  // Monitoring is a cluster's own.
  const foreign = ['project-monitoring-readonly', 'monitoring-ui-view'];
  it.each(named('project').filter((name) => !foreign.includes(name)))(
    'an owner of a project may give %s in it',
    (name) => {
      expect(may('project-owner', name)).toBeUndefined();
    },
  );

  it.each([
    ['project-member', 'project-owner'],
    ['read-only', 'project-member'],
    ['virt-project-view', 'virt-project-operate'],
    ['virt-project-operate', 'virt-project-manage'],
    ['cluster-member', 'projects-view'],
    ['nodes-manage', 'cluster-owner'],
    ['virt-cluster-manage', 'cluster-owner'],
    ['project-owner', 'cluster-admin'],
  ])('who has %s may not give %s', (holder, gives) => expect(may(holder, gives)).toBeDefined());

  it('a role of the cluster itself may be given by who has it, or a larger one', () => {
    expect(may('admin', 'edit')).toBeUndefined();
    expect(may('edit', 'edit')).toBeUndefined();
    expect(may('edit', 'admin')).toBe('the role "admin" of the cluster itself');
  });

  it('a role that nobody here knows counts as everything, also when it is inherited, or not there yet', () => {
    const find = with_(
      template('theirs', { external: true, externalRules: [pods('get')] }),
      template('heir', { rules: [], roleTemplateNames: ['theirs'] }),
      template('early', { rules: [], roleTemplateNames: ['to-come'] }),
    );
    for (const gives of ['theirs', 'heir', 'early']) expect(may('project-owner', gives, find)).toBeDefined();
    expect(may('cluster-owner', 'heir', find)).toBeUndefined();
  });

  it('says what is missing as people say it', () => {
    const find = with_(template('looks', { rules: [pods('get')] }), template('deletes', { rules: [pods('delete')] }));
    expect(may('looks', 'deletes', find)).toBe('"delete" on pods');
  });
});
