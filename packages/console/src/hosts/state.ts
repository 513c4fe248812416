import type { Node } from '@drover/api';
import { condition } from '../api/condition.js';
import type { State } from '../components/state.js';
import { millisOf } from '../format/size.js';
import { message } from '../i18n/message.js';

/** The states of a host. */
export type HostStateId = 'active' | 'cordoned' | 'entering-maintenance' | 'maintenance' | 'not-ready';

/** The state of a host from its conditions and Harvester's annotations. */
export function hostState(node: Node): State<HostStateId> {
  const maintenance = node.metadata.annotations?.['harvesterhci.io/maintain-status'];
  if (maintenance === 'completed')
    return { id: 'maintenance', title: message('host.state.maintenance'), tone: 'warning', transitioning: false };
  if (maintenance === 'running')
    return {
      id: 'entering-maintenance',
      title: message('host.state.enteringMaintenance'),
      tone: 'info',
      transitioning: true,
    };
  const ready = condition(node, 'Ready');
  if (ready?.status !== 'True')
    return {
      id: 'not-ready',
      title: message('host.state.notReady'),
      tone: 'danger',
      transitioning: false,
      ...(ready?.message ? { reason: ready.message } : {}),
    };
  if (node.spec?.unschedulable === true)
    return { id: 'cordoned', title: message('host.state.cordoned'), tone: 'warning', transitioning: false };
  return { id: 'active', title: message('host.state.active'), tone: 'success', transitioning: false };
}

/** The address other machines reach the host at. */
export const hostAddress = (node: Node): string =>
  node.status?.addresses?.find(({ type }) => type === 'InternalIP')?.address ?? '';

/** What the host does for the cluster, in Harvester's words. */
export function hostRole(node: Node): 'management' | 'witness' | 'compute' {
  const labels = node.metadata.labels ?? {};
  const has = (role: string): boolean => `node-role.kubernetes.io/${role}` in labels;
  if (has('control-plane') || has('controlplane') || has('master')) return 'management';
  return has('etcd') ? 'witness' : 'compute';
}

/** How machines are executed there; `unknown` when the host does not say. */
export function accelerator(node: Node): 'kvm' | 'tcg' | 'unknown' {
  const offered =
    node.status?.allocatable?.['devices.kubevirt.io/kvm'] ?? node.status?.capacity?.['devices.kubevirt.io/kvm'];
  if (offered !== undefined) return (millisOf(offered) ?? 0) > 0 ? 'kvm' : 'tcg';
  const labels = node.metadata.labels ?? {};
  if (labels['cpu-feature.node.kubevirt.io/vmx'] === 'true' || labels['cpu-feature.node.kubevirt.io/svm'] === 'true')
    return 'kvm';
  return labels['kubevirt.io/schedulable'] === 'true' ? 'tcg' : 'unknown';
}
