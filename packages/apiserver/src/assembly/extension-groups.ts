import { join } from 'node:path';
import { AggregatedApis } from '../aggregation/aggregated-apis.js';
import { FRONT_PROXY } from '../aggregation/front-proxy.js';
import { Authority } from '../bootstrap/authority.js';
import type { ApiServerOptions } from '../server-options.js';
import type { Kinds } from './kinds.js';

/** Groups that others serve, and by what those know us. */
export interface ExtensionGroups {
  readonly apis: AggregatedApis;
  /** PEM of the authority that signs our certificate there, and nothing else. */
  readonly frontProxyCa: string;
}

/** Those of this process, and those of the stored APIServices until `signal` aborts. */
export async function openExtensionGroups(
  { store, clock, dataDir, aggregated = [] }: ApiServerOptions,
  { catalog, addresses }: Kinds,
  signal: AbortSignal,
): Promise<ExtensionGroups> {
  const frontProxy = await Authority.open(join(dataDir, 'front-proxy'), clock);
  const pair = await frontProxy.client(FRONT_PROXY, []);
  const servedHere = (group: string, version: string): boolean => catalog.serves(group, version);
  const apis = new AggregatedApis(aggregated, store, addresses, pair, servedHere, clock, signal);
  return { apis, frontProxyCa: frontProxy.certPem };
}
