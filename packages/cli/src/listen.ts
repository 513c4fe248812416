import { once } from 'node:events';
import type { Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { hostname } from 'node:os';
import type { ListenAddress, ListenSetting } from './config.js';
import { ResourceTaken, UsageError } from './usage-error.js';

/**
 * Listens, and answers with the address taken (a port 0 is a real one then).
 *
 * @throws ResourceTaken when another process has the port.
 * @throws UsageError when the address is none of this host's. Both name the flag.
 */
export async function listenOn(server: Server, setting: ListenSetting): Promise<ListenAddress> {
  server.listen(setting.port, setting.host);
  try {
    await once(server, 'listening');
  } catch (error) {
    throw listenError(error, setting);
  }
  return { host: setting.host, port: (server.address() as AddressInfo).port };
}

/** A failed listen in the words of whoever gave the flag. */
export function listenError(error: unknown, { host, port, flag }: ListenSetting): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'EADDRINUSE') {
    return new ResourceTaken(`${flag}: another process listens on ${host}:${port}; stop it or choose another port`);
  }
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
    return new UsageError(`${flag}: ${host} is not an address of this host`);
  }
  if (code === 'EACCES') return new UsageError(`${flag}: this user may not listen on port ${port}`);
  return error;
}

const everywhere = (host: string): boolean => host === '0.0.0.0' || host === '::';

/** The URL by which this host itself reaches a listener. */
export function urlOf({ host, port }: ListenAddress): string {
  const name = everywhere(host) ? '127.0.0.1' : host;
  return `https://${name.includes(':') ? `[${name}]` : name}:${port}`;
}

/** The names and addresses a serving certificate for a listener needs. */
export function hostsOf(host: string): string[] {
  return [...new Set(['127.0.0.1', '::1', 'localhost', hostname(), ...(everywhere(host) ? [] : [host])])];
}
