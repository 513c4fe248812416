import type { PolicyRule } from '@drover/api';
import { READ, rule } from './rule.js';

/**
 * What somebody sees who may look at a namespace: as Kubernetes' ClusterRole `view` with what Harvester and KubeVirt add to it,
 * but for Secrets. Harvester adds Secrets to `view`, since cloud-init lives in them; with that, whoever may look could take over
 * what he looks at by the passwords he reads. An aggregated role cannot leave something out, hence the list.
 */
export const VIEW_WITHOUT_SECRETS: readonly PolicyRule[] = [
  rule(
    '',
    'bindings configmaps endpoints events limitranges namespaces namespaces/status persistentvolumeclaims persistentvolumeclaims/status pods pods/log pods/status replicationcontrollers replicationcontrollers/scale replicationcontrollers/status resourcequotas resourcequotas/status serviceaccounts services services/status',
    READ,
  ),
  rule('discovery.k8s.io', 'endpointslices', READ),
  rule('events.k8s.io', 'events', READ),
  rule(
    'apps',
    'controllerrevisions daemonsets daemonsets/status deployments deployments/scale deployments/status replicasets replicasets/scale replicasets/status statefulsets statefulsets/scale statefulsets/status',
    READ,
  ),
  rule('autoscaling', 'horizontalpodautoscalers horizontalpodautoscalers/status', READ),
  rule('batch', 'cronjobs cronjobs/status jobs jobs/status', READ),
  rule('networking.k8s.io', 'ingresses ingresses/status networkpolicies', READ),
  rule('policy', 'poddisruptionbudgets poddisruptionbudgets/status', READ),
  rule('metrics.k8s.io', 'pods', READ),
  rule(
    'harvesterhci.io',
    'keypairs virtualmachineimages virtualmachinetemplates virtualmachinetemplateversions virtualmachinebackups virtualmachinerestores',
    READ,
  ),
  rule('k8s.cni.cncf.io', 'network-attachment-definitions', READ),
  rule('snapshot.storage.k8s.io', 'volumesnapshots volumesnapshotcontents', READ),
  rule('cdi.kubevirt.io', 'datavolumes dataimportcrons datasources', READ),
  rule(
    'kubevirt.io',
    'virtualmachines virtualmachineinstances virtualmachineinstancemigrations virtualmachineinstancepresets virtualmachineinstancereplicasets',
    READ,
  ),
  rule(
    'subresources.kubevirt.io',
    'virtualmachineinstances/guestosinfo virtualmachineinstances/filesystemlist virtualmachineinstances/userlist virtualmachineinstances/objectgraph virtualmachines/expand-spec virtualmachines/objectgraph',
    'get',
  ),
];
