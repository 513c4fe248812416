import type { PolicyRule } from '@drover/api';
import { VIEW_WITHOUT_SECRETS } from './kubernetes-view.js';
import { CHANGE, READ, rule } from './rule.js';
import { CONSOLE, POWER } from './virtualization.js';

const WRITE = 'create delete deletecollection patch update';
const KUBEVIRT =
  'virtualmachines virtualmachineinstances virtualmachineinstancepresets virtualmachineinstancereplicasets';

/**
 * What somebody has at least who has Kubernetes' ClusterRole `edit` in a namespace, with what Harvester and KubeVirt add to it. The
 * role itself is the cluster's; this says what its holder may give to others.
 */
export const EDIT_AT_LEAST: readonly PolicyRule[] = [
  ...VIEW_WITHOUT_SECRETS,
  rule('', 'pods/attach pods/exec pods/portforward pods/proxy secrets services/proxy', READ),
  rule(
    '',
    'pods pods/attach pods/exec pods/portforward pods/proxy configmaps events persistentvolumeclaims replicationcontrollers replicationcontrollers/scale secrets serviceaccounts services services/proxy',
    WRITE,
  ),
  rule('', 'pods/eviction serviceaccounts/token', 'create'),
  rule(
    'apps',
    'daemonsets deployments deployments/rollback deployments/scale replicasets replicasets/scale statefulsets statefulsets/scale',
    WRITE,
  ),
  rule('autoscaling', 'horizontalpodautoscalers', WRITE),
  rule('batch', 'cronjobs jobs', WRITE),
  rule('networking.k8s.io', 'ingresses networkpolicies', WRITE),
  rule('extensions', 'ingresses', CHANGE),
  rule('policy', 'poddisruptionbudgets', WRITE),
  rule(
    'harvesterhci.io',
    'keypairs virtualmachineimages virtualmachinetemplates virtualmachinetemplateversions virtualmachinebackups virtualmachinerestores',
    '*',
  ),
  rule('k8s.cni.cncf.io', 'network-attachment-definitions', '*'),
  rule('snapshot.storage.k8s.io', 'volumesnapshots volumesnapshotcontents', '*'),
  rule('kubevirt.io', KUBEVIRT, CHANGE),
  ...POWER,
  ...CONSOLE,
];

/** The same for Kubernetes' ClusterRole `admin`. */
export const ADMIN_AT_LEAST: readonly PolicyRule[] = [
  ...EDIT_AT_LEAST,
  rule('rbac.authorization.k8s.io', 'roles rolebindings', CHANGE),
  rule('authorization.k8s.io', 'localsubjectaccessreviews', 'create'),
];
