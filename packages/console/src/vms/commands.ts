import { virtualMachines } from '@drover/api';
import type { ClusterApi } from '../api/cluster-api.js';
import { vmiOrders, vmOrders } from '../api/orders.js';
import { type Command, needsOf, type Offer } from '../commands/command.js';
import type { ConsoleKind } from '../consoles/window.js';
import { type MessageKey, message } from '../i18n/message.js';
import { at, type Need, need } from '../rights/needs.js';
import type { Rights } from '../rights/rights.js';
import type { Machine } from './machine.js';
import type { VmStateId } from './state.js';

/** An order to a machine. */
export type VmCommand = Command<Machine, ClusterApi>;

// state          | start stop restart pause unpause soft-reboot force-stop
// ---------------|--------------------------------------------------------
// off, error     | yes   (1)  -       -     -       -           -
// starting, ...  | -     yes  yes     -     -       -           -
// running        | -     yes  yes     yes   -       yes (2)     yes
// paused         | -     yes  yes     -     yes     -           yes
// stopping       | -     -    -       -     -       -           yes
// migrating      | -     -    -       -     -       -           -
// terminating    | -     -    -       -     -       -           -
// (1) only a machine that keeps trying to start can be stopped while it is down
// (2) needs the guest agent or ACPI; the cluster says so when neither answers
const IN_STATES = {
  start: ['off', 'error'],
  stop: ['starting', 'pending', 'unschedulable', 'running', 'not-ready', 'paused', 'error'],
  restart: ['starting', 'pending', 'unschedulable', 'running', 'not-ready', 'paused'],
  pause: ['running', 'not-ready'],
  unpause: ['paused'],
  softreboot: ['running', 'not-ready'],
  'force-stop': ['running', 'not-ready', 'paused', 'stopping'],
} as const satisfies Record<string, readonly VmStateId[]>;

/** Shown in the menu though refused, so that the menu does not jump about; the other states hide the command. */
const ALWAYS_SHOWN: ReadonlySet<string> = new Set(['start', 'stop', 'restart', 'pause', 'softreboot']);

function offerIn(id: keyof typeof IN_STATES): (machine: Machine) => Offer {
  const states: readonly VmStateId[] = IN_STATES[id];
  return ({ state, vm }) => {
    if (states.includes(state.id)) {
      if (id === 'stop' && state.id === 'error' && vm.spec.runStrategy === 'Halted') return 'hidden';
      return 'yes';
    }
    if (!ALWAYS_SHOWN.has(id)) return 'hidden';
    if (id === 'start' && (state.id === 'running' || state.id === 'not-ready')) return message('vm.refused.running');
    return message(REFUSALS[state.id]);
  };
}

const REFUSALS: Readonly<Record<VmStateId, MessageKey>> = {
  restoring: 'vm.refused.restoring',
  terminating: 'vm.refused.terminating',
  migrating: 'vm.refused.migrating',
  unschedulable: 'vm.refused.starting',
  paused: 'vm.refused.paused',
  error: 'vm.refused.off',
  stopping: 'vm.refused.stopping',
  off: 'vm.refused.off',
  running: 'vm.refused.running',
  'not-ready': 'vm.refused.running',
  starting: 'vm.refused.starting',
  pending: 'vm.refused.starting',
  unknown: 'vm.refused.unknown',
};

interface OrderOptions {
  readonly dangerous?: boolean;
  readonly bulk?: boolean;
  /** The subresource that takes the order, where it is not called like the command. */
  readonly verb?: string;
  readonly body?: object;
}

/** An order is a PUT on a subresource, and takes the right to that. */
function order(
  id: keyof typeof IN_STATES,
  title: MessageKey,
  kind: typeof vmOrders,
  { dangerous = false, bulk = true, verb = id, body }: OrderOptions = {},
): VmCommand {
  return {
    id,
    title,
    group: 'power',
    bulk,
    dangerous,
    offer: offerIn(id),
    needs: [need('update', kind, verb)],
    run: (machine, api) => api.order(kind, machine, verb, body),
  };
}

/** Every order a machine can be given, in the order of its menu. */
export const vmCommands: readonly VmCommand[] = [
  order('start', 'vm.command.start', vmOrders),
  order('stop', 'vm.command.stop', vmOrders, { dangerous: true }),
  order('pause', 'vm.command.pause', vmiOrders),
  order('unpause', 'vm.command.unpause', vmiOrders),
  order('restart', 'vm.command.restart', vmOrders, { dangerous: true }),
  order('softreboot', 'vm.command.softReboot', vmiOrders, { dangerous: true, bulk: false }),
  order('force-stop', 'vm.command.forceStop', vmOrders, { dangerous: true, verb: 'stop', body: { gracePeriod: 0 } }),
];

const CONSOLE_NEEDS: Readonly<Record<ConsoleKind, Need>> = {
  vnc: need('get', vmiOrders, 'vnc'),
  serial: need('get', vmiOrders, 'console'),
};
/** Which disks go along is written on the machine first. */
const DELETE = [need('patch', virtualMachines), need('delete', virtualMachines)];
/** What making a machine takes. */
export const CREATE_VM = need('create', virtualMachines);
const UPDATE = need('update', virtualMachines);

/** Whatever can be done with machines, as rights to ask for. */
export const VM_NEEDS: readonly Need[] = [...needsOf(vmCommands), ...Object.values(CONSOLE_NEEDS), UPDATE, ...DELETE];

/** Whether the machine's screen and serial port can be opened: they exist while its process does. */
export function consoleOffer({ state, vmi, ...machine }: Machine, kind: ConsoleKind, rights: Rights): Offer {
  const allowed = rights.offer([at(CONSOLE_NEEDS[kind], machine)]);
  if (allowed !== 'yes') return allowed;
  return vmi?.status?.phase === 'Running' || state.id === 'paused' ? 'yes' : message('vm.refused.console');
}

/** Whether it can be deleted. */
export function deleteOffer({ state, ...machine }: Machine, rights: Rights): Offer {
  const allowed = rights.offer(DELETE.map((each) => at(each, machine)));
  if (allowed !== 'yes') return allowed;
  return state.id === 'terminating' ? message('vm.refused.terminating') : 'yes';
}

/** Whether its description can be changed. */
export const editOffer = (machine: Machine, rights: Rights): Offer => rights.offer([at(UPDATE, machine)]);
