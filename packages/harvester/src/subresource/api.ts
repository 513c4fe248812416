import type { Duplex } from 'node:stream';
import {
  type AggregatedApi,
  type ApiRequest,
  type ApiResponse,
  badRequest,
  notFound,
  notServed,
  type Stored,
  type VirtualMachine,
  type VirtualMachineInstance,
  virtualMachineInstances,
  virtualMachines,
} from '@drover/api';
import type { Clock } from '@drover/kit';
import { empty, json, notImplemented } from '../answer.js';
import { Fields } from '../fields.js';
import { type Late, lookAt, type View } from '../view.js';
import { Freezes } from './freeze.js';
import { accept, refuseUpgrade } from './handshake.js';
import * as instanceVerbs from './instance-verbs.js';
import { restartMachine, startMachine, stopMachine, type Target } from './machine-verbs.js';
import { openPort } from './port-forward.js';
import { relay } from './relay.js';
import { type Call, parseCall, RESOURCES } from './resources.js';
import { addedVolume, addVolume, machineOfInstance, refuseStopped, removeVolume } from './volume-verbs.js';

const GROUP = 'subresources.kubevirt.io';
/** Whose API this is compatible with. */
const KUBEVIRT_VERSION = 'v1.8.3';

/** KubeVirt's verbs on machines, and their consoles, as an aggregated API in both of its versions. */
export function subresourceApis(late: Late<View>, clock: Clock): AggregatedApi[] {
  const freezes = new Freezes(clock);
  return ['v1', 'v1alpha3'].map((version) => ({
    group: GROUP,
    version,
    resources: RESOURCES,
    handle: (request) => handle(request, late.required, freezes),
    upgrade: (request, _identity, socket, head) => upgrade(request, socket, head, late, clock),
  }));
}

async function handle(request: ApiRequest, view: View, freezes: Freezes): Promise<ApiResponse> {
  const call = parseCall(request.url);
  if (call === undefined) throw notServed();
  if (call.kind === 'group') return groupAnswer(call.name);
  const { resource, subresource } = call;
  if (resource === 'virtualmachines') return machineAnswer(request, call, await findMachine(view, call), view);
  const instance = await findInstance(view, call);
  const verb = `${request.method} ${subresource}`;
  switch (verb) {
    case 'PUT pause':
    case 'PUT unpause':
    case 'PUT softreboot':
    case 'PUT reset':
      return changeInstance(request, subresource, instance, view);
    case 'PUT freeze':
    case 'PUT unfreeze': {
      const fields = await Fields.of(request);
      const machine = instanceVerbs.withAgent(instance, machineOf(instance, view));
      if (fields.dryRun) return empty(202);
      if (subresource === 'freeze') await freezes.freeze(instance.metadata.uid, machine, fields);
      else await freezes.unfreeze(instance.metadata.uid, machine);
      return empty(202);
    }
    case 'PUT addvolume':
    case 'PUT removevolume': {
      const fields = await Fields.of(request);
      refuseStopped(instance);
      return changeVolumes(subresource, fields, await machineOfInstance(instance, view.client), view);
    }
    case 'GET guestosinfo':
      return json(200, await instanceVerbs.guestInfo(instance, machineOf(instance, view)));
    case 'GET userlist':
      return json(200, await instanceVerbs.userList(instance, machineOf(instance, view)));
    case 'GET filesystemlist':
      return json(200, await instanceVerbs.filesystemList(instance, machineOf(instance, view)));
    case 'GET vnc/screenshot': {
      instanceVerbs.refuseWithoutScreen(instance);
      const picture = await machineOf(instance, view).screenshot();
      return { status: 200, headers: { 'content-type': 'image/png' }, body: picture };
    }
    case 'GET console':
    case 'GET vnc':
      throw badRequest(`${subresource} is a WebSocket: the request carries no upgrade`);
    default:
      throw notImplemented(`${request.method} virtualmachineinstances/${subresource}`);
  }
}

const machineOf = (
  instance: Stored<VirtualMachineInstance>,
  view: View,
): ReturnType<typeof instanceVerbs.runningMachine> => instanceVerbs.runningMachine(instance, view.running);

function groupAnswer(name: string): ApiResponse {
  if (name === 'healthz') return json(200, { apiserver: { connectivity: 'ok' } });
  if (name === 'version') return json(200, { gitVersion: KUBEVIRT_VERSION, platform: 'linux/amd64' });
  throw notImplemented(name);
}

async function changeInstance(
  request: ApiRequest,
  verb: string,
  instance: Stored<VirtualMachineInstance>,
  view: View,
): Promise<ApiResponse> {
  const { dryRun } = await Fields.of(request);
  const machine = machineOf(instance, view);
  if (dryRun) return empty(200);
  if (verb === 'pause') await instanceVerbs.pause(instance, machine);
  else if (verb === 'unpause') await instanceVerbs.unpause(instance, machine);
  else if (verb === 'softreboot') await instanceVerbs.softReboot(instance, machine);
  else await machine.reset();
  return empty(200);
}

async function machineAnswer(
  request: ApiRequest,
  { subresource }: Call & { kind: 'object' },
  vm: Stored<VirtualMachine>,
  view: View,
): Promise<ApiResponse> {
  const verb = `${request.method} ${subresource}`;
  // No instance types here: a machine is its own expansion.
  if (verb === 'GET expand-spec') return json(200, vm);
  if (verb === 'PUT addvolume' || verb === 'PUT removevolume')
    return changeVolumes(subresource, await Fields.of(request), vm, view);
  if (!['PUT start', 'PUT stop', 'PUT restart'].includes(verb))
    throw notImplemented(`${request.method} virtualmachines/${subresource}`);
  const fields = await Fields.of(request);
  const { namespace, name } = vm.metadata;
  const target: Target = {
    client: view.client,
    vm,
    instance: await lookAt(view.client, virtualMachineInstances, { namespace, name }),
    dryRun: fields.dryRun,
  };
  if (subresource === 'start') {
    if (fields.flag('paused')) throw notImplemented('starting a machine paused');
    await startMachine(target);
  } else if (subresource === 'stop') {
    await stopMachine(target, fields.optionalCount('gracePeriod', SECONDS));
  } else {
    await restartMachine(target, fields.optionalCount('gracePeriodSeconds', SECONDS));
  }
  return empty(202);
}

const SECONDS = 'a whole number of seconds';

async function changeVolumes(
  verb: string,
  fields: Fields,
  vm: Stored<VirtualMachine>,
  { client }: View,
): Promise<ApiResponse> {
  if (verb === 'addvolume') await addVolume(client, vm, addedVolume(fields), fields.dryRun);
  else await removeVolume(client, vm, fields.text('name'), fields.dryRun);
  return empty(202);
}

async function findMachine(
  { client }: View,
  { namespace, name }: Call & { kind: 'object' },
): Promise<Stored<VirtualMachine>> {
  const vm = await lookAt(client, virtualMachines, { namespace, name });
  if (vm === undefined) throw notFound(virtualMachines, name);
  return vm;
}

async function findInstance(
  { client }: View,
  { namespace, name }: Call & { kind: 'object' },
): Promise<Stored<VirtualMachineInstance>> {
  const instance = await lookAt(client, virtualMachineInstances, { namespace, name });
  if (instance === undefined) throw notFound(virtualMachineInstances, name);
  return instance;
}

async function upgrade(
  request: ApiRequest,
  socket: Duplex,
  head: Uint8Array,
  late: Late<View>,
  clock: Clock,
): Promise<void> {
  let stream: Duplex;
  try {
    stream = await openConsole(request, late.required);
  } catch (error) {
    refuseUpgrade(socket, error);
    return;
  }
  socket.once('close', () => stream.destroy());
  relay(await accept(request, socket, head), stream, clock);
}

async function openConsole(request: ApiRequest, view: View): Promise<Duplex> {
  const call = parseCall(request.url);
  if (call === undefined || call.kind === 'group') throw notServed();
  if (call.resource !== 'virtualmachineinstances') throw notImplemented(`virtualmachines/${call.subresource}`);
  const instance = await findInstance(view, call);
  if (call.subresource.startsWith('portforward/'))
    return openPort(instance, machineOf(instance, view), call.subresource);
  if (call.subresource === 'console') {
    instanceVerbs.refuseWithoutSerial(instance);
    return machineOf(instance, view).openSerial();
  }
  if (call.subresource === 'vnc') {
    instanceVerbs.refuseWithoutScreen(instance);
    return machineOf(instance, view).openVnc();
  }
  throw notImplemented(`virtualmachineinstances/${call.subresource}`);
}
