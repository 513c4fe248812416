import type {
  ClusterRoleTemplateBinding,
  Project,
  ProjectRoleTemplateBinding,
  RoleTemplate,
  Stored,
} from '@drover/api';
import { type BindingSubject, localUserOf } from './member.js';

/** A role that a user has in a cluster or in one of its projects. */
export interface Membership {
  readonly key: string;
  readonly user: string;
  readonly cluster: string;
  /** Absent: in the cluster itself. */
  readonly project?: { readonly id: string; readonly title: string };
  /** What the role is called. */
  readonly role: string;
}

/** What role templates are called, by name. */
export const roleTitles = (templates: readonly Stored<RoleTemplate>[]): ReadonlyMap<string, string> =>
  new Map(templates.map(({ metadata, displayName }) => [metadata.name, displayName ?? metadata.name]));

/** Where a user is a member, clusters first. */
export function membershipsOf(
  user: string,
  inClusters: readonly Stored<ClusterRoleTemplateBinding>[],
  inProjects: readonly Stored<ProjectRoleTemplateBinding>[],
  projects: readonly Stored<Project>[],
  templates: readonly Stored<RoleTemplate>[],
): Membership[] {
  const titles = roleTitles(templates);
  const named = new Map(
    projects.map(({ metadata, spec }) => [
      `${metadata.namespace}:${metadata.name}`,
      spec?.displayName ?? metadata.name,
    ]),
  );
  const isTheirs = (binding: BindingSubject): boolean => localUserOf(binding) === user;
  return [
    ...inClusters.filter(isTheirs).map(({ metadata, clusterName, roleTemplateName }) => ({
      key: `${metadata.namespace}/${metadata.name}`,
      user,
      cluster: clusterName,
      role: titles.get(roleTemplateName) ?? roleTemplateName,
    })),
    ...inProjects.filter(isTheirs).map(({ metadata, projectName, roleTemplateName }) => ({
      key: `${metadata.namespace}/${metadata.name}`,
      user,
      cluster: projectName.split(':')[0] ?? '',
      project: { id: projectName.split(':')[1] ?? '', title: named.get(projectName) ?? projectName },
      role: titles.get(roleTemplateName) ?? roleTemplateName,
    })),
  ];
}
