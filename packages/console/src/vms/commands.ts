import type { ClusterApi } from '../api/cluster-api.js';
import { vmiOrders, vmOrders } from '../api/orders.js';
import type { Command, Offer } from '../commands/command.js';
import { type MessageKey, message } from '../i18n/message.js';
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

const order = (
  id: keyof typeof IN_STATES,
  title: MessageKey,
  run: VmCommand['run'],
  options: { dangerous?: boolean; bulk?: boolean } = {},
): VmCommand => ({
  id,
  title,
  group: 'power',
  bulk: options.bulk ?? true,
  ...(options.dangerous === undefined ? {} : { dangerous: options.dangerous }),
  offer: offerIn(id),
  run,
});

/** Every order a machine can be given, in the order of its menu. */
export const vmCommands: readonly VmCommand[] = [
  order('start', 'vm.command.start', (machine, api) => api.order(vmOrders, machine, 'start')),
  order('stop', 'vm.command.stop', (machine, api) => api.order(vmOrders, machine, 'stop'), { dangerous: true }),
  order('pause', 'vm.command.pause', (machine, api) => api.order(vmiOrders, machine, 'pause')),
  order('unpause', 'vm.command.unpause', (machine, api) => api.order(vmiOrders, machine, 'unpause')),
  order('restart', 'vm.command.restart', (machine, api) => api.order(vmOrders, machine, 'restart'), {
    dangerous: true,
  }),
  order('softreboot', 'vm.command.softReboot', (machine, api) => api.order(vmiOrders, machine, 'softreboot'), {
    dangerous: true,
    bulk: false,
  }),
  order(
    'force-stop',
    'vm.command.forceStop',
    (machine, api) => api.order(vmOrders, machine, 'stop', { gracePeriod: 0 }),
    {
      dangerous: true,
    },
  ),
];

/** Whether the machine's screen and serial port can be opened: they exist while its process does. */
export const consoleOffer = ({ state, vmi }: Machine): Offer =>
  vmi?.status?.phase === 'Running' || state.id === 'paused' ? 'yes' : message('vm.refused.console');

/** Whether it can be deleted. */
export const deleteOffer = ({ state }: Machine): Offer =>
  state.id === 'terminating' ? message('vm.refused.terminating') : 'yes';
