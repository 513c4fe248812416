import type { VirtualMachine, VirtualMachineInstance } from '@drover/api';
import { condition, holds } from '../api/condition.js';
import type { State, Tone } from '../components/state.js';
import type { MessageKey } from '../i18n/message.js';

/** The states a machine can be in, as people see them. */
export type VmStateId =
  | 'restoring'
  | 'terminating'
  | 'migrating'
  | 'unschedulable'
  | 'paused'
  | 'error'
  | 'stopping'
  | 'off'
  | 'running'
  | 'not-ready'
  | 'starting'
  | 'pending'
  | 'unknown';

const TONES: Readonly<Record<VmStateId, Tone>> = {
  restoring: 'info',
  terminating: 'warning',
  migrating: 'info',
  unschedulable: 'danger',
  paused: 'warning',
  error: 'danger',
  stopping: 'info',
  off: 'neutral',
  running: 'success',
  'not-ready': 'warning',
  starting: 'info',
  pending: 'info',
  unknown: 'neutral',
};

const TITLES: Readonly<Record<VmStateId, MessageKey>> = {
  restoring: 'vm.state.restoring',
  terminating: 'vm.state.terminating',
  migrating: 'vm.state.migrating',
  unschedulable: 'vm.state.unschedulable',
  paused: 'vm.state.paused',
  error: 'vm.state.error',
  stopping: 'vm.state.stopping',
  off: 'vm.state.off',
  running: 'vm.state.running',
  'not-ready': 'vm.state.notReady',
  starting: 'vm.state.starting',
  pending: 'vm.state.pending',
  unknown: 'vm.state.unknown',
};

const UNDER_WAY: ReadonlySet<VmStateId> = new Set([
  'restoring',
  'terminating',
  'migrating',
  'stopping',
  'starting',
  'pending',
]);

/** KubeVirt's statuses that say that the machine cannot start until somebody changes something. */
const FAULTS = new Set(['ErrorPvcNotFound', 'DataVolumeError', 'ErrImagePull', 'ImagePullBackOff', 'CrashLoopBackOff']);

/** The state of a machine from what it and its running instance report, in the order of the Harvester UI. */
export function vmState(vm: VirtualMachine, vmi: VirtualMachineInstance | undefined): State<VmStateId> {
  const [id, reason] = derive(vm, vmi);
  return {
    id,
    title: { key: TITLES[id] },
    tone: TONES[id],
    transitioning: UNDER_WAY.has(id),
    ...(reason === undefined || reason === '' ? {} : { reason }),
  };
}

function derive(vm: VirtualMachine, vmi: VirtualMachineInstance | undefined): [VmStateId, (string | undefined)?] {
  const printable = vm.status?.printableStatus ?? '';
  if (vm.metadata.deletionTimestamp !== undefined) return ['terminating'];
  if (isMigrating(vmi, printable)) return ['migrating', vmi?.status?.migrationState?.targetNode];
  if (printable === 'ErrorUnschedulable') return ['unschedulable', explain(vm, vmi)];
  if (holds(vmi, 'Paused') || printable === 'Paused') return ['paused', condition(vmi, 'Paused')?.message];
  if (FAULTS.has(printable)) return ['error', explain(vm, vmi) ?? printable];
  if (holds(vm, 'Failure')) return ['error', condition(vm, 'Failure')?.message];
  if (printable === 'Stopping' || vmi?.metadata.deletionTimestamp !== undefined) return ['stopping'];
  if (printable === 'Provisioning' || printable === 'WaitingForVolumeBinding') return ['pending', explain(vm, vmi)];
  const phase = vmi?.status?.phase;
  if (phase === undefined || phase === 'Succeeded') {
    if (printable === 'Starting') return ['starting'];
    return printable === '' && vmi === undefined && wantsToRun(vm) ? ['pending'] : ['off'];
  }
  if (phase === 'Failed') return ['error', vmi?.status?.reason ?? explain(vm, vmi)];
  if (phase !== 'Running') return ['starting', explain(vm, vmi)];
  return condition(vmi, 'Ready')?.status === 'False'
    ? ['not-ready', condition(vmi, 'Ready')?.message]
    : ['running', undefined];
}

function isMigrating(vmi: VirtualMachineInstance | undefined, printable: string): boolean {
  const migration = vmi?.status?.migrationState;
  return printable === 'Migrating' || (migration !== undefined && !migration.completed && !migration.failed);
}

function wantsToRun(vm: VirtualMachine): boolean {
  return vm.spec.runStrategy === undefined ? vm.spec.running === true : vm.spec.runStrategy !== 'Halted';
}

/** The sentence in which the cluster says what is missing. */
function explain(vm: VirtualMachine, vmi: VirtualMachineInstance | undefined): string | undefined {
  for (const object of [vmi, vm]) {
    for (const type of ['PodScheduled', 'Provisioning', 'Synchronized', 'Ready', 'Failure']) {
      const found = condition(object, type);
      if (found?.message && (found.status === 'False' || type === 'Failure')) return found.message;
    }
  }
  return undefined;
}

/** Whether a change of the machine waits for its next start. */
export const needsRestart = (vm: VirtualMachine): boolean => holds(vm, 'RestartRequired');
