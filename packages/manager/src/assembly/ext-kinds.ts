import type { Identity } from '@drover/api';
import {
  groupMembershipRefreshRequests,
  passwordChangeRequests,
  selfUser,
  userActivities,
} from '../ext/ext-account.js';
import type { ExtKind } from '../ext/ext-kind.js';
import { extKubeconfigs, type KubeconfigFacts } from '../ext/ext-kubeconfig.js';
import type { ExtCaller } from '../ext/ext-request.js';
import { extTokens } from '../ext/ext-token.js';
import type { Caller } from '../identity/caller.js';
import type { Informers } from '../informers.js';
import type { Settings } from '../settings.js';
import type { ClusterParts } from './cluster-parts.js';
import type { IdentityParts } from './identity-parts.js';
import type { Means } from './means.js';

/** Puts together what answers for the kinds of `ext.cattle.io`. */
export function extKinds(
  { client, random }: Means,
  { management }: Pick<Informers, 'management'>,
  parts: { readonly identity: IdentityParts; readonly clusters: ClusterParts; readonly settings: Settings },
): { readonly kinds: readonly ExtKind[]; readonly callerOf: (identity: Identity) => Promise<ExtCaller> } {
  const { identity, clusters, settings } = parts;
  const { directory, tokens, tokenAccess: access, life, changes, reviews } = identity;
  const demandCluster = (caller: Caller, cluster: string) => clusters.proxy.visible(caller, cluster);
  const facts: KubeconfigFacts = {
    async clustersOf(caller) {
      const question = { verb: 'get', group: 'management.cattle.io', resource: 'clusters' };
      const seen = await Promise.all(
        management.list().map(async ({ metadata: { name }, spec }) => {
          const allowed = await reviews.allowed(caller.identity, { ...question, name });
          return allowed ? [{ id: name, name: spec?.displayName ?? name }] : [];
        }),
      );
      return seen.flat();
    },
    serverUrl: () => settings.serverUrl,
    caPem: () => settings.value('cacerts'),
    withToken: () => settings.value('kubeconfig-generate-token') !== 'false',
  };
  return {
    kinds: [
      extTokens({ client, tokens, access, life, demandCluster }),
      extKubeconfigs({ client, directory, tokens, access, facts, random }),
      userActivities(life),
      passwordChangeRequests(changes),
      selfUser,
      groupMembershipRefreshRequests(directory),
    ],
    async callerOf(caller) {
      const user = directory.user(caller.name);
      const [shown = ''] = caller.extra['requesttokenid'] ?? [];
      const token = user === undefined || shown === '' ? undefined : await directory.token(shown);
      // Whoever may impersonate could name another's token.
      return { identity: caller, user, token: token?.userId === caller.name ? token : undefined };
    },
  };
}
