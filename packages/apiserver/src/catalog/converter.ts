import type { KubeObject } from '@drover/api';
import type { Entry } from '@drover/store';

/**
 * How objects come into one version of a kind whose versions are converted outside this process. It works on stored entries, and
 * answers with entries: whatever puts answers together from stored bytes need not know of it. Kinds without one are shown at
 * once, and never wait.
 */
export interface VersionConverter {
  /** Stored entries in the form of this version: those that are in it already, and others converted. @throws ApiError. */
  shown(entries: readonly Entry[]): Promise<readonly Entry[]>;
  /** Objects of any version in the form of this one. @throws ApiError. */
  convert(objects: readonly KubeObject[]): Promise<readonly KubeObject[]>;
}
