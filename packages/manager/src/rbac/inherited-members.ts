import type { ClusterRoleTemplateBinding, GlobalRole, GlobalRoleBinding, Stored } from '@drover/api';
import { rancherHash } from './derived-set.js';
import type { FindTemplate } from './role-rules.js';

/** The label of members that follow from a global role; its value names the binding of that. */
export const GRB_OWNER = 'authz.management.cattle.io/grb-owner';

/**
 * The members of one cluster that follow from global roles which give roles in every cluster (reference `rancher.md`, 5.6). A role that
 * somebody has by another binding already is not given twice. `others` are the cluster's members that people made.
 */
export function inheritedMembers(facts: {
  readonly cluster: string;
  readonly globalRoles: readonly GlobalRole[];
  readonly globalRoleBindings: readonly Stored<GlobalRoleBinding>[];
  readonly findTemplate: FindTemplate;
  readonly others: readonly ClusterRoleTemplateBinding[];
}): readonly ClusterRoleTemplateBinding[] {
  const inherited = new Map(
    facts.globalRoles.map(({ metadata, inheritedClusterRoles = [] }) => [metadata.name, inheritedClusterRoles]),
  );
  const taken = new Set(facts.others.map(memberKey));
  const members: ClusterRoleTemplateBinding[] = [];
  const inOrder = [...facts.globalRoleBindings].sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
  for (const { metadata, globalRoleName, userName, userPrincipalName, groupPrincipalName } of inOrder) {
    for (const roleTemplateName of new Set(inherited.get(globalRoleName))) {
      const template = facts.findTemplate(roleTemplateName);
      if (template?.context !== 'cluster' || template.locked === true) continue;
      const member: ClusterRoleTemplateBinding = {
        apiVersion: 'management.cattle.io/v3',
        kind: 'ClusterRoleTemplateBinding',
        metadata: {
          namespace: facts.cluster,
          name: `crtb-grb-${rancherHash(`${metadata.name}/${roleTemplateName}`)}`,
          labels: { [GRB_OWNER]: metadata.name },
        },
        clusterName: facts.cluster,
        roleTemplateName,
        ...(userName ? { userName } : {}),
        ...(userPrincipalName ? { userPrincipalName } : {}),
        ...(groupPrincipalName ? { groupPrincipalName } : {}),
      };
      const key = memberKey(member);
      if (taken.has(key)) continue;
      taken.add(key);
      members.push(member);
    }
  }
  return members;
}

/** Who a member is, and by which role: no two bindings of a cluster say the same. */
export const memberKey = ({
  roleTemplateName,
  userName = '',
  userPrincipalName = '',
  groupName = '',
  groupPrincipalName = '',
}: ClusterRoleTemplateBinding): string =>
  JSON.stringify([roleTemplateName, userName, userPrincipalName, groupName, groupPrincipalName]);
