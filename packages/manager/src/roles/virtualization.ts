import type { PolicyRule } from '@drover/api';
import { ALL, named, READ, rule } from './rule.js';

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

/** Every kind of Harvester's groups, to be managed. */
export const HARVESTER_ALL: readonly PolicyRule[] = GROUPS.map((group) => rule(group, '*', ALL));

/**
 * Harvester's own kinds in which nothing secret stands. Settings are not among them: the registration URL is the credential of the
 * cluster's agent, and certificates have their keys beside them; nor are add-ons, whose values may hold passwords.
 */
export const HARVESTER_VIEW: readonly PolicyRule[] = [
  rule(
    'harvesterhci.io',
    'keypairs preferences resourcequotas schedulevmbackups supportbundles upgradelogs upgrades versions virtualmachinebackups virtualmachineimagedownloaders virtualmachineimages virtualmachinerestores virtualmachinetemplates virtualmachinetemplateversions volumeremotebackups volumeremoterestores',
    READ,
  ),
];

/** The same of a whole cluster, with its networks, devices and hosts, and which release it is. */
export const HARVESTER_VIEW_ALL: readonly PolicyRule[] = [
  ...HARVESTER_VIEW,
  named('harvesterhci.io', 'settings', 'server-version', 'get'),
  ...GROUPS.slice(1).map((group) => rule(group, '*', READ)),
];
