import type { AdmissionPlugin, AggregatedApi, PathHandler, QuotaMeasure } from '@drover/api';
import type { Clock, Log, RandomBytes } from '@drover/kit';
import type { Store } from '@drover/store';
import type { AuditOptions } from './audit/auditor.js';

/** What an API server is made of. The caller keeps the store and closes it after the server. */
export interface ApiServerOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly log: Log;
  /** Where the certificate authority, the service-account key and the administrator's token are kept (0700). */
  readonly dataDir: string;
  /** The URL that clients use, for kubeconfigs, discovery documents and the `kubernetes` Service. */
  readonly advertise: { readonly host: string; readonly port: number };
  readonly aggregated?: readonly AggregatedApi[];
  readonly paths?: readonly PathHandler[];
  /**
   * Called with each object that is about to be stored, after defaulting and validation; may return a changed object or throw
   * `ApiError`. How built-in admission of the kinds above (Harvester's, Rancher's) plugs in.
   */
  readonly admission?: readonly AdmissionPlugin[];
  /** What objects of those kinds use of ResourceQuotas, beside being counted. */
  readonly quotaMeasures?: readonly QuotaMeasure[];
  /**
   * Whether claims and volumes that are deleted stay until nobody uses them (default `true`). `false` where that is for whoever
   * provides the volumes.
   */
  readonly storageProtection?: boolean;
  /** Which requests are told to whom (audit.k8s.io); without it none are. */
  readonly audit?: AuditOptions;
  /** Requests worked on at the same time; priority levels share them (default 600, as kube-apiserver). */
  readonly seats?: number;
  /** `gitVersion` of `/version`; by default the version of Kubernetes whose API this is. */
  readonly version?: string;
}
