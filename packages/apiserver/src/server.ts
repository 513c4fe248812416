import type { Duplex } from 'node:stream';
import type { AdmissionPlugin, AggregatedApi, ApiRequest, ApiResponse, Identity, PathHandler } from '@drover/api';
import type { Clock, Log, RandomBytes } from '@drover/kit';
import type { Store } from '@drover/store';

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

/** A running API server. Disposing it stops its controllers and ends its watches; it does not close the store. */
export interface ApiServer extends AsyncDisposable {
  /**
   * Serves one request. `identity` is given when the sender was authenticated by other means (this process itself, a client
   * certificate); otherwise the request's headers are asked. Impersonation headers are honoured in both cases.
   */
  handle(request: ApiRequest, identity?: Identity): Promise<ApiResponse>;
  /** Serves a WebSocket handshake on its raw connection. */
  upgrade(request: ApiRequest, socket: Duplex, head: Uint8Array, identity?: Identity): Promise<void>;
  /** PEM of the certificate authority that signs serving and client certificates. */
  readonly caPem: string;
  /** A serving certificate for `hosts` (names and addresses), signed by the authority; renewed by the caller's restart. */
  servingCertificate(hosts: readonly string[]): Promise<{ readonly certPem: string; readonly keyPem: string }>;
  /**
   * The administrator's kubeconfig for this server at `url`: a bearer token in `system:masters` that lasts as long as the data
   * directory.
   */
  adminKubeconfig(url: string): Promise<string>;
}
