import type { PolicyRule } from '@drover/api';
import { ALL, named, READ, rule } from '../roles/rule.js';
import { closureOf, type FindTemplate, makesNamespaces, owns, rulesOf } from './role-rules.js';

/** A cluster, or a project of it, which is kept in a namespace of its own. */
export interface Scope {
  readonly cluster: string;
  readonly project?: { readonly name: string; readonly namespace: string };
}

/**
 * What a member has by being one, beside the rules of its role: it sees the cluster and the project, whose owner it may be, and the
 * project's namespaces, which it may change if it may make some. Who gives a role gives that too.
 */
export function membershipRules(template: string, find: FindTemplate, { cluster, project }: Scope): PolicyRule[] {
  const closure = closureOf(template, find);
  if (closure.size === 0) return [];
  const rules = rulesOf(closure);
  const ownsCluster = project === undefined && owns(rules, 'clusters');
  const ofCluster = [
    named('management.cattle.io', 'clusters', cluster, ownsCluster ? ALL : 'get'),
    named('provisioning.cattle.io', 'clusters', cluster, ownsCluster ? ALL : READ),
  ];
  if (project === undefined) return ofCluster;
  const edits = makesNamespaces(rules);
  const hasRoles = rules.length > 0 || [...closure.values()].some(({ external }) => external === true);
  return [
    ...ofCluster,
    named('management.cattle.io', 'projects', project.name, owns(rules, 'projects') ? ALL : 'get'),
    ...(edits ? [named('management.cattle.io', 'projects', project.name, 'manage-namespaces')] : []),
    // Those of the project, as everything that is asked about within it.
    ...(hasRoles ? [rule('', 'namespaces', edits ? ALL : 'get')] : []),
  ];
}
