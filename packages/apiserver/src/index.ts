export type { AuditEvent } from './api.js';
export { type Listener, type ListenOptions, listen } from './listen.js';
export { type ApiServer, type ApiServerOptions, createApiServer } from './server.js';
