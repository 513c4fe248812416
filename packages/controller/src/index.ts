export { type Reconcile, type Request, type Result, Terminal } from './controller.js';
