import { isIP } from 'node:net';
import { type ClientConfig, serviceHost } from './client-config.js';
import type { ServiceAddresses } from './service-addresses.js';

/** Where one call goes: the address that is dialed, and the name that the certificate there has to prove. */
export interface Destination {
  readonly host: string;
  readonly port: number;
  /** Empty for an address, which is checked as such. */
  readonly servername: string;
  readonly headers: { readonly host: string };
  readonly path: string;
  readonly ca?: string | undefined;
}

const HTTPS = 443;

/** The call's URL as messages name it. */
export function urlOf({ target }: ClientConfig): string {
  if ('url' in target) return target.url.href;
  return `https://${serviceHost(target.service)}:${target.service.port}${target.path}`;
}

/**
 * The place that is dialed for a configuration now. A Service is looked up here, once: the address that was found is the one
 * that is dialed.
 *
 * @throws ApiError NotFound, ServiceUnavailable when nothing answers for the Service.
 */
export function destination({ target, ca }: ClientConfig, addresses: ServiceAddresses): Destination {
  if ('url' in target) {
    const host = target.url.hostname.replace(/^\[|\]$/g, '');
    return {
      host,
      port: Number(target.url.port || HTTPS),
      servername: isIP(host) === 0 ? host : '',
      headers: { host: target.url.host },
      path: target.url.pathname,
      ca,
    };
  }
  const { service, path } = target;
  const servername = serviceHost(service);
  return { ...addresses.resolve(service), servername, headers: { host: `${servername}:${service.port}` }, path, ca };
}
