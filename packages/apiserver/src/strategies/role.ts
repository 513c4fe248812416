import {
  type ClusterRole,
  forbidden,
  invalidTyped,
  type JsonObject,
  type KubeObject,
  pathSegment,
  required,
  type StatusCause,
  uncovered,
} from '@drover/api';
import type { PolicyRule } from '@drover/api/types/rbac-v1';
import type { Strategy, StrategyContext } from '../catalog/strategy.js';
import { absent, inner, loose, objectsIn } from './absent.js';
import { mayAnyway, onlyLetsGo, RBAC_GROUP, requireHeld } from './escalation.js';
import { plain } from './plain.js';
import { labelSelectorCauses } from './selector-requirement.js';

type RoleObject = KubeObject & Partial<Pick<ClusterRole, 'rules' | 'aggregationRule'>>;

const EVERYTHING: readonly PolicyRule[] = [
  { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
  { verbs: ['*'], nonResourceURLs: ['*'] },
];

/**
 * Roles: nobody writes a role that holds rules they do not, unless they may `escalate`. That goes for each update: by a label
 * alone, rules may become part of an aggregated role that others hold.
 */
function role(plural: 'roles' | 'clusterroles'): Strategy {
  return {
    ...plain,
    nameRule: pathSegment,
    fill: (object) => {
      const fields = loose(object);
      absent(fields, 'rules', []);
      for (const rule of objectsIn(fields['rules'])) absent(rule, 'verbs', []);
    },
    validate: (object) => [...ruleCauses(object, plural === 'roles'), ...aggregationCauses(object)],
    authorizeWrite: (object, old, context) => {
      const { name = '', namespace } = object.metadata;
      // A request to create says no name.
      const asked = { plural, name: old === undefined ? '' : name, namespace };
      if (onlyLetsGo(object, old) || mayAnyway(context, 'escalate', asked)) return;
      const { rules, aggregationRule } = object as RoleObject;
      requireHeld(context, { plural, name, namespace }, rules ?? []);
      const aggregates = [aggregationRule, (old as RoleObject | undefined)?.aggregationRule].some(
        (rule) => (rule?.clusterRoleSelectors ?? []).length > 0,
      );
      if (aggregates) requireEverything(context, name);
    },
  };
}

export const roles = role('roles');
export const clusterRoles = role('clusterroles');

/** What an aggregated role will hold is not known yet, so its writer must hold everything. */
function requireEverything({ identity, rights }: StrategyContext, name: string): void {
  if (uncovered(rights.rulesOf(identity, ''), EVERYTHING).length === 0) return;
  const why = 'must have cluster-admin privileges to use the aggregationRule';
  throw forbidden({ group: RBAC_GROUP, plural: 'clusterroles' }, name, why);
}

function ruleCauses(object: KubeObject, namespaced: boolean): StatusCause[] {
  return ((object as RoleObject).rules ?? []).flatMap((rule, index) => {
    const field = `rules[${index}]`;
    const { verbs, apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] } = rule;
    const causes: StatusCause[] = [];
    if (verbs.length === 0) causes.push(required(`${field}.verbs`, 'verbs must contain at least one value'));
    if (nonResourceURLs.length > 0) {
      const wrong = (why: string): number =>
        causes.push(invalidTyped(`${field}.nonResourceURLs`, nonResourceURLs, why));
      if (namespaced) wrong('namespaced rules cannot apply to non-resource URLs');
      if (apiGroups.length + resources.length + resourceNames.length > 0) {
        wrong('rules cannot apply to both regular resources and non-resource URLs');
      }
      return causes;
    }
    if (apiGroups.length === 0) {
      causes.push(required(`${field}.apiGroups`, 'resource rules must supply at least one api group'));
    }
    if (resources.length === 0) {
      causes.push(required(`${field}.resources`, 'resource rules must supply at least one resource'));
    }
    return causes;
  });
}

function aggregationCauses(object: KubeObject): StatusCause[] {
  const { aggregationRule } = object as RoleObject;
  if (inner(loose(object), 'aggregationRule') === undefined || aggregationRule === undefined) return [];
  const field = 'aggregationRule.clusterRoleSelectors';
  const selectors = aggregationRule.clusterRoleSelectors ?? [];
  if (selectors.length === 0) {
    return [required(field, 'at least one clusterRoleSelector required if aggregationRule is non-nil')];
  }
  return selectors.flatMap((selector, index) => {
    const at = `${field}[${index}]`;
    const causes = labelSelectorCauses(at, selector as JsonObject);
    return causes.length === 0 ? [] : [...causes, invalidTyped(at, undefined, 'invalid label selector.')];
  });
}
