import { notFound, virtualMachineInstances, virtualMachines } from '@drover/api';
import { updateWithRetry } from '@drover/controller';
import { Fields } from '../fields.js';
import { pause, runningMachine, softReboot, unpause } from '../subresource/instance-verbs.js';
import { forceStopMachine, restartMachine, startMachine, type Target } from '../subresource/machine-verbs.js';
import { lookAt } from '../view.js';
import { INSUFFICIENT_QUOTA } from '../vm/names.js';
import { runStrategyOf } from '../vm/run-strategy.js';
import { cloneAction } from './clone.js';
import { createTemplateAction } from './create-template.js';
import { addVolumeAction, ejectMediumAction, growAction, insertMediumAction, removeVolumeAction } from './hotplug.js';
import type { ObjectRequest } from './paths.js';

const SUBRESOURCES = 'subresources.kubevirt.io';

/** Actions, each with what of KubeVirt's has to be updated for it: the same deed must not need less here. */
const RIGHTS = {
  start: [SUBRESOURCES, 'virtualmachines', 'start'],
  stop: [SUBRESOURCES, 'virtualmachines', 'stop'],
  forceStop: [SUBRESOURCES, 'virtualmachines', 'stop'],
  restart: [SUBRESOURCES, 'virtualmachines', 'restart'],
  pause: [SUBRESOURCES, 'virtualmachineinstances', 'pause'],
  unpause: [SUBRESOURCES, 'virtualmachineinstances', 'unpause'],
  softreboot: [SUBRESOURCES, 'virtualmachineinstances', 'softreboot'],
  dismissInsufficientResourceQuota: ['kubevirt.io', 'virtualmachines', undefined],
  addVolume: [SUBRESOURCES, 'virtualmachines', 'addvolume'],
  removeVolume: [SUBRESOURCES, 'virtualmachines', 'removevolume'],
  insertCdRomVolume: [SUBRESOURCES, 'virtualmachines', 'addvolume'],
  ejectCdRomVolume: [SUBRESOURCES, 'virtualmachines', 'removevolume'],
  cpuAndMemoryHotplug: ['kubevirt.io', 'virtualmachines', undefined],
  clone: ['kubevirt.io', 'virtualmachines', undefined],
  createTemplate: ['kubevirt.io', 'virtualmachines', undefined],
} as const;

/** An action on a machine that this cluster knows. */
export type MachineAction = keyof typeof RIGHTS;

/** All of them. */
export const MACHINE_ACTIONS = Object.keys(RIGHTS) as readonly MachineAction[];

/** Does it. @throws ApiError as KubeVirt's own subresources do */
export async function machineAction(action: MachineAction, context: ObjectRequest): Promise<void> {
  const { namespace, name, view, require, request } = context;
  const [group, resource, subresource] = RIGHTS[action];
  require('update', group, resource, subresource === undefined ? {} : { subresource });
  const fields = await Fields.of(request);
  const vm = await lookAt(view.client, virtualMachines, { namespace, name });
  if (vm === undefined) throw notFound(virtualMachines, name);
  const instance = await lookAt(view.client, virtualMachineInstances, { namespace, name });
  const target: Target = { client: view.client, vm, instance, dryRun: false };
  switch (action) {
    case 'start':
      return startMachine(target);
    case 'restart':
      return restartMachine(target, undefined);
    case 'dismissInsufficientResourceQuota': {
      const patch = { metadata: { annotations: { [INSUFFICIENT_QUOTA]: null } } };
      await view.client.patch(virtualMachines, { namespace, name }, { type: 'merge', patch });
      return;
    }
    case 'forceStop':
      return forceStopMachine(target);
    case 'addVolume':
      return addVolumeAction(vm, fields, view);
    case 'removeVolume':
      return removeVolumeAction(vm, fields, view);
    case 'insertCdRomVolume':
      return insertMediumAction(vm, fields, context);
    case 'ejectCdRomVolume':
      return ejectMediumAction(vm, fields, view);
    case 'createTemplate':
      return createTemplateAction(vm, fields, context);
    case 'clone':
      return cloneAction(vm, fields, context);
    case 'cpuAndMemoryHotplug':
      return growAction(vm, fields, view);
    case 'stop':
      // Harvester stops by the run strategy, whatever it was; start brings the former one back.
      if (runStrategyOf(vm) === 'Halted') return;
      await updateWithRetry(
        view.client,
        virtualMachines,
        { namespace, name },
        ({ spec: { running: _, ...spec }, ...object }) => ({
          ...object,
          spec: { ...spec, runStrategy: 'Halted' },
        }),
      );
      return;
    default: {
      if (instance === undefined) throw notFound(virtualMachineInstances, name);
      const machine = runningMachine(instance, view.running);
      if (action === 'pause') return pause(instance, machine);
      if (action === 'unpause') return unpause(instance, machine);
      return softReboot(instance, machine);
    }
  }
}
