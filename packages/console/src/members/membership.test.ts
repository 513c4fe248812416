import type { ClusterRoleTemplateBinding, Project, ProjectRoleTemplateBinding, RoleTemplate } from '@drover/api';
import { expect, it } from 'vitest';
import { stored } from '../testing/stored.js';
import { membershipsOf } from './membership.js';

const api = { apiVersion: 'management.cattle.io/v3' } as const;

it('memberships say where and as what, in the words people see', () => {
  const inCluster = stored<ClusterRoleTemplateBinding>({
    ...api,
    kind: 'ClusterRoleTemplateBinding',
    metadata: { namespace: 'c-m-1', name: 'crtb-1' },
    clusterName: 'c-m-1',
    roleTemplateName: 'cluster-member',
    userName: 'u-a',
  });
  const inProject = stored<ProjectRoleTemplateBinding>({
    ...api,
    kind: 'ProjectRoleTemplateBinding',
    metadata: { namespace: 'c-m-1-p-x', name: 'prtb-1' },
    projectName: 'c-m-1:p-x',
    roleTemplateName: 'read-only',
    userName: 'u-a',
  });
  const project = stored<Project>({
    ...api,
    kind: 'Project',
    metadata: { namespace: 'c-m-1', name: 'p-x' },
    spec: { clusterName: 'c-m-1', displayName: 'Default' },
  });
  const template = stored<RoleTemplate>({
    ...api,
    kind: 'RoleTemplate',
    metadata: { name: 'read-only' },
    displayName: 'Read-only',
  });
  const found = membershipsOf(
    'u-a',
    [inCluster, { ...inCluster, userName: 'u-b' }],
    [inProject],
    [project],
    [template],
  );
  expect(found.map(({ cluster, project: of, role }) => [cluster, of?.title, role])).toEqual([
    ['c-m-1', undefined, 'cluster-member'],
    ['c-m-1', 'Default', 'Read-only'],
  ]);
});
