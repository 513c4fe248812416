import type {
  ClusterRoleTemplateBinding,
  GlobalRoleBinding,
  Project,
  ProjectRoleTemplateBinding,
  RoleTemplate,
  Stored,
} from '@drover/api';
import type { BindingSubject } from '../rbac/subject.js';
import { builtInRoleTemplates } from '../roles/role-templates.js';

/** The cluster that the objects of this file are about. */
export const CLUSTER = 'c-m-abcd2345';

const stored = (name: string, namespace?: string) => ({
  name,
  ...(namespace === undefined ? {} : { namespace }),
  uid: `uid of ${name}`,
  resourceVersion: '1',
  creationTimestamp: '2030-01-01T00:00:00Z',
});

/** A user's or group's global role. */
export const globalBinding = (role: string, subject: BindingSubject, name = 'grb'): Stored<GlobalRoleBinding> => ({
  apiVersion: 'management.cattle.io/v3',
  kind: 'GlobalRoleBinding',
  metadata: stored(name),
  globalRoleName: role,
  ...subject,
});

/** A member of the cluster. */
export const clusterMember = (
  template: string,
  subject: BindingSubject,
  name = 'crtb',
): Stored<ClusterRoleTemplateBinding> => ({
  apiVersion: 'management.cattle.io/v3',
  kind: 'ClusterRoleTemplateBinding',
  metadata: stored(name, CLUSTER),
  clusterName: CLUSTER,
  roleTemplateName: template,
  ...subject,
});

/** A project of the cluster. */
export const project = (name: string): Stored<Project> => ({
  apiVersion: 'management.cattle.io/v3',
  kind: 'Project',
  metadata: stored(name, CLUSTER),
  spec: { clusterName: CLUSTER, displayName: name },
  status: { backingNamespace: `${CLUSTER}-${name}` },
});

/** A member of a project of the cluster. */
export const projectMember = (
  of: string,
  template: string,
  subject: BindingSubject,
  name = 'prtb',
): Stored<ProjectRoleTemplateBinding> => ({
  apiVersion: 'management.cattle.io/v3',
  kind: 'ProjectRoleTemplateBinding',
  metadata: stored(name, `${CLUSTER}-${of}`),
  projectName: `${CLUSTER}:${of}`,
  roleTemplateName: template,
  ...subject,
});

const builtIn = new Map(builtInRoleTemplates().map((template) => [template.metadata.name, template]));

/** A built-in role template. */
export const findBuiltIn = (name: string): RoleTemplate | undefined => builtIn.get(name);
