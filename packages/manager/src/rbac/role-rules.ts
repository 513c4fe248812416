import type { PolicyRule, RoleTemplate } from '@drover/api';
import { rulesAllow } from '@drover/api';
import { isTakenRoleName } from './taken-role-name.js';

/** Finds a role template by its name. */
export type FindTemplate = (name: string) => RoleTemplate | undefined;

/**
 * The templates that `name` amounts to: itself and those it inherits, each once. A template that does not exist, or has the name
 * of another role, gives nothing: in doubt nobody gains a right.
 */
export function closureOf(name: string, find: FindTemplate): ReadonlyMap<string, RoleTemplate> {
  const closure = new Map<string, RoleTemplate>();
  const visit = (each: string): void => {
    if (closure.has(each)) return;
    const template = find(each);
    if (template === undefined || isTakenRoleName(each)) return;
    closure.set(each, template);
    for (const inherited of template.roleTemplateNames ?? []) visit(inherited);
  };
  visit(name);
  return closure;
}

/** The rules this server makes of a template; an external one stands for a role that each cluster has itself. */
export const ownRules = ({ external, rules }: RoleTemplate): readonly PolicyRule[] =>
  external === true ? [] : (rules ?? []);

/** The rules of all templates of a closure. */
export const rulesOf = (closure: ReadonlyMap<string, RoleTemplate>): readonly PolicyRule[] =>
  [...closure.values()].flatMap(ownRules);

/** The parts of `rules` that are about the given resources, which a wildcard becomes. */
export function rulesAbout(rules: readonly PolicyRule[], resources: ResourcesByGroup): PolicyRule[] {
  return rules.flatMap(({ apiGroups = [], resources: of = [], resourceNames, verbs }) =>
    Object.entries(resources).flatMap(([group, known]) => {
      if (!apiGroups.includes(group) && !apiGroups.includes('*')) return [];
      const about = of.includes('*') ? known : known.filter((resource) => of.includes(resource));
      if (about.length === 0) return [];
      return [{ apiGroups: [group], resources: [...about], ...(resourceNames && { resourceNames }), verbs }];
    }),
  );
}

/** Resources by the API group they are in. */
export type ResourcesByGroup = Readonly<Record<string, readonly string[]>>;

/**
 * Resources without a namespace that a role in a project may be about: what of them a project role grants is granted in the
 * whole cluster ("promoted"). Reference `rancher.md`, 5.8.
 */
const PROMOTED: ResourcesByGroup = {
  '': ['nodes', 'persistentvolumes'],
  'ui.cattle.io': ['navlinks'],
  'storage.k8s.io': ['storageclasses'],
  'apiregistration.k8s.io': ['apiservices'],
  'catalog.cattle.io': ['clusterrepos'],
};

/** What of a project role's rules holds in the whole cluster. A wildcard is about what is in the project's namespaces alone. */
export function promotedRules(rules: readonly PolicyRule[]): PolicyRule[] {
  const explicit = rules.filter(({ apiGroups = [], resources = [] }) => ![...apiGroups, ...resources].includes('*'));
  const local = explicit.filter(
    ({ apiGroups, resources, resourceNames }) =>
      apiGroups?.includes('management.cattle.io') &&
      resources?.includes('clusters') &&
      resourceNames?.join() === 'local',
  );
  return [...rulesAbout(explicit, PROMOTED), ...rulesAbout(local, { 'management.cattle.io': ['clusters'] })];
}

/** Whether whoever has the rules may make namespaces in a project. */
export const makesNamespaces = (rules: readonly PolicyRule[]): boolean =>
  rulesAllow(rules, { verb: 'create', group: '', resource: 'namespaces' });

/** Whether whoever has the rules may loosen the security of pods in the namespaces of a project. */
export const setsPodSecurity = (rules: readonly PolicyRule[]): boolean =>
  rulesAllow(rules, { verb: 'updatepsa', group: 'management.cattle.io', resource: 'projects' });

/** Whether the rules make an owner of a cluster or of a project. */
export const owns = (rules: readonly PolicyRule[], resource: 'clusters' | 'projects'): boolean =>
  rulesAllow(rules, { verb: 'own', group: 'management.cattle.io', resource });
