import { type ClusterRole, labelRequirements, matchesLabels } from '@drover/api';
import type { PolicyRule } from '@drover/api/types/rbac-v1';
import type { Controller, ControllerContext } from './controller.js';
import { ReconcileLoop } from './reconcile-loop.js';

const CLUSTER_ROLES = { group: 'rbac.authorization.k8s.io', plural: 'clusterroles' };

/** Keeps the rules of ClusterRoles with an `aggregationRule` equal to those of the roles their selectors choose. */
export const clusterRoleAggregation: Controller = (context) => {
  const stop = new AbortController();
  const loop = new ReconcileLoop({
    ...context,
    name: 'cluster-role-aggregation',
    reconcile: (name) => aggregate(context, name),
  });
  const onRoles = (): void => {
    for (const role of rolesOf(context)) if (role.aggregationRule) loop.add(role.metadata.name);
  };
  context.objects.watch(CLUSTER_ROLES, onRoles, stop.signal);
  return {
    async [Symbol.asyncDispose]() {
      stop.abort();
      await loop[Symbol.asyncDispose]();
    },
  };
};

async function aggregate(context: ControllerContext, name: string): Promise<void> {
  await context.objects.update(CLUSTER_ROLES, { name }, (object) => {
    const role = object as ClusterRole;
    if (!role.aggregationRule) return undefined;
    const rules = aggregatedRules(role, rolesOf(context));
    return JSON.stringify(rules) === JSON.stringify(role.rules ?? []) ? undefined : { ...role, rules };
  });
}

/** The rules of the chosen roles in the order of their names, each once. A role never chooses itself. */
export function aggregatedRules(role: ClusterRole, all: readonly ClusterRole[]): PolicyRule[] {
  const selectors = (role.aggregationRule?.clusterRoleSelectors ?? []).map(labelRequirements);
  const chosen = all
    .filter(({ metadata }) => metadata.name !== role.metadata.name)
    .filter(({ metadata }) => selectors.some((selector) => matchesLabels(selector, metadata.labels)))
    .sort((a, b) => ((a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1));
  const rules = new Map<string, PolicyRule>();
  for (const rule of chosen.flatMap((one) => one.rules ?? [])) rules.set(JSON.stringify(rule), rule);
  return [...rules.values()];
}

function rolesOf({ objects }: ControllerContext): (ClusterRole & { metadata: { name: string } })[] {
  return objects.list(CLUSTER_ROLES).map((object) => object as ClusterRole & typeof object);
}
