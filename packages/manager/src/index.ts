export { managerAdmission } from './admission/manager-admission.js';
export { type AdminReset, resetAdminPassword } from './bootstrap/reset-admin-password.js';
export { createManager, type Manager, type ManagerOptions } from './manager.js';
export { type NamespacePolicy, namespacePolicy } from './projects/namespace-policy.js';
