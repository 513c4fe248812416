/** What somebody has been given, and no more: global roles, and a role in the imported cluster or in one project of it. */
export interface Role {
  /** As the documents call it. */
  readonly name: string;
  readonly globalRoles: readonly string[];
  readonly clusterRole?: string;
  readonly projectRole?: string;
}

const global = (name: string): Role => ({ name, globalRoles: [name] });
/** The right to manage something, beside what everybody has. */
const managing = (name: string): Role => ({ name, globalRoles: ['user-base', name] });
const inCluster = (name: string): Role => ({ name, globalRoles: ['user-base'], clusterRole: name });
const inProject = (name: string): Role => ({ name, globalRoles: ['user-base'], projectRole: name });

/** Everybody whose rights are tried. Members have the smallest global role, so that what they may do is their role's. */
export const ROLES: readonly Role[] = [
  global('user-base'),
  global('user'),
  inProject('read-only'),
  inProject('virt-project-view'),
  inProject('virt-project-operate'),
  inProject('virt-project-manage'),
  inProject('project-member'),
  inProject('project-owner'),
  inCluster('cluster-member'),
  inCluster('virt-view-cluster'),
  inCluster('virt-cluster-operate'),
  inCluster('virt-cluster-manage'),
  inCluster('cluster-owner'),
  managing('clusters-create'),
  managing('users-manage'),
  managing('roles-manage'),
  managing('settings-manage'),
  managing('authn-manage'),
  managing('view-rancher-metrics'),
  global('admin'),
];

/** Roles that only look: whatever changes something is refused to them. */
export const READERS: readonly string[] = ['user-base', 'read-only', 'virt-project-view', 'virt-view-cluster'];
