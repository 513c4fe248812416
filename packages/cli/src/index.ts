export { readLabConfig, readServerConfig, readUpConfig } from './config.js';
export { type RunningLab, startLab } from './lab.js';
export { type RunningServer, startServer } from './server.js';
export type { Surroundings } from './surroundings.js';
