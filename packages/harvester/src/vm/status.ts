import type { VirtualMachine, VirtualMachineInstance } from '@drover/api';
import type {
  StartFailure,
  StateChangeRequest,
  VirtualMachineInstanceCondition,
  VirtualMachineStatus,
} from '@drover/api/types/kubevirt';
import { findCondition, isConditionTrue, type Observation, setCondition } from '@drover/controller';
import { withoutCondition } from '../condition.js';
import { isFinal } from './decide.js';
import type { RunStrategy } from './run-strategy.js';

/** What a machine's status is made of. */
export interface StatusParts {
  readonly vm: VirtualMachine;
  readonly instance: VirtualMachineInstance | undefined;
  readonly strategy: RunStrategy;
  /** Requests that are still open. */
  readonly requests: readonly StateChangeRequest[];
  readonly startFailure: StartFailure | undefined;
  /** Claims of the machine that do not exist, and that exist without a volume yet. */
  readonly claims: { readonly missing: readonly string[]; readonly pending: readonly string[] };
  /** Why the last attempt to act failed, in words. */
  readonly problem: string | undefined;
  readonly backOffMs: number;
  readonly now: number;
}

/** Conditions that a machine shows as its instance has them. */
const COPIED = [
  'Paused',
  'AgentConnected',
  'LiveMigratable',
  'StorageLiveMigratable',
  'PodScheduled',
  'SoftwareEmulation',
];

/** The status of a machine, whole. */
export function machineStatus(parts: StatusParts): VirtualMachineStatus {
  const { vm, instance, strategy, requests, startFailure } = parts;
  const { startFailure: _, stateChangeRequests: __, ...before } = vm.status ?? {};
  const generation = vm.metadata.generation;
  return {
    ...before,
    created: instance !== undefined,
    ready: instance !== undefined && isConditionTrue(instance.status?.conditions, 'Ready'),
    runStrategy: strategy,
    printableStatus: printableStatus(parts),
    conditions: conditions(parts),
    ...(generation === undefined ? {} : { observedGeneration: generation, desiredGeneration: generation }),
    ...(requests.length > 0 ? { stateChangeRequests: [...requests] } : {}),
    ...(startFailure === undefined ? {} : { startFailure }),
    volumeSnapshotStatuses: (vm.spec.template.spec?.volumes ?? []).map(({ name, persistentVolumeClaim }) =>
      persistentVolumeClaim === undefined
        ? { name, enabled: false, reason: `Snapshot is not supported for this volumeSource type [${name}]` }
        : { name, enabled: true },
    ),
  };
}

/** KubeVirt's one word for a machine's state: the first that fits, in KubeVirt's order. */
export function printableStatus({ vm, instance, claims, backOffMs, requests }: StatusParts): string {
  const phase = instance?.status?.phase ?? '';
  const conditions = instance?.status?.conditions;
  const alive = instance !== undefined && !isFinal({ phase });
  const scheduled = findCondition(conditions, 'PodScheduled');
  if (vm.metadata.deletionTimestamp !== undefined) return 'Terminating';
  if (alive && instance.metadata.deletionTimestamp !== undefined) return 'Stopping';
  if (alive && requests.some(({ action, uid }) => action === 'Stop' && uid === instance.metadata.uid))
    return 'Stopping';
  if (alive && isConditionTrue(conditions, 'Paused')) return 'Paused';
  if (phase === 'Running') return 'Running';
  if (alive && claims.missing.length > 0) return 'ErrorPvcNotFound';
  if (alive && scheduled?.status === 'False' && scheduled.reason === 'Unschedulable') return 'ErrorUnschedulable';
  if (alive && claims.pending.length > 0) return 'WaitingForVolumeBinding';
  if (alive) return 'Starting';
  if (backOffMs > 0) return 'CrashLoopBackOff';
  if (requests.some(({ action }) => action === 'Start')) return 'Starting';
  return 'Stopped';
}

function conditions({ vm, instance, problem, now }: StatusParts): VirtualMachineInstanceCondition[] {
  let list: VirtualMachineInstanceCondition[] = vm.status?.conditions ?? [];
  const set = (observed: Observation): void => {
    list = setCondition(list, observed, now);
  };
  const seen = instance?.status?.conditions;
  const ready = findCondition(seen, 'Ready');
  set(
    instance === undefined
      ? { type: 'Ready', status: 'False', reason: 'VMINotExists', message: 'VMI does not exist' }
      : { type: 'Ready', ...observed(ready, 'GuestNotRunning') },
  );
  for (const type of COPIED) {
    const condition = findCondition(seen, type);
    if (condition === undefined) list = withoutCondition(list, type);
    else set({ type, ...observed(condition, '') });
  }
  if (problem === undefined) list = withoutCondition(list, 'Failure');
  else set({ type: 'Failure', status: 'True', reason: 'FailedCreate', message: problem });
  if (instance !== undefined && needsRestart(vm, instance)) {
    const message = 'a non-live-updatable field was changed in the template spec';
    set({ type: 'RestartRequired', status: 'True', reason: 'RestartRequired', message });
  } else {
    list = withoutCondition(list, 'RestartRequired');
  }
  return list;
}

function observed(condition: VirtualMachineInstanceCondition | undefined, reason: string): Omit<Observation, 'type'> {
  const status = condition?.status === 'True' || condition?.status === 'Unknown' ? condition.status : 'False';
  return {
    status,
    ...(condition?.reason || (reason && status !== 'True') ? { reason: condition?.reason ?? reason } : {}),
    ...(condition?.message ? { message: condition.message } : {}),
  };
}

/** Whether the machine was changed in a way that its running instance does not show. */
export function needsRestart(vm: VirtualMachine, instance: VirtualMachineInstance): boolean {
  if (isFinal({ phase: instance.status?.phase ?? '' }) || instance.metadata.deletionTimestamp !== undefined)
    return false;
  return comparable(vm.spec.template.spec) !== comparable(instance.spec);
}

/** Where a machine is placed, and how long it has to stop, takes effect without a restart. */
const LIVE = ['affinity', 'nodeSelector', 'tolerations', 'terminationGracePeriodSeconds', 'evictionStrategy'];

function comparable(spec: object | undefined): string {
  return JSON.stringify(spec ?? {}, (key, value: unknown) => {
    if (LIVE.includes(key)) return undefined;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}
