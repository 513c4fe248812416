export { type AccessQuestion, isAllowed, reviewAccess } from './access-review.js';
export { isOlder } from './apply-event.js';
export type { Client, DeleteOptions, ListOptions, Patch, WatchOptions, WriteOptions } from './client.js';
export type { ConnectionTransport, Upgrade } from './connection-transport.js';
export { AccessError, type ClusterAccess, type HttpsTransportOptions, httpsTransport } from './https-transport.js';
export { inClusterAccess } from './in-cluster.js';
export { type Handle, inProcessTransport } from './in-process-transport.js';
export {
  createInformer,
  type Informer,
  type InformerEvent,
  type InformerHealth,
  type InformerOptions,
} from './informer.js';
export { KubeconfigError, type KubeconfigOptions, loadKubeconfig, parseKubeconfig } from './kubeconfig.js';
export type { IndexFunction } from './object-cache.js';
export { type ClientOptions, createClient } from './rest-client.js';
export { type StreamTransportOptions, streamTransport } from './stream-transport.js';
export type { TokenSource } from './token.js';
export { tokenFile } from './token-file.js';
export {
  type Headers,
  type Transport,
  TransportError,
  type TransportRequest,
  type TransportResponse,
} from './transport.js';
export { waitFor } from './wait.js';
