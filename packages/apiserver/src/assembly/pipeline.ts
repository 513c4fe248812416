import type { AggregatedApis } from '../aggregation/aggregated-apis.js';
import { Api } from '../api.js';
import { Auditor } from '../audit/auditor.js';
import type { Served } from '../catalog/definition.js';
import { Discovery } from '../discovery/discovery.js';
import { OpenApi } from '../discovery/open-api.js';
import { Fairness, SEATS } from '../fairness/fairness.js';
import { WatchCounts } from '../fairness/watch-counts.js';
import type { Metrics } from '../metrics/metrics.js';
import { orders } from '../orders/orders.js';
import type { Core } from '../registry/core.js';
import { EventBatches } from '../registry/event-batches.js';
import { EncodedEvents } from '../registry/events.js';
import { FacetIndex } from '../registry/facets.js';
import { reviews } from '../reviews/reviews.js';
import { KUBERNETES_VERSION, Routes } from '../routes.js';
import type { ApiServerOptions } from '../server-options.js';
import { componentStatus } from '../verbs/component-status.js';
import type { Access } from './access.js';
import type { Kinds } from './kinds.js';

/** What the way of a request leads through. */
export interface PipelineParts {
  readonly kinds: Kinds;
  readonly access: Access;
  readonly core: Core;
  readonly apis: AggregatedApis;
  readonly metrics: Metrics;
}

/** The way of a request, and what it tells about what is served. */
export function pipelineOf(
  options: ApiServerOptions,
  parts: PipelineParts,
  signal: AbortSignal,
): { readonly api: Api; readonly discovery: Discovery } {
  const { store, clock, log, advertise, paths = [], audit, seats = SEATS, version } = options;
  const { kinds, access, core, apis, metrics } = parts;
  const { catalog } = kinds;
  const { tokens, authenticator, rules, streams } = access;
  const watches = new WatchCounts();
  const fairness = new Fairness(store, { store, catalog, watches }, metrics.requests, clock, seats, signal);
  metrics.include(fairness.metrics);
  const auditor = audit && new Auditor(audit, clock);
  if (auditor !== undefined) metrics.include(auditor);
  const host = `${hostInUrl(advertise.host)}:${advertise.port}`;
  const questions = [...reviews, ...orders, componentStatus];
  const discovery = new Discovery(catalog, questions, apis, () => `${advertise.host}:${advertise.port}`);
  const gitVersion = version ?? KUBERNETES_VERSION.gitVersion;
  const kubernetes = `${KUBERNETES_VERSION.major}.${KUBERNETES_VERSION.minor}`;
  const routes = new Routes({
    store,
    catalog,
    discovery,
    openApi: new OpenApi(catalog, questions, apis, kubernetes, gitVersion, clock),
    metrics,
    tokens,
    url: () => `https://${host}`,
    build: { gitVersion },
  });
  const facets = new FacetIndex();
  const verbs = {
    core,
    facets,
    batches: new EventBatches(facets, new EncodedEvents(() => clock.now())),
    watches,
    onOverflow: () => metrics.watcherDropped(),
    onEvents: ({ definition: { group, kind }, version: { name } }: Served) => metrics.watchEvents(group, name, kind),
  };
  const further = { aggregated: apis, paths, metrics, clock, log, auditor, fairness };
  return { api: new Api({ verbs, rules, authenticator, streams, routes, ...further }), discovery };
}

const hostInUrl = (host: string): string => (host.includes(':') ? `[${host}]` : host);
