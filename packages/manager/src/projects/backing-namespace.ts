import type { Project, ProjectRoleTemplateBinding, Stored } from '@drover/api';

/** Names as Rancher makes them: no namespace that is somebody else's is called so. */
const GENERATED = /^p-[a-z0-9]{5}$/;

/**
 * The namespace in the local cluster in which a project's members and secrets are. Projects of earlier Rancher versions have one
 * named like themselves, which their status says; no other word of the status counts, since whoever owns a project may write it.
 * Reference `rancher.md`, 5.9.
 */
export function backingNamespace({ metadata, status }: Stored<Project>): string {
  const { namespace, name } = metadata;
  return status?.backingNamespace === name && GENERATED.test(name) ? name : `${namespace}-${name}`;
}

/** Whether a binding is where the members of the project are kept: elsewhere somebody made it who has no say in the project. */
export const isKeptFor = (project: Stored<Project>, { metadata }: Stored<ProjectRoleTemplateBinding>): boolean =>
  metadata.namespace === backingNamespace(project);
