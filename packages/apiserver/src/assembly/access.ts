import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { Secret } from '@drover/kit';
import type { Store } from '@drover/store';
import { Authenticator } from '../auth/authenticator.js';
import { OpenStreams } from '../auth/open-streams.js';
import { RuleIndex } from '../auth/rule-index.js';
import { ISSUER, ServiceAccountTokens } from '../auth/service-account-tokens.js';
import { Authority } from '../bootstrap/authority.js';
import { privateFile } from '../bootstrap/private-file.js';
import type { ObjectReader } from '../catalog/strategy.js';
import type { ApiServerOptions } from '../server-options.js';
import { collectionPrefix } from '../storage/key.js';

/** Kinds whose end may be the end of a credential. */
const CREDENTIAL_KINDS = ['serviceaccounts', 'secrets', 'pods', 'nodes'];

/** Who is known, and what they may. */
export interface Access {
  readonly authority: Authority;
  readonly adminToken: Secret;
  readonly tokens: ServiceAccountTokens;
  readonly authenticator: Authenticator;
  readonly rules: RuleIndex;
  readonly streams: OpenStreams;
}

/** Opens the keys in the data directory, and follows rights and credentials until `signal` aborts. */
export async function openAccess(
  { store, clock, random, dataDir }: ApiServerOptions,
  reader: ObjectReader,
  signal: AbortSignal,
): Promise<Access> {
  const authority = await Authority.open(dataDir, clock);
  const adminToken = new Secret(
    await privateFile(join(dataDir, 'admin-token'), async () => randomBytes(32).toString('base64url')),
  );
  const tokens = await ServiceAccountTokens.open(dataDir, reader, clock, random);
  const rules = new RuleIndex(store, signal);
  const streams = new OpenStreams(clock);
  rules.subscribe(() => streams.recheck());
  recheckWithCredentials(store, streams, signal);
  return {
    authority,
    adminToken,
    tokens,
    authenticator: new Authenticator(adminToken, tokens, ISSUER),
    rules,
    streams,
  };
}

/** Asks open streams again when something is gone that a credential may stand on. */
function recheckWithCredentials(store: Store, streams: OpenStreams, signal: AbortSignal): void {
  const onChanges = (changes: readonly { readonly type: string }[]): void => {
    if (changes.some(({ type }) => type === 'delete')) streams.recheck();
  };
  for (const plural of CREDENTIAL_KINDS)
    store.watch(collectionPrefix({ group: '', plural }), store.revision, onChanges, signal);
}
