import { randomBytes } from 'node:crypto';
import {
  type ClusterRoleTemplateBinding,
  clusterRoleBindings,
  clusterRoles,
  type GlobalRoleBinding,
  type RoleTemplate,
  type Stored,
} from '@drover/api';
import { createFakeClient } from '@drover/client/fake';
import { FakeClock } from '@drover/kit';
import { describe, expect, it } from 'vitest';
import { builtInRoleTemplates } from '../bootstrap/built-in-roles.js';
import { applyRbac, deriveRbac } from './downstream-rbac.js';

const stored = { uid: '1', resourceVersion: '1', creationTimestamp: '2030-01-01T00:00:00Z' };
const globalBinding = (globalRoleName: string, subject: object): Stored<GlobalRoleBinding> => ({
  apiVersion: 'management.cattle.io/v3',
  kind: 'GlobalRoleBinding',
  metadata: { name: 'grb', ...stored },
  globalRoleName,
  ...subject,
});
const member = (roleTemplateName: string, subject: object, name = 'crtb'): Stored<ClusterRoleTemplateBinding> => ({
  apiVersion: 'management.cattle.io/v3',
  kind: 'ClusterRoleTemplateBinding',
  metadata: { name, namespace: 'c-m-abcd2345', ...stored },
  clusterName: 'c-m-abcd2345',
  roleTemplateName,
  ...subject,
});
const template = (name: string): RoleTemplate | undefined =>
  builtInRoleTemplates().find(({ metadata }) => metadata.name === name);
const derive = (globals: Stored<GlobalRoleBinding>[], members: Stored<ClusterRoleTemplateBinding>[]) =>
  deriveRbac({ globalRoleBindings: globals, clusterBindings: members, findTemplate: template });

describe('rights in a cluster', () => {
  it('of this server’s administrators are those of its administrator', () => {
    expect(derive([globalBinding('admin', { userName: 'user-abcde' })], []).bindings).toMatchObject([
      {
        metadata: { name: 'globaladmin-user-abcde' },
        roleRef: { name: 'cluster-admin' },
        subjects: [{ kind: 'User', name: 'user-abcde' }],
      },
    ]);
  });

  it('do not follow from any other global role', () => {
    expect(derive([globalBinding('user', { userName: 'u-abcde' })], [])).toEqual({ roles: [], bindings: [] });
  });

  it('of a member are the roles of the template and those it inherits; roles the cluster has are not made', () => {
    const { roles, bindings } = derive([], [member('project-owner', { userName: 'u-abcde' })]);
    expect(roles.map(({ metadata }) => metadata.name)).toEqual(['project-owner']);
    expect(bindings.map(({ roleRef }) => roleRef.name)).toEqual(['project-owner', 'admin']);
    for (const { metadata } of bindings) expect(metadata.name).toMatch(/^crb-[a-z2-7]{10}$/);
  });

  it.each([
    ['an unknown template', member('no-such-template', { userName: 'u-abcde' })],
    ['nobody', member('cluster-owner', {})],
    ['a user of Kubernetes’ own', member('cluster-owner', { userName: 'system:admin' })],
    ['a group of Kubernetes’ own', member('cluster-owner', { groupPrincipalName: 'system:masters' })],
  ])('are not given to %s', (_, binding) => expect(derive([], [binding])).toEqual({ roles: [], bindings: [] }));

  it('are gone when their binding is, and what others made stays', async () => {
    const client = createFakeClient({ clock: new FakeClock(), random: randomBytes });
    await client.create(clusterRoles, {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name: 'theirs' },
    });
    await applyRbac(
      client,
      derive([globalBinding('admin', { userName: 'user-a' })], [member('cluster-owner', { userName: 'u-b' })]),
    );
    expect((await client.list(clusterRoleBindings)).items).toHaveLength(2);
    await applyRbac(client, derive([], []));
    expect((await client.list(clusterRoleBindings)).items).toEqual([]);
    expect((await client.list(clusterRoles)).items.map(({ metadata }) => metadata.name)).toEqual(['theirs']);
  });
});
