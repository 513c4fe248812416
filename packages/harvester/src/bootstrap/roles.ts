import type { ClusterRole, ClusterRoleBinding, RoleBinding } from '@drover/api';
import { PUBLIC_SETTINGS } from '../setting/defaults.js';

const RBAC = 'rbac.authorization.k8s.io';
const READ = ['get', 'list', 'watch'];

const HARVESTER_RESOURCES = [
  'keypairs',
  'virtualmachineimages',
  'virtualmachinetemplates',
  'virtualmachinetemplateversions',
  'virtualmachinebackups',
  'virtualmachinerestores',
];
const KUBEVIRT_RESOURCES = [
  'virtualmachines',
  'virtualmachineinstances',
  'virtualmachineinstancepresets',
  'virtualmachineinstancereplicasets',
];
const INSTANCE_READS = ['guestosinfo', 'filesystemlist', 'userlist', 'objectgraph'];
const INSTANCE_STREAMS = ['console', 'vnc', 'vnc/screenshot', 'portforward', 'usbredir'];
const INSTANCE_VERBS = ['pause', 'unpause', 'addvolume', 'removevolume', 'freeze', 'unfreeze', 'softreboot', 'reset'];
const MACHINE_VERBS = ['start', 'stop', 'restart', 'addvolume', 'removevolume', 'memorydump', 'removememorydump'];

const of = (kind: string, names: readonly string[]): string[] => names.map((name) => `${kind}/${name}`);
const aggregated = (...roles: string[]): Record<string, string> =>
  Object.fromEntries(roles.map((role) => [`rbac.authorization.k8s.io/aggregate-to-${role}`, 'true']));

/** The ClusterRoles that Harvester and KubeVirt ship; most reach users by aggregation into admin, edit and view. */
export function clusterRoles(): ClusterRole[] {
  const role = (name: string, labels: Record<string, string>, rules: ClusterRole['rules']): ClusterRole => ({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name, labels },
    ...(rules === undefined ? {} : { rules }),
  });
  const harvester = (verbs: string[], more: string[] = []): ClusterRole['rules'] => [
    { apiGroups: ['harvesterhci.io'], resources: HARVESTER_RESOURCES, verbs },
    { apiGroups: ['k8s.cni.cncf.io'], resources: ['network-attachment-definitions'], verbs },
    { apiGroups: ['snapshot.storage.k8s.io'], resources: ['volumesnapshots', 'volumesnapshotcontents'], verbs },
    ...(more.length > 0 ? [{ apiGroups: [''], resources: more, verbs }] : []),
  ];
  const reads: ClusterRole['rules'] = [
    { apiGroups: ['kubevirt.io'], resources: [...KUBEVIRT_RESOURCES, 'virtualmachineinstancemigrations'], verbs: READ },
    {
      apiGroups: ['subresources.kubevirt.io'],
      resources: [
        ...of('virtualmachineinstances', INSTANCE_READS),
        ...of('virtualmachines', ['expand-spec', 'objectgraph']),
      ],
      verbs: ['get'],
    },
  ];
  const writes: ClusterRole['rules'] = [
    ...(reads ?? []),
    {
      apiGroups: ['subresources.kubevirt.io'],
      resources: of('virtualmachineinstances', INSTANCE_STREAMS),
      verbs: ['get'],
    },
    {
      apiGroups: ['subresources.kubevirt.io'],
      resources: [...of('virtualmachineinstances', INSTANCE_VERBS), ...of('virtualmachines', MACHINE_VERBS)],
      verbs: ['update'],
    },
    {
      apiGroups: ['kubevirt.io'],
      resources: KUBEVIRT_RESOURCES,
      verbs: ['get', 'delete', 'create', 'update', 'patch', 'list', 'watch', 'deletecollection'],
    },
  ];
  return [
    role('harvesterhci.io:edit', aggregated('admin', 'edit'), harvester(['*'])),
    // Cloud-init lives in Secrets, so whoever may view machines reads the Secrets of the namespace, as in Harvester.
    role('harvesterhci.io:view', aggregated('view'), harvester(READ, ['secrets'])),
    role('kubevirt.io:admin', aggregated('admin'), writes),
    role('kubevirt.io:edit', aggregated('edit'), writes),
    role('kubevirt.io:view', aggregated('view'), reads),
    role('kubevirt.io:migrate', {}, [
      { apiGroups: ['subresources.kubevirt.io'], resources: ['virtualmachines/migrate'], verbs: ['update'] },
      { apiGroups: ['kubevirt.io'], resources: ['virtualmachineinstancemigrations'], verbs: ['*'] },
    ]),
    role('harvester-authenticated', {}, [
      {
        apiGroups: ['harvesterhci.io'],
        resources: ['settings'],
        resourceNames: [...PUBLIC_SETTINGS],
        verbs: ['get', 'watch'],
      },
      { apiGroups: ['network.harvesterhci.io'], resources: ['clusternetworks'], verbs: READ },
      { apiGroups: [''], resources: ['namespaces'], resourceNames: ['harvester-public'], verbs: ['get', 'watch'] },
      {
        apiGroups: ['management.cattle.io'],
        resources: ['settings'],
        resourceNames: ['system-namespaces'],
        verbs: ['get', 'watch'],
      },
    ]),
  ];
}

const everyone = [{ kind: 'Group', name: 'system:authenticated', apiGroup: RBAC }];

/** Who holds them without anybody's doing. */
export function clusterRoleBindings(): ClusterRoleBinding[] {
  return [
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: 'harvester-authenticated' },
      roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name: 'harvester-authenticated' },
      subjects: everyone,
    },
  ];
}

/** Every signed-in user sees the images and templates in harvester-public. */
export function roleBindings(): RoleBinding[] {
  return [
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: { name: 'harvester-public', namespace: 'harvester-public' },
      roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name: 'view' },
      subjects: everyone,
    },
  ];
}
