import {
  badRequest,
  conflict,
  type Stored,
  type VirtualMachine,
  type VirtualMachineInstance,
  virtualMachineInstances,
  virtualMachines,
} from '@drover/api';
import type { StateChangeRequest } from '@drover/api/types/kubevirt';
import type { Client } from '@drover/client';
import { updateStatus, updateWithRetry } from '@drover/controller';
import { stopInstance } from '../vm/controller.js';
import { isFinal } from '../vm/decide.js';
import { type RunStrategy, runStrategyOf } from '../vm/run-strategy.js';

/** A machine and its instance, as a verb finds them. */
export interface Target {
  readonly client: Client;
  readonly vm: Stored<VirtualMachine>;
  readonly instance: Stored<VirtualMachineInstance> | undefined;
  /** Check only. */
  readonly dryRun: boolean;
}

/** KubeVirt names machines in the singular in these refusals. */
const SUBJECT = { group: 'kubevirt.io', plural: 'virtualmachine' };
const refusal = ({ vm }: Target, why: string): Error => conflict(SUBJECT, vm.metadata.name, why);

const isAlive = ({ status }: VirtualMachineInstance): boolean => !isFinal({ phase: status?.phase ?? '' });

/** Starts a machine: by its run strategy where it is halted, else by a request. @throws ApiError 409 with KubeVirt's words */
export async function startMachine(target: Target): Promise<void> {
  const { vm, instance } = target;
  const strategy = runStrategyOf(vm);
  if (instance !== undefined && isAlive(instance)) throw refusal(target, 'VM is already running');
  if (strategy === 'Always' || strategy === 'Once')
    throw refusal(target, `${strategy} does not support manual start requests`);
  if (strategy === 'RerunOnFailure' && instance?.status?.phase === 'Failed') {
    throw refusal(target, 'RerunOnFailure does not support starting VM from failed state');
  }
  if (strategy === 'Halted') return setStrategy(target, 'Always');
  const stop: StateChangeRequest[] = instance === undefined ? [] : [{ action: 'Stop', uid: instance.metadata.uid }];
  await request(target, [...stop, { action: 'Start' }]);
}

/** Stops a machine. @throws ApiError 409 with KubeVirt's words */
export async function stopMachine(target: Target, gracePeriod: number | undefined): Promise<void> {
  const { vm, instance, client, dryRun } = target;
  const strategy = runStrategyOf(vm);
  if (instance === undefined || !isAlive(instance)) throw refusal(target, 'VM is not running');
  const now = instance.spec.terminationGracePeriodSeconds;
  if (strategy === 'Halted' && (gracePeriod === undefined || (now !== undefined && gracePeriod >= now))) {
    throw refusal(target, 'Halted only supports manual stop requests with a shorter graceperiod');
  }
  if (strategy === 'RerunOnFailure' || strategy === 'Manual') {
    const data = gracePeriod === undefined ? {} : { data: { gracePeriodSeconds: String(gracePeriod) } };
    return request(target, [{ action: 'Stop', uid: instance.metadata.uid, ...data }]);
  }
  if (!dryRun && gracePeriod !== undefined) await shorten(client, instance, gracePeriod);
  if (strategy !== 'Halted') await setStrategy(target, 'Halted');
}

/** Stops a machine and starts it anew. @throws ApiError 409 with KubeVirt's words; 400 for another grace period than 0 */
export async function restartMachine(target: Target, gracePeriodSeconds: number | undefined): Promise<void> {
  const { vm, instance } = target;
  if (gracePeriodSeconds !== undefined && gracePeriodSeconds !== 0) {
    throw badRequest('For force restart, only gracePeriod=0 is supported for now');
  }
  if (runStrategyOf(vm) === 'Halted') throw refusal(target, 'Halted does not support manual restart requests');
  if (instance === undefined || !isAlive(instance)) throw refusal(target, 'VM is not running');
  const data = gracePeriodSeconds === undefined ? {} : { data: { gracePeriodSeconds: '0' } };
  await request(target, [{ action: 'Stop', uid: instance.metadata.uid, ...data }, { action: 'Start' }]);
}

/** Ends a machine at once, also one that is stopping already and takes too long. */
export async function forceStopMachine(target: Target): Promise<void> {
  const { client, instance, vm, dryRun } = target;
  if (instance === undefined || !isAlive(instance)) throw refusal(target, 'VM is not running');
  if (dryRun) return;
  if (runStrategyOf(vm) !== 'Halted') await setStrategy(target, 'Halted');
  await stopInstance(client, instance, 0);
}

async function shorten(client: Client, { metadata }: Stored<VirtualMachineInstance>, seconds: number): Promise<void> {
  const { namespace, name, uid } = metadata;
  await updateWithRetry(client, virtualMachineInstances, { namespace, name }, (object) =>
    object.metadata.uid === uid
      ? { ...object, spec: { ...object.spec, terminationGracePeriodSeconds: seconds } }
      : undefined,
  );
}

async function setStrategy({ client, vm, dryRun }: Target, strategy: RunStrategy): Promise<void> {
  if (dryRun) return;
  const { namespace, name } = vm.metadata;
  await updateWithRetry(client, virtualMachines, { namespace, name }, ({ spec: { running, ...spec }, ...object }) =>
    running === undefined
      ? { ...object, spec: { ...spec, runStrategy: strategy } }
      : { ...object, spec: { ...spec, running: strategy !== 'Halted' } },
  );
}

async function request({ client, vm, dryRun }: Target, requests: readonly StateChangeRequest[]): Promise<void> {
  if (dryRun) return;
  const { namespace, name } = vm.metadata;
  await updateStatus(client, virtualMachines, { namespace, name }, (object) => {
    // What is asked last counts: a stop takes back a start that has not happened.
    object.status = { ...object.status, stateChangeRequests: [...requests] };
  });
}
