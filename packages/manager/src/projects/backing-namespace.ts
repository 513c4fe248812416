import type { Project, Stored } from '@drover/api';

/**
 * The namespace in the local cluster in which a project's members and secrets are. Projects of earlier Rancher versions have one
 * named like themselves; what the status says counts. Reference `rancher.md`, 5.9.
 */
export const backingNamespace = ({ metadata, status }: Stored<Project>): string =>
  status?.backingNamespace || `${metadata.namespace}-${metadata.name}`;
