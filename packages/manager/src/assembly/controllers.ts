import type { Controller } from '@drover/controller';
import { provisioningControllers } from '../clusters/provisioning-controller.js';
import { registrationTokenController } from '../clusters/registration-token-controller.js';
import { principalUsers } from '../identity/principal-users.js';
import { tokenReaper } from '../identity/token-reaper.js';
import { userCleanup } from '../identity/user-cleanup.js';
import type { Informers } from '../informers.js';
import { projectController } from '../projects/project-controller.js';
import { ProjectNamespaces } from '../projects/project-namespaces.js';
import { globalRbacController } from '../rbac/global-rbac-controller.js';
import { impersonationAccountController } from '../rbac/impersonation-account-controller.js';
import { inheritedMembersController } from '../rbac/inherited-members-controller.js';
import { managementRbacController } from '../rbac/management-rbac-controller.js';
import { newUserController } from '../rbac/new-user-controller.js';
import { roleCleanup } from '../rbac/role-cleanup.js';
import type { Settings } from '../settings.js';
import type { ClusterParts } from './cluster-parts.js';
import type { IdentityParts } from './identity-parts.js';
import type { Means } from './means.js';

/** Every reconcile loop of the management side. */
export function controllersOf(
  means: Means,
  informers: Informers,
  { settings, identity, clusters }: { settings: Settings; identity: IdentityParts; clusters: ClusterParts },
): readonly Pick<Controller, 'start'>[] {
  const { management, provisioning, registrationTokens, users, tokens } = informers;
  const { tunnels, downstreams, downstreamRbac, impersonation, repairs } = clusters;
  const userOf = (principal: string) => identity.directory.userByPrincipal(principal);
  const projectNamespaces = new ProjectNamespaces({ ...means, ...informers, downstreamRbac, settings });
  return [
    clusters.controller,
    ...provisioningControllers({ ...means, management, provisioning }),
    registrationTokenController({ ...means, tokens: registrationTokens, settingObjects: informers.settings, settings }),
    newUserController({ ...means, users, globalRoles: informers.globalRoles }),
    principalUsers({ ...means, ...informers, directory: identity.directory }),
    userCleanup({ ...means, ...informers, passwords: identity.passwords }),
    tokenReaper({ ...means, tokens, life: identity.life }),
    ...roleCleanup({ ...means, ...informers }),
    inheritedMembersController({ ...means, ...informers, clusters: management }),
    globalRbacController({ ...means, ...informers, rbac: informers, repairs, downstreamRbac, userOf }),
    projectController({ ...means, ...informers, clusters: management, projectNamespaces }),
    projectNamespaces.controller,
    clusters.quotas.controller,
    managementRbacController({ ...means, ...informers, rbac: informers, repairs, clusters: management, userOf }),
    downstreamRbac.controller,
    impersonationAccountController({
      ...means,
      ...identity,
      clusters: management,
      users,
      impersonation,
      downstreams,
      tunnels,
    }),
  ];
}
