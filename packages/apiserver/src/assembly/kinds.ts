import { builtinDefinitions } from '../catalog/builtin.js';
import { ResourceCatalog } from '../catalog/catalog.js';
import { followDefinitions } from '../crd/custom-resources.js';
import { StoreReader } from '../registry/reader.js';
import type { ApiServerOptions } from '../server-options.js';
import { DecodedObjects } from '../storage/decoded.js';
import { WebhookCaller } from '../webhook/caller.js';
import { ServiceAddresses } from '../webhook/service-addresses.js';

/** Bytes of stored objects that are also held parsed, for rules and controllers. */
const DECODED_BYTES = 16 * 1024 * 1024;

/** What is served, how it is read, and whom that takes outside of this process. */
export interface Kinds {
  readonly catalog: ResourceCatalog;
  readonly decoded: DecodedObjects;
  readonly reader: StoreReader;
  readonly addresses: ServiceAddresses;
  readonly webhooks: WebhookCaller;
}

/** The built-in kinds, and those of the stored definitions until `signal` aborts. */
export function followKinds({ store, clock, random, log }: ApiServerOptions, signal: AbortSignal): Kinds {
  const catalog = new ResourceCatalog(builtinDefinitions());
  const decoded = new DecodedObjects(DECODED_BYTES);
  const reader = new StoreReader(store, decoded);
  const addresses = new ServiceAddresses(reader, random);
  const webhooks = new WebhookCaller(addresses, clock);
  followDefinitions(store, catalog, { caller: webhooks, random }, log, signal);
  return { catalog, decoded, reader, addresses, webhooks };
}
