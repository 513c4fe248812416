export { AuditLogFile } from './log-file.js';
export { type LogLine, type LogPlace, logLinesBackwards } from './log-lines.js';
