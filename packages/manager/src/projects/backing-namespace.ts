import type { Project, ProjectRoleTemplateBinding, Stored } from '@drover/api';

/**
 * The namespace in the local cluster in which a project's members and secrets are. Projects of earlier Rancher versions have one
 * named like themselves; what the status says counts. Reference `rancher.md`, 5.9.
 */
export const backingNamespace = ({ metadata, status }: Stored<Project>): string =>
  status?.backingNamespace || `${metadata.namespace}-${metadata.name}`;

/** Whether a binding is where the members of the project are kept: elsewhere somebody made it who has no say in the project. */
export const isKeptFor = (project: Stored<Project>, { metadata }: Stored<ProjectRoleTemplateBinding>): boolean =>
  metadata.namespace === backingNamespace(project);
