import type { KubeObject } from '@drover/api';
import type { Clock, Log, RandomBytes } from '@drover/kit';
import type { Store } from '@drover/store';
import type { AggregatedApi, ApiRequest, ApiResponse, PathHandler } from './exchange.js';
import type { Identity } from './identity.js';

/** What an API server is made of. The caller keeps the store and closes it after the server. */
export interface ApiServerOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly log: Log;
  /** Where the certificate authority, the service-account key and the serving certificate are kept (0700). */
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
}

/** One admission step compiled into this process. */
export interface AdmissionPlugin {
  readonly name: string;
  /** `group/plural` of the kinds it looks at. */
  readonly resources: readonly string[];
  admit(review: AdmissionReview): Promise<KubeObject | undefined> | KubeObject | undefined;
}

/** What an admission step sees. `object` is absent for deletes, `old` for creates. */
export interface AdmissionReview {
  readonly operation: 'CREATE' | 'UPDATE' | 'DELETE';
  readonly group: string;
  readonly resource: string;
  readonly subresource?: string;
  readonly namespace?: string;
  readonly name: string;
  readonly object?: KubeObject;
  readonly old?: KubeObject;
  readonly identity: Identity;
  readonly dryRun: boolean;
}

/** A running API server. Disposing it stops its controllers and ends its watches; it does not close the store. */
export interface ApiServer extends AsyncDisposable {
  /** Serves one request whose sender has been authenticated by other means (this process itself). */
  handle(request: ApiRequest, identity: Identity): Promise<ApiResponse>;
  /** PEM of the certificate authority that signs serving and client certificates. */
  readonly caPem: string;
  /** Issues a client certificate. `lifetimeMs` from now. */
  issueClientCertificate(identity: {
    readonly name: string;
    readonly groups: readonly string[];
    readonly lifetimeMs: number;
  }): Promise<{ readonly certPem: string; readonly keyPem: string }>;
}
