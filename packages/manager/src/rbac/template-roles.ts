import type { PolicyRule } from '@drover/api';
import { safeConcat } from '../clusters/cluster-id.js';
import type { DerivedSet, RoleName } from './derived-set.js';
import { closureOf, type FindTemplate, ownRules, promotedRules, rulesAbout, rulesOf } from './role-rules.js';

/** The label of roles that follow from a role template here; its value names it. */
export const ROLE_OWNER = 'authz.cluster.cattle.io/clusterrole-owner';
const AGGREGATES = 'management.cattle.io/aggregates';
const AGGREGATION = 'management.cattle.io/roletemplate-aggregation';

/** Roles that every Kubernetes cluster has; none of ours may take their place. */
const KUBERNETES_ROLES = new Set(['cluster-admin', 'admin', 'edit', 'view']);

/** The name of the cluster role with a template's own rules. */
const ruleRole = (template: string): string => (KUBERNETES_ROLES.has(template) ? `drover-${template}` : template);

/** Which part of a template's rules is wanted, and what its roles are called. */
export type Facet = '' | 'promoted' | 'cluster-mgmt' | 'project-mgmt';

/** Of what this server keeps of a cluster, in the namespace named after it. Reference `rancher.md`, 5.7. */
const CLUSTER_PLANE = {
  'management.cattle.io': [
    'clusterregistrationtokens',
    'clusterroletemplatebindings',
    'etcdbackups',
    'nodepools',
    'nodes',
    'projects',
  ],
};
/** Of what this server keeps of a project, in its backing namespace. */
const PROJECT_PLANE = { 'management.cattle.io': ['projectroletemplatebindings'], '': ['secrets'] };

const RULES: Readonly<Record<Facet, (rules: readonly PolicyRule[]) => readonly PolicyRule[]>> = {
  '': (rules) => rules,
  promoted: promotedRules,
  'cluster-mgmt': (rules) => rulesAbout(rules, CLUSTER_PLANE),
  'project-mgmt': (rules) => rulesAbout(rules, PROJECT_PLANE),
};

/**
 * Adds to `set` the roles that the template `name` amounts to, in the aggregated form: a role with each template's own rules,
 * and beside it one that Kubernetes puts together from that and from those of the inherited templates. Returns the roles to
 * bind: the one put together, and those the cluster has itself, for templates that stand for them. None when there is nothing
 * to grant.
 */
function addTemplateRoles(set: DerivedSet, name: string, find: FindTemplate, facet: Facet): RoleName[] {
  const closure = closureOf(name, find);
  const external = facet === '' ? [...closure].filter(([, { external }]) => external === true) : [];
  const roles: RoleName[] = external.map(([each]) => ({ kind: 'ClusterRole', name: each }));
  const rules = RULES[facet];
  if (rules(rulesOf(closure)).length === 0) return roles;
  for (const [each, template] of closure) {
    if (template.external === true) continue;
    const suffix = facet === '' ? [] : [facet];
    const owned = { [ROLE_OWNER]: label(each), [AGGREGATION]: 'true' };
    const aggregated = (of: string): string => label(safeConcat(of, ...suffix, 'aggregator'));
    const own = safeConcat(ruleRole(each), ...suffix);
    set.clusterRole(own, rules(ownRules(template)), { ...owned, [AGGREGATES]: label(own) });
    const inherited = (template.roleTemplateNames ?? []).filter((of) => {
      const template = closure.get(of);
      return template !== undefined && template.external !== true;
    });
    set.aggregate(
      safeConcat(each, ...suffix, 'aggregator'),
      [label(own), ...inherited.map(aggregated)].map((value) => ({ [AGGREGATES]: value })),
      { ...owned, [AGGREGATES]: aggregated(each) },
    );
  }
  return [...roles, { kind: 'ClusterRole', name: safeConcat(name, ...(facet === '' ? [] : [facet]), 'aggregator') }];
}

/** A name as the value of a label: at most 63 characters, which a name of 253 is cut to. */
const label = (name: string): string => safeConcat(name);

/** The roles of templates as one set has them, each put together once. */
export class TemplateRoles {
  readonly #known = new Map<string, readonly RoleName[]>();

  constructor(
    private readonly set: DerivedSet,
    private readonly find: FindTemplate,
  ) {}

  /** As `addTemplateRoles`. */
  of(template: string, facet: Facet = ''): readonly RoleName[] {
    const key = `${facet} ${template}`;
    const known = this.#known.get(key) ?? addTemplateRoles(this.set, template, this.find, facet);
    this.#known.set(key, known);
    return known;
  }
}
