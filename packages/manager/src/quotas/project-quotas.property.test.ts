import {
  hasReason,
  namespaces,
  type Project,
  type ResourceQuota,
  resourceQuotas,
  type Stored,
  unavailable,
} from '@drover/api';
import { amountsIn, amountsOf, beyond, sum } from '@drover/api/quota';
import type { Limit } from '@drover/api/types/rancher';
import { deleteIfPresent } from '@drover/controller';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { PROJECT_ID } from '../rbac/cluster-rights.js';
import { CLUSTER } from '../testing/bindings.js';
import { openQuotaWorld, type QuotaWorld } from '../testing/quota-world.js';
import { deriveQuotas } from './quota-objects.js';

const PROJECTS = ['p-one', 'p-two'];
const SPACES = ['red', 'blue', 'green', 'gold'];
const WRITES = new Set(['create', 'update', 'patch', 'delete']);

const project = fc.constantFrom(...PROJECTS);
const space = fc.constantFrom(...SPACES);
const amount = fc.nat(6);
const limit = fc.record({ limitsCpu: amount, pods: fc.option(amount, { nil: undefined }) }).map(
  ({ limitsCpu, pods }): Limit => ({
    limitsCpu: `${limitsCpu * 500}m`,
    ...(pods === undefined ? {} : { pods: String(pods) }),
  }),
);

const step = fc.oneof(
  fc.record({ what: fc.constant('limit' as const), of: project, limit: fc.option(limit, { nil: undefined }) }),
  fc.record({
    what: fc.constant('place' as const),
    space,
    of: fc.option(project, { nil: undefined }),
    asked: fc.option(limit, { nil: undefined }),
  }),
  fc.record({ what: fc.constant('remove' as const), space }),
  fc.record({ what: fc.constant('tamper' as const), at: fc.nat(), how: fc.constantFrom('delete', 'change') }),
  // After so many writes to the cluster it answers no more, for a while.
  fc.record({ what: fc.constant('settle' as const), writes: fc.option(fc.nat(6), { nil: undefined }) }),
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** What the default of a project is: a quarter of its quota. */
const quarter = ({ limitsCpu = '0', pods }: Limit): Limit => ({
  limitsCpu: `${Math.floor(Number.parseInt(limitsCpu, 10) / 4)}m`,
  ...(pods === undefined ? {} : { pods: String(Math.floor(Number(pods) / 4)) }),
});

it('whatever happens, no project shares out more than it has, and what is there is in the end what a fresh derivation gives', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 20 }), async (steps) => {
      let left = Number.POSITIVE_INFINITY;
      using world = await openQuotaWorld(PROJECTS, ({ verb, kind }) => {
        if (!WRITES.has(verb) || kind === namespaces) return;
        if (left <= 0) throw unavailable('the cluster does not answer');
        left -= 1;
      });
      for (const each of steps) {
        if (each.what === 'settle') {
          left = each.writes ?? left;
          await world.settle(each.writes === undefined ? 'for good' : 'for now');
          left = Number.POSITIVE_INFINITY;
        } else await act(world, each);
        await holds(world);
      }
      await world.settle();
      await holds(world);
      for (const name of PROJECTS) await isFresh(world, name);
    }),
    { numRuns: 150 },
  );
}, 60_000);

async function act(world: QuotaWorld, each: Exclude<Step, { what: 'settle' }>): Promise<void> {
  if (each.what === 'limit') await world.limit(each.of, each.limit, each.limit && quarter(each.limit));
  else if (each.what === 'place') await world.place(each.space, each.of, each.asked);
  else if (each.what === 'remove') {
    // As a cluster does: first what is in it.
    for (const { metadata } of await world.quotas())
      if (metadata.namespace === each.space) await deleteIfPresent(world.cluster, resourceQuotas, metadata);
    await deleteIfPresent(world.cluster, namespaces, { name: each.space });
  } else {
    const there = await world.quotas();
    const quota = there[each.at % there.length];
    if (quota === undefined) return;
    const changed = { ...quota, spec: { hard: { 'limits.cpu': '0', pods: '0' } } };
    if (each.how === 'delete') await deleteIfPresent(world.cluster, resourceQuotas, quota.metadata);
    else
      await world.cluster.update(resourceQuotas, changed).catch((error: unknown) => {
        if (!hasReason(error, 'NotFound') && !hasReason(error, 'Conflict')) throw error;
      });
  }
}

/** What the project limits, and has noted as shared out, covers what its namespaces have. */
async function holds(world: QuotaWorld): Promise<void> {
  for (const name of PROJECTS) {
    const { spec } = await world.project(name);
    const limits = amountsOf(spec?.resourceQuota?.limit);
    const shared = sum((await quotasOf(world, name)).map((quota) => amountsIn(quota.spec?.hard)));
    expect(beyond(shared, limits)).toEqual(new Map());
    if (limits.size > 0) expect(beyond(amountsOf(spec?.resourceQuota?.usedLimit), limits)).toEqual(new Map());
  }
}

async function quotasOf(world: QuotaWorld, name: string) {
  return (await world.quotas()).filter(({ metadata }) => metadata.labels?.[PROJECT_ID] === name);
}

async function isFresh(world: QuotaWorld, name: string): Promise<void> {
  const owner: Stored<Project> = await world.project(name);
  const all = (await world.cluster.list(namespaces)).items;
  const inProject = all.filter(({ metadata }) => metadata.annotations?.[PROJECT_ID] === `${CLUSTER}:${name}`);
  const present = await quotasOf(world, name);
  const derived = deriveQuotas({ installation: 'us', project: owner, namespaces: inProject, present });
  const contents = (objects: readonly ResourceQuota[]) =>
    Object.fromEntries(
      objects.map(({ metadata: { namespace, name: called, labels }, spec }) => [namespace, { called, labels, spec }]),
    );
  const wanted = [...derived.values()].flatMap(({ quota }) => quota ?? []);
  expect(present).toHaveLength(wanted.length);
  expect(contents(present)).toEqual(contents(wanted));
  const shared = sum(present.map(({ spec }) => amountsIn(spec?.hard)));
  const noted = amountsOf(owner.spec?.resourceQuota?.usedLimit);
  expect([...noted].sort()).toEqual([...shared].sort());
}
