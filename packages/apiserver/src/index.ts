export type { AggregatedApi, ApiRequest, ApiResponse, Attributes, Authorize, PathHandler } from './exchange.js';
export { type Identity, SYSTEM_MASTERS } from './identity.js';
export type { AdmissionPlugin, AdmissionReview, ApiServer, ApiServerOptions } from './server.js';
