import type { ManagementCluster, User } from '@drover/api';
import type { Informer } from '@drover/client';
import { type Controller, createController, done, events, isBeingDeleted, watches } from '@drover/controller';
import type { Clock, Log, RandomBytes } from '@drover/kit';
import type { TunnelServer } from '@drover/tunnel';
import { LOCAL, parseClusterId } from '../clusters/cluster-id.js';
import type { Downstreams } from '../clusters/downstream.js';
import { identityOf } from '../identity/caller.js';
import type { Directory } from '../identity/directory.js';
import type { AccessReviews } from '../proxy/access-reviews.js';
import type { Impersonation } from '../proxy/impersonation.js';

/**
 * Removes from each connected cluster the accounts of users who are gone or may no longer see it: who gets such a user's name
 * one day must not find an account waiting. Looks at what is there, so that a cluster that was away is put right when it is back.
 */
export function impersonationAccountController(parts: {
  readonly clusters: Informer<ManagementCluster>;
  readonly users: Informer<User>;
  readonly directory: Directory;
  readonly reviews: AccessReviews;
  readonly impersonation: Impersonation;
  readonly downstreams: Downstreams;
  readonly tunnels: TunnelServer;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly log: Log;
}): Controller {
  const { clusters, users, directory, reviews, impersonation, downstreams, tunnels, clock, random, log } = parts;
  const every = () => clusters.list().map(({ metadata }) => ({ name: metadata.name }));
  const maySee = async (name: string, cluster: string): Promise<boolean> => {
    const user = directory.user(name);
    if (user === undefined) return false;
    const identity = identityOf(user, directory.groups(name), { token: '', host: '' });
    return reviews.allowed(identity, {
      verb: 'get',
      group: 'management.cattle.io',
      resource: 'clusters',
      name: cluster,
    });
  };
  return createController({
    name: 'impersonation-account',
    sources: [
      watches(users, { when: ({ type }) => type === 'deleted', map: every }),
      events((enqueue) => reviews.onChange(() => every().forEach(enqueue))),
      events((enqueue) => tunnels.onChange((key) => enqueue({ name: key }))),
    ],
    concurrency: 4,
    async reconcile({ name }) {
      const id = parseClusterId(name);
      const cluster = clusters.get(undefined, name);
      if (id === undefined || id === LOCAL || cluster === undefined || isBeingDeleted(cluster)) return done;
      if (!downstreams.connected(id)) return done;
      const { client } = await downstreams.of(id);
      for (const user of await impersonation.accounts(client)) {
        if (await maySee(user, id)) continue;
        await impersonation.remove(id, client, user);
        log.info('account of a user without rights removed', { cluster: id, user });
      }
      return done;
    },
    clock,
    random,
    log,
  });
}
