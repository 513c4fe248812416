export type { TunnelSession } from './session.js';
