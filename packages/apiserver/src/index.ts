export type { ApiServer, ApiServerOptions } from './server.js';
