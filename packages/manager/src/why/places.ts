import type {
  ClusterRoleTemplateBinding,
  GlobalRole,
  GlobalRoleBinding,
  Project,
  ProjectRoleTemplateBinding,
  RoleTemplate,
  Stored,
  WhyPlace,
  WhyRole,
} from '@drover/api';
import { isBeingDeleted } from '@drover/controller';
import { provisioningRef } from '../clusters/cluster-directory.js';
import { LOCAL, parseClusterId } from '../clusters/cluster-id.js';
import type { Informers } from '../informers.js';
import type { ClusterRights } from '../rbac/cluster-rights.js';
import type { DownstreamRbac } from '../rbac/downstream-rbac-controller.js';
import type { DownstreamFacts } from '../rbac/downstream-rights.js';
import type { FindUserByPrincipal } from '../rbac/subject.js';
import type { Settings } from '../settings.js';

/** The roles there are, where they count, and who has them, from memory. */
export class Places {
  constructor(
    private readonly parts: {
      readonly informers: Pick<
        Informers,
        | 'management'
        | 'projects'
        | 'globalRoles'
        | 'globalRoleBindings'
        | 'roleTemplates'
        | 'clusterBindings'
        | 'projectBindings'
      >;
      readonly downstreamRbac: Pick<DownstreamRbac, 'followed'>;
      readonly settings: Pick<Settings, 'value'>;
      readonly userOf: FindUserByPrincipal;
    },
  ) {}

  get installation(): string {
    return this.parts.settings.value('install-uuid');
  }

  get userOf(): FindUserByPrincipal {
    return this.parts.userOf;
  }

  /** What is known of a cluster's own RBAC and namespaces, while it is connected. */
  followed(cluster: string): ClusterRights | undefined {
    const id = parseClusterId(cluster);
    return id && this.parts.downstreamRbac.followed(id);
  }

  globalRoles(): readonly Stored<GlobalRole>[] {
    return this.parts.informers.globalRoles.list();
  }

  globalRoleBindings(): readonly Stored<GlobalRoleBinding>[] {
    return this.parts.informers.globalRoleBindings.list();
  }

  clusterBindings(cluster: string): readonly Stored<ClusterRoleTemplateBinding>[] {
    return this.parts.informers.clusterBindings.list(cluster);
  }

  projectBindings(cluster: string): readonly Stored<ProjectRoleTemplateBinding>[] {
    const prefix = `${cluster}:`;
    return this.parts.informers.projectBindings.list().filter(({ projectName }) => projectName.startsWith(prefix));
  }

  roleTemplates(): readonly Stored<RoleTemplate>[] {
    return this.parts.informers.roleTemplates.list();
  }

  readonly findTemplate = (name: string): Stored<RoleTemplate> | undefined =>
    this.parts.informers.roleTemplates.get(undefined, name);

  projects(cluster: string): readonly Stored<Project>[] {
    return this.parts.informers.projects.list(cluster).filter((each) => !isBeingDeleted(each));
  }

  /** A project by its name `cluster:project`. */
  project(id: string): Stored<Project> | undefined {
    const [cluster, name = ''] = id.split(':');
    return this.parts.informers.projects.get(cluster, name);
  }

  clusters(): readonly string[] {
    return this.parts.informers.management.list().map(({ metadata }) => metadata.name);
  }

  clusterName(id: string): string {
    return this.parts.informers.management.get(undefined, id)?.spec?.displayName || id;
  }

  provisioning(id: string): ReturnType<typeof provisioningRef> | undefined {
    const cluster = this.parts.informers.management.get(undefined, id);
    return cluster && provisioningRef(cluster);
  }

  /** What the rights in a cluster follow from, without any binding. */
  facts(cluster: string): DownstreamFacts {
    const followed = this.followed(cluster);
    return {
      installation: this.installation,
      cluster,
      globalRoles: cluster === LOCAL ? [] : this.globalRoles(),
      globalRoleBindings: [],
      hasNamespace: (name) => followed?.namespace(name) !== undefined,
      clusterBindings: [],
      projects: this.projects(cluster),
      projectBindings: [],
      namespacesOf: (project) => (followed?.namespacesOf(cluster, project) ?? []).map(({ metadata }) => metadata.name),
      findTemplate: this.findTemplate,
      userOf: this.userOf,
    };
  }
}

/** A project as a place where a role counts. */
export const projectPlace = ({ metadata: { namespace, name }, spec }: Stored<Project>): WhyPlace => ({
  type: 'project',
  id: `${namespace}:${name}`,
  name: spec?.displayName || name,
});

/** Roles as people know them. */
export const roleNamed = {
  global: (places: Places, name: string): WhyRole => {
    const role = places.globalRoles().find(({ metadata }) => metadata.name === name);
    return { kind: 'GlobalRole', name, displayName: role?.displayName || name, place: { type: 'server' } };
  },
  inCluster: (places: Places, name: string, cluster: string): WhyRole =>
    template(places, name, { type: 'cluster', id: cluster, name: places.clusterName(cluster) }),
  inProject: (places: Places, name: string, project: Stored<Project>): WhyRole =>
    template(places, name, projectPlace(project)),
};

const template = (places: Places, name: string, place: WhyPlace): WhyRole => ({
  kind: 'RoleTemplate',
  name,
  displayName: places.findTemplate(name)?.displayName || name,
  place,
});
