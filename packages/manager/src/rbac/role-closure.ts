import type { ClusterRole, RoleTemplate } from '@drover/api';

/** A role of Kubernetes that a role template stands for. */
export interface ClosedRole {
  readonly name: string;
  /** `undefined` for a role that the cluster is expected to have already. */
  readonly rules: NonNullable<ClusterRole['rules']> | undefined;
}

/**
 * The roles that `name` amounts to: its own and those it inherits, each once. A template that does not exist gives nothing:
 * in doubt nobody gains a right.
 */
export function roleClosure(name: string, find: (name: string) => RoleTemplate | undefined): readonly ClosedRole[] {
  const closed = new Map<string, ClosedRole>();
  const visit = (each: string): void => {
    if (closed.has(each)) return;
    const template = find(each);
    if (template === undefined) return;
    const rules = template.external === true ? undefined : (template.rules ?? []).map((rule) => ({ ...rule }));
    closed.set(each, { name: each, rules });
    for (const inherited of template.roleTemplateNames ?? []) visit(inherited);
  };
  visit(name);
  return [...closed.values()];
}
