import { createHash } from 'node:crypto';
import type { ClusterRegistrationToken, Stored } from '@drover/api';
import type { Informer } from '@drover/client';
import { sameText } from '../identity/token-key.js';
import type { ClusterDirectory } from './cluster-directory.js';
import { type ClusterId, parseClusterId } from './cluster-id.js';

/** Name of the index of registration tokens by the digest of their text. */
export const BY_DIGEST = 'digest';

/** Digests of a registration token's text: looking one up by digest tells nothing about the texts by its time. */
export function digestsOf({ status }: ClusterRegistrationToken): string[] {
  return status?.token === undefined || status.token === '' ? [] : [digestOf(status.token)];
}

/** Which registration token a text is, for import and connect alike. */
export class Registrations {
  constructor(
    private readonly tokens: Informer<ClusterRegistrationToken>,
    private readonly clusters: ClusterDirectory,
  ) {}

  /**
   * The cluster that `token` belongs to, when there is such a token, it is not being deleted, and its cluster neither. An
   * unknown token, the token of a deleted cluster and one shown for another cluster (`expected`) take the same work and
   * give the same answer.
   */
  clusterOf(token: string, expected?: string): ClusterId | undefined {
    const found = this.tokens.by(BY_DIGEST, digestOf(token))[0];
    const text = found?.status?.token ?? '';
    const id = clusterOfToken(found);
    const cluster = this.clusters.get(id ?? 'c-m-00000000');
    const same = sameText(text, token);
    const asExpected = sameText(expected ?? id ?? '', id ?? '');
    const alive =
      found !== undefined &&
      found.metadata.deletionTimestamp === undefined &&
      cluster !== undefined &&
      cluster.metadata.deletionTimestamp === undefined;
    return same && asExpected && alive ? id : undefined;
  }

  /** The text of the token whose sha256, in base64, is `digest`. */
  tokenBySha256(digest: string): string | undefined {
    return this.tokens.by(BY_DIGEST, digest)[0]?.status?.token;
  }
}

/** The cluster a registration token is for: that of its namespace, which must be the one it names. */
export function clusterOfToken(token: Stored<ClusterRegistrationToken> | undefined): ClusterId | undefined {
  const namespace = token?.metadata.namespace ?? '';
  return token?.spec?.clusterName === namespace ? parseClusterId(namespace) : undefined;
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('base64');
}
