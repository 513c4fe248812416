/**
 * Names that the roles made of templates, projects and clusters have, in a cluster or here. A template's own role is named like
 * the template: one that is called so would take the place of a role that others are bound to.
 */
const TAKEN =
  /^(cattle-|drover-|r-cluster-)|-(aggregator|promoted|(cluster|project)-mgmt|cluster(owner|member)|namespaces-(edit|readonly|psa))$/;

/** Longer names would be cut in the names of the template's roles, where two that begin alike could become one. */
export const MAX_TEMPLATE_NAME = 63 - '-project-mgmt-aggregator'.length;

/** Whether the role of a template of that name is, or could be, another one of this server's. */
export const isTakenRoleName = (template: string): boolean => TAKEN.test(template);
