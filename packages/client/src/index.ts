export type { Client, DeleteOptions, ListOptions, Patch, WatchOptions, WriteOptions } from './client.js';
export type { Informer, InformerEvent } from './informer.js';
export { type Transport, TransportError, type TransportRequest, type TransportResponse } from './transport.js';
