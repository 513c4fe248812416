export type { AuditOptions } from './audit/auditor.js';
export type { AuditEvent } from './audit/event.js';
export { AuditLogFile } from './audit/log-file.js';
export type { AuditSink } from './audit/sink.js';
export { type Listener, type ListenOptions, listen } from './listen.js';
export { type ApiServer, type ApiServerOptions, createApiServer } from './server.js';
