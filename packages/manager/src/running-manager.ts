import { setMaxListeners } from 'node:events';
import { Closing } from '@drover/kit';
import { clusterParts } from './assembly/cluster-parts.js';
import { controllersOf } from './assembly/controllers.js';
import { extKinds } from './assembly/ext-kinds.js';
import { handlersOf } from './assembly/handlers.js';
import { identityParts } from './assembly/identity-parts.js';
import { Audit } from './audit/audit.js';
import { hasFirstPassword } from './bootstrap/admin.js';
import { settingFacts } from './bootstrap/bootstrap.js';
import { Front } from './front/front.js';
import { Metrics } from './front/metrics.js';
import type { Route, UpgradeRoute } from './front/route.js';
import { createInformers } from './informers.js';
import type { ManagerOptions } from './manager.js';
import { routesOf, upgradesOf } from './routes.js';
import { Settings } from './settings.js';

/** A manager at work. */
export interface RunningManager extends AsyncDisposable {
  readonly front: Front;
  /** Everything that can be reached, for whoever reviews it. */
  readonly routes: readonly Route[];
  readonly upgrades: readonly UpgradeRoute[];
}

/**
 * Puts the manager together from the ground up: what there is, who asks, the clusters, the front, the loops. Resolves when what
 * there is has been read and everything runs.
 */
export async function runManager(options: ManagerOptions): Promise<RunningManager> {
  await using closing = new Closing();
  const informers = createInformers(options.client, options);
  for (const informer of Object.values(informers)) closing.defer(() => informer[Symbol.dispose]());
  await Promise.all(Object.values(informers).map(({ synced }) => synced));
  const settings = new Settings(informers.settings, settingFacts(options));
  const firstPasswordChanged = async (): Promise<void> => options.onFirstPasswordChanged?.();
  if (!informers.users.list().some(hasFirstPassword)) await firstPasswordChanged();

  const identity = identityParts(
    options,
    informers,
    { settings, firstPasswordChanged, reportsActivity: options.ext !== undefined },
    closing,
  );
  const clusters = clusterParts(options, informers, { settings, identity, transports: options }, closing);
  if (options.ext !== undefined) {
    const serving = options.ext.serve(extKinds(options, informers, { identity, clusters, settings }));
    closing.defer(() => serving[Symbol.dispose]());
  }
  const metrics = new Metrics();
  metrics.gauge('drover_open_streams', 'Streams that end with their session.', () => identity.streams.size);
  metrics.gauge('drover_clusters', 'Clusters known, the local one included.', () => informers.management.list().length);
  metrics.counter(
    'drover_rights_repaired_total',
    'Objects of RBAC that somebody had changed in a cluster, and that were put right.',
    () => clusters.repairs.count,
  );
  const handlers = await handlersOf(options, informers, {
    settings,
    metrics,
    identity,
    clusters,
  });
  const routes = routesOf(handlers);
  const upgrades = upgradesOf(handlers);
  const { clock, random, log } = options;
  const origin = (): string => originOf(settings.serverUrl);
  const audit = options.audit && new Audit(options.audit, clock);
  metrics.gauge('drover_audit_lost_events', 'Audit events that could not be written.', () => audit?.lost ?? 0);
  const front = new Front({ ...identity, routes, upgrades, metrics, audit, origin, clock, random, log });

  const stopping = new AbortController();
  // One listener for each worker of each controller.
  setMaxListeners(0, stopping.signal);
  const running = controllersOf(options, informers, { settings, identity, clusters }).map((controller) =>
    controller.start(stopping.signal),
  );
  closing.defer(async () => {
    stopping.abort(new Error('the manager is stopping'));
    await Promise.all(running);
  });
  const opened = closing.move();
  return { front, routes, upgrades, [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose]() };
}

function originOf(url: string): string {
  return URL.canParse(url) ? new URL(url).origin : '';
}
