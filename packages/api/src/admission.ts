import type { Identity } from './identity.js';
import type { KubeObject } from './object.js';

/** One admission step compiled into this process. */
export interface AdmissionPlugin {
  readonly name: string;
  /** `group/plural` of the kinds it looks at. */
  readonly resources: readonly string[];
  admit(review: AdmissionReview): Promise<KubeObject | undefined> | KubeObject | undefined;
}

/** What an admission step sees. `object` is absent for deletes, `old` for creates. Steps of this process see no `CONNECT`. */
export interface AdmissionReview {
  readonly operation: 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT';
  readonly group: string;
  readonly resource: string;
  readonly subresource?: string | undefined;
  readonly namespace?: string | undefined;
  readonly name: string;
  readonly object?: KubeObject;
  readonly old?: KubeObject;
  readonly identity: Identity;
  readonly dryRun: boolean;
}
