export { managerAdmission } from './admission/manager-admission.js';
export { type AuditEvent, parseAuditEvent } from './audit/audit-event.js';
export type { AuditLevel, AuditLog } from './audit/audit-log.js';
export {
  type AuditFilter,
  AuditQueryError,
  parseAuditFilter,
  parseLimit,
  readAudit,
} from './audit/audit-query.js';
export { type AdminReset, resetAdminPassword } from './bootstrap/reset-admin-password.js';
export { ExtApi } from './ext/ext-api.js';
export type { Route, UpgradeRoute } from './front/route.js';
export { createManager, type Manager, type ManagerOptions } from './manager.js';
export { type NamespacePolicy, namespacePolicy } from './projects/namespace-policy.js';
