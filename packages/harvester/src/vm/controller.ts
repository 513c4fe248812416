import { isDeepStrictEqual } from 'node:util';
import {
  hasReason,
  type PersistentVolumeClaim,
  type Stored,
  type VirtualMachine,
  type VirtualMachineInstance,
  virtualMachineInstances,
  virtualMachines,
} from '@drover/api';
import type { Client, Informer } from '@drover/client';
import {
  addFinalizer,
  again,
  type Controller,
  createController,
  done,
  owned,
  type Result,
  removeFinalizer,
  updateStatus,
  updateWithRetry,
  watches,
} from '@drover/controller';
import type { Clock, Log, RandomBytes } from '@drover/kit';
import type { Recorder } from '../event/recorder.js';
import type { SeedFiles } from '../vmi/seed-files.js';
import { claimNames, claimsState, ensureClaims, releaseClaims } from './claims.js';
import { backOffLeft, nextStartFailure } from './crash-loop.js';
import { type Decision, decide, type InstanceState, openRequests } from './decide.js';
import { instanceOf } from './instance.js';
import { liveSpec } from './live.js';
import { INSUFFICIENT_QUOTA, VM_FINALIZER } from './names.js';
import { runStrategyOf } from './run-strategy.js';
import { machineStatus } from './status.js';

/** What the controller of virtual machines needs. */
export interface MachineControllerOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly log: Log;
  readonly recorder: Recorder;
  readonly machines: Informer<VirtualMachine>;
  readonly instances: Informer<VirtualMachineInstance>;
  readonly claims: Informer<PersistentVolumeClaim>;
  /** Where machines keep their UEFI variables. */
  readonly seedFiles: Pick<SeedFiles, 'remove'>;
}

/** Makes each machine's claims exist, and its instance exist exactly when its run strategy and requests say so. */
export function machineController(options: MachineControllerOptions): Controller {
  const { clock, random, log, machines, instances, claims } = options;
  return createController({
    name: 'virtual-machine',
    reconcile: ({ namespace, name }) => reconcileMachine(machines.get(namespace, name), options),
    sources: [
      watches(machines),
      owned(instances, virtualMachines),
      watches(claims, {
        map: (claim) =>
          machines
            .list(claim.metadata.namespace)
            .filter((vm) => claimNames(vm).includes(claim.metadata.name))
            .map(({ metadata }) => ({ namespace: metadata.namespace, name: metadata.name })),
      }),
    ],
    concurrency: 8,
    clock,
    random,
    log,
  });
}

async function reconcileMachine(
  vm: Stored<VirtualMachine> | undefined,
  options: MachineControllerOptions,
): Promise<Result> {
  if (vm === undefined) return done;
  const { client, clock, random, instances } = options;
  const { namespace, name } = vm.metadata;
  const instance = instances.get(namespace, name);
  if (vm.metadata.deletionTimestamp !== undefined) return remove(vm, instance, options);
  if (vm.metadata.finalizers?.includes(VM_FINALIZER) !== true) {
    await addFinalizer(client, virtualMachines, { namespace, name }, VM_FINALIZER);
    return done;
  }
  const now = clock.now();
  const strategy = runStrategyOf(vm);
  const backOffMs = backOffLeft(nextStartFailure(vm.status?.startFailure ?? undefined, instance, now, random), now);
  const state = instance && stateOf(instance);
  const requests = openRequests(vm.status?.stateChangeRequests ?? [], state);
  const decision = decide({ strategy, previous: vm.status?.runStrategy, requests, instance: state, backOffMs });
  if (decision.do === 'stop' && decision.thenStart === true && !requests.some(({ action }) => action === 'Start')) {
    requests.push({ action: 'Start' });
  }
  const problem = await act(vm, instance, decision, options);
  if (problem === 'halted') {
    // Nobody has asked it to start any more: it would be tried again and again.
    requests.splice(0, requests.length, ...requests.filter(({ action }) => action !== 'Start'));
  }
  const failure = problem === 'halted' ? undefined : problem;
  const after = instances.get(namespace, name);
  await updateStatus(client, virtualMachines, { namespace, name }, (object) => {
    // From the object as it is now, not as we saw it: what a moment ago was counted must not be counted, or taken back, again.
    const startFailure = nextStartFailure(object.status?.startFailure ?? undefined, instance, now, random);
    object.status = machineStatus({
      vm: object,
      instance: after,
      strategy,
      requests: mergedRequests(object, requests, vm, after),
      startFailure,
      claims: claimsState(object, options.claims),
      problem: failure?.message,
      backOffMs: backOffLeft(startFailure, now),
      now,
    });
  });
  // What failed is tried again with back-off, after it has been told.
  if (failure !== undefined) throw failure;
  return decision.do === 'wait' ? again(decision.ms) : done;
}

/** The requests to keep: those still open of the ones we saw, and any that came since. */
function mergedRequests(
  newest: VirtualMachine,
  kept: NonNullable<NonNullable<VirtualMachine['status']>['stateChangeRequests']>,
  seen: VirtualMachine,
  instance: Stored<VirtualMachineInstance> | undefined,
): typeof kept {
  const known = (seen.status?.stateChangeRequests ?? []).map((request) => JSON.stringify(request));
  const added = (newest.status?.stateChangeRequests ?? []).filter(
    (request) => !known.includes(JSON.stringify(request)),
  );
  return openRequests([...kept, ...added], instance && stateOf(instance));
}

const stateOf = ({ metadata, status }: Stored<VirtualMachineInstance>): InstanceState => ({
  uid: metadata.uid,
  phase: status?.phase ?? '',
  isDeleting: metadata.deletionTimestamp !== undefined,
});

/** Carries out a decision. @returns why that failed, if it did; `halted` when its namespace has too little left for the machine. */
async function act(
  vm: Stored<VirtualMachine>,
  instance: Stored<VirtualMachineInstance> | undefined,
  decision: Decision,
  { client, claims, recorder }: MachineControllerOptions,
): Promise<Error | 'halted' | undefined> {
  try {
    await ensureClaims(vm, client, claims);
    if (decision.do !== 'stop' && instance !== undefined) await followTemplate(vm, instance, client);
    if (decision.do === 'start') {
      const created = await client.create(virtualMachineInstances, instanceOf(vm));
      recorder.normal(
        vm,
        'SuccessfulCreate',
        `Started the virtual machine by creating the new virtual machine instance ${created.metadata.name}`,
      );
    }
    if (decision.do === 'stop' && instance !== undefined) {
      await stopInstance(client, instance, decision.graceSeconds);
      recorder.normal(
        vm,
        'SuccessfulDelete',
        `Stopped the virtual machine by deleting the virtual machine instance ${instance.metadata.uid}`,
      );
    }
    return undefined;
  } catch (error) {
    // The instance is there already, or gone already: our view was a moment old, and its event brings us back.
    if (hasReason(error, 'AlreadyExists') || hasReason(error, 'NotFound')) return undefined;
    const problem = error instanceof Error ? error : new Error(String(error));
    if (decision.do === 'start' && hasReason(error, 'Forbidden') && BEYOND_QUOTA.test(problem.message)) {
      await halt(client, vm, problem.message);
      recorder.warning(vm, 'InsufficientResourceQuota', problem.message);
      return 'halted';
    }
    recorder.warning(vm, decision.do === 'stop' ? 'FailedDelete' : 'FailedCreate', problem.message);
    return problem;
  }
}

/** How a quota's refusal begins, whatever is in the middle of its message. */
const BEYOND_QUOTA = /\b(exceeded|failed) quota: /;

/** Halts a machine that does not fit into what its namespace has left, and says so on it, as Harvester does. */
async function halt(client: Client, { metadata }: Stored<VirtualMachine>, why: string): Promise<void> {
  await updateWithRetry(client, virtualMachines, metadata, ({ spec: { running: _, ...spec }, ...live }) => ({
    ...live,
    metadata: { ...live.metadata, annotations: { ...live.metadata.annotations, [INSUFFICIENT_QUOTA]: why } },
    spec: { ...spec, runStrategy: 'Halted' },
  }));
}

/** Carries what changed in a machine's template over to its running instance, as far as that can follow. */
async function followTemplate(
  vm: Stored<VirtualMachine>,
  instance: Stored<VirtualMachineInstance>,
  client: Client,
): Promise<void> {
  const template = vm.spec.template.spec;
  const { uid, namespace, name, deletionTimestamp } = instance.metadata;
  if (template === undefined || deletionTimestamp !== undefined || instance.status?.phase !== 'Running') return;
  if (isDeepStrictEqual(liveSpec(template, instance), instance.spec)) return;
  await updateWithRetry(client, virtualMachineInstances, { namespace, name }, (object) =>
    object.metadata.uid === uid ? { ...object, spec: liveSpec(template, object) } : undefined,
  );
}

/** Deletes an instance, giving its guest as long as asked, or as its own spec says. */
export async function stopInstance(
  client: Client,
  instance: Stored<VirtualMachineInstance>,
  graceSeconds: number | undefined,
): Promise<void> {
  const { namespace, name, uid } = instance.metadata;
  if (graceSeconds !== undefined) {
    await updateWithRetry(client, virtualMachineInstances, { namespace, name }, (object) =>
      object.metadata.uid === uid && object.spec.terminationGracePeriodSeconds !== graceSeconds
        ? { ...object, spec: { ...object.spec, terminationGracePeriodSeconds: graceSeconds } }
        : undefined,
    );
  }
  await client.delete(virtualMachineInstances, { namespace, name }, { preconditions: { uid } });
}

async function remove(
  vm: Stored<VirtualMachine>,
  instance: Stored<VirtualMachineInstance> | undefined,
  { client, machines, seedFiles }: MachineControllerOptions,
): Promise<Result> {
  const { namespace, name } = vm.metadata;
  if (vm.metadata.finalizers?.includes(VM_FINALIZER) !== true) return done;
  if (instance !== undefined) {
    if (instance.metadata.deletionTimestamp === undefined) {
      await stopInstance(client, instance, undefined).catch(ignoreNotFound);
    }
    if (vm.status?.printableStatus !== 'Terminating') {
      await updateStatus(client, virtualMachines, { namespace, name }, (object) => {
        object.status = { ...object.status, printableStatus: 'Terminating' };
      });
    }
    return done;
  }
  await releaseClaims(vm, client, machines);
  await seedFiles.remove(vm.metadata.uid);
  await removeFinalizer(client, virtualMachines, { namespace, name }, VM_FINALIZER);
  return done;
}

function ignoreNotFound(error: unknown): void {
  if (!hasReason(error, 'NotFound')) throw error;
}
