export { managerAdmission } from './admission/manager-admission.js';
export { createManager, type Manager, type ManagerOptions } from './manager.js';
