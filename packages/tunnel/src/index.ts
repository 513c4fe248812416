export { type KeepTunnelOptions, keepTunnel, openTunnel, type TunnelClientOptions, TunnelRefused } from './client.js';
export { defaultLimits, type TunnelLimits } from './limits.js';
export { parseAddress, type RelayOptions, relayTcp } from './relay-tcp.js';
export {
  createTunnelServer,
  NoSession,
  type TunnelAuthorization,
  type TunnelServer,
  type TunnelServerOptions,
} from './server.js';
export type { StreamHandler, TunnelSession } from './session.js';
export { TunnelStreamError } from './stream.js';
