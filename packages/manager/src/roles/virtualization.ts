import type { PolicyRule } from '@drover/api';
import { ALL, READ, rule } from './rule.js';

const SUBRESOURCES = 'subresources.kubevirt.io';

/** Starting, stopping, pausing and restarting machines. */
export const POWER: readonly PolicyRule[] = [
  rule(SUBRESOURCES, 'virtualmachines/start virtualmachines/stop virtualmachines/restart', 'update'),
  rule(
    SUBRESOURCES,
    'virtualmachineinstances/pause virtualmachineinstances/unpause virtualmachineinstances/softreboot virtualmachineinstances/reset',
    'update',
  ),
];

/** Sitting in front of a machine: screen, keyboard and serial line. */
export const CONSOLE: readonly PolicyRule[] = [
  rule(
    SUBRESOURCES,
    'virtualmachineinstances/console virtualmachineinstances/vnc virtualmachineinstances/vnc/screenshot virtualmachineinstances/portforward virtualmachineinstances/usbredir',
    'get',
  ),
];

/** Moving machines between hosts. */
export const MIGRATION: readonly PolicyRule[] = [
  rule(SUBRESOURCES, 'virtualmachines/migrate', 'update'),
  rule('kubevirt.io', 'virtualmachineinstancemigrations', ALL),
];

/** What project roles lack upstream: schedules, load balancers, and how much of a snapshot quota is left. */
export const PROJECT_EXTRAS: readonly PolicyRule[] = [
  rule('harvesterhci.io', 'schedulevmbackups', ALL),
  rule('harvesterhci.io', 'resourcequotas', READ),
  rule('loadbalancer.harvesterhci.io', 'loadbalancers', ALL),
  rule('loadbalancer.harvesterhci.io', 'ippools', READ),
];

/** The same to look at. */
export const PROJECT_EXTRAS_READ: readonly PolicyRule[] = [
  rule('harvesterhci.io', 'schedulevmbackups resourcequotas', READ),
  rule('loadbalancer.harvesterhci.io', 'loadbalancers ippools', READ),
];

const GROUPS = [
  'harvesterhci.io',
  'network.harvesterhci.io',
  'loadbalancer.harvesterhci.io',
  'devices.harvesterhci.io',
  'node.harvesterhci.io',
];

/** Every kind of Harvester's groups, with these verbs. */
export const harvester = (verbs: string): readonly PolicyRule[] => GROUPS.map((group) => rule(group, '*', verbs));
