export { applyEvent, isOlder } from './apply-event.js';
export type { Client, DeleteOptions, ListOptions, Patch, WatchOptions, WriteOptions } from './client.js';
export { type FetchTransportOptions, fetchTransport } from './fetch-transport.js';
export {
  createInformer,
  type Informer,
  type InformerEvent,
  type InformerHealth,
  type InformerOptions,
} from './informer.js';
export { type ClientOptions, createClient } from './rest-client.js';
export {
  type Headers,
  type Transport,
  TransportError,
  type TransportRequest,
  type TransportResponse,
} from './transport.js';
