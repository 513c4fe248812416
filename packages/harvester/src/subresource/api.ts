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
import { empty, json, notImplemented, readBody } from '../answer.js';
import { type Late, lookAt, type View } from '../view.js';
import { accept, refuseUpgrade } from './handshake.js';
import * as instanceVerbs from './instance-verbs.js';
import { restartMachine, startMachine, stopMachine, type Target } from './machine-verbs.js';
import { relay } from './relay.js';
import { type Call, parseCall, RESOURCES } from './resources.js';

const GROUP = 'subresources.kubevirt.io';
/** Bodies of verbs are a few fields. */
const MAX_BODY = 64 * 1024;
/** Whose API this is compatible with. */
const KUBEVIRT_VERSION = 'v1.8.3';

/** KubeVirt's verbs on machines, and their consoles, as an aggregated API in both of its versions. */
export function subresourceApis(late: Late<View>, clock: Clock): AggregatedApi[] {
  return ['v1', 'v1alpha3'].map((version) => ({
    group: GROUP,
    version,
    resources: RESOURCES,
    handle: (request) => handle(request, late.required),
    upgrade: (request, _identity, socket, head) => upgrade(request, socket, head, late, clock),
  }));
}

async function handle(request: ApiRequest, view: View): Promise<ApiResponse> {
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
  const { dryRun } = await options(request);
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
  if (!['PUT start', 'PUT stop', 'PUT restart'].includes(verb))
    throw notImplemented(`${request.method} virtualmachines/${subresource}`);
  const { dryRun, fields } = await options(request);
  const { namespace, name } = vm.metadata;
  const target: Target = {
    client: view.client,
    vm,
    instance: await lookAt(view.client, virtualMachineInstances, { namespace, name }),
    dryRun,
  };
  if (subresource === 'start') {
    if (fields['paused'] === true) throw notImplemented('starting a machine paused');
    await startMachine(target);
  } else if (subresource === 'stop') {
    await stopMachine(target, seconds(fields, 'gracePeriod'));
  } else {
    await restartMachine(target, seconds(fields, 'gracePeriodSeconds'));
  }
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

async function options(request: ApiRequest): Promise<{ dryRun: boolean; fields: Record<string, unknown> }> {
  const body = (await readBody(request.body, MAX_BODY)).toString('utf8').trim();
  let parsed: unknown = {};
  try {
    if (body !== '') parsed = JSON.parse(body);
  } catch {
    throw badRequest('the request body is not JSON');
  }
  if (parsed === null) parsed = {};
  if (typeof parsed !== 'object' || Array.isArray(parsed)) throw badRequest('expected a JSON object');
  const fields: Record<string, unknown> = { ...parsed };
  const { dryRun } = fields;
  return { fields, dryRun: Array.isArray(dryRun) && dryRun.includes('All') };
}

function seconds(fields: Record<string, unknown>, name: string): number | undefined {
  const value = fields[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0)
    throw badRequest(`${name}: expected a whole number of seconds`);
  return value;
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
