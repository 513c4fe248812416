export type { AuditOptions } from './audit/auditor.js';
export { BatchSink, LOG_BATCHES, WEBHOOK_BATCHES } from './audit/batch-sink.js';
export { BlockingSink } from './audit/blocking-sink.js';
export type { AuditEvent } from './audit/event.js';
export { AuditLogFile } from './audit/log-file.js';
export type { AuditSink } from './audit/sink.js';
export { AuditWebhook } from './audit/webhook.js';
export { type Listener, type ListenOptions, listen } from './listen.js';
export { type ApiServer, type ApiServerOptions, createApiServer } from './server.js';
