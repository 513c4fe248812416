import type { ManagementCluster } from '@drover/api';
import { findCondition, isConditionTrue } from '@drover/controller';
import type { State } from '../norman/resource.js';

/** A cluster's state in one word and one sentence, from its conditions. */
export function clusterState({ status, metadata }: Pick<ManagementCluster, 'status' | 'metadata'>): State {
  if (metadata.deletionTimestamp !== undefined) return { name: 'removing', transitioning: 'yes', message: '' };
  const conditions = status?.conditions;
  const connected = findCondition(conditions, 'Connected');
  if (connected?.status === 'True') {
    if (isConditionTrue(conditions, 'Ready'))
      return { name: 'active', transitioning: 'no', message: 'Resource is Ready' };
    const ready = findCondition(conditions, 'Ready');
    const message = ready?.message ?? '';
    if (ready?.status === 'False') return { name: 'unavailable', transitioning: 'error', message };
    return { name: 'waiting', transitioning: 'yes', message };
  }
  const message = connected?.message ?? '';
  if (connected?.reason === 'Disconnected') return { name: 'unavailable', transitioning: 'error', message };
  if (connected?.reason === 'AgentNotConnecting') return { name: 'pending', transitioning: 'error', message };
  return { name: 'pending', transitioning: 'yes', message };
}
