import type { ClusterRoleTemplateBinding, GlobalRoleBinding, ManagementCluster, RoleTemplate } from '@drover/api';
import type { Informer } from '@drover/client';
import { type Controller, createController, done, events, isBeingDeleted, watches } from '@drover/controller';
import type { Clock, Log, RandomBytes } from '@drover/kit';
import type { TunnelServer } from '@drover/tunnel';
import { LOCAL, parseClusterId } from '../clusters/cluster-id.js';
import type { Downstreams } from '../clusters/downstream.js';
import type { DerivedRights } from './derived-rights.js';
import { applyRbac, deriveRbac } from './downstream-rbac.js';

/** Keeps the rights in each connected cluster as the bindings here say; a cluster that comes back is brought up to date. */
export function downstreamRbacController(parts: {
  readonly clusters: Informer<ManagementCluster>;
  readonly globalRoleBindings: Informer<GlobalRoleBinding>;
  readonly clusterBindings: Informer<ClusterRoleTemplateBinding>;
  readonly roleTemplates: Informer<RoleTemplate>;
  readonly downstreams: Downstreams;
  readonly rights: DerivedRights;
  readonly tunnels: TunnelServer;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly log: Log;
}): Controller {
  const {
    clusters,
    globalRoleBindings,
    clusterBindings,
    roleTemplates,
    downstreams,
    rights,
    tunnels,
    clock,
    random,
    log,
  } = parts;
  const every = () => clusters.list().map(({ metadata }) => ({ name: metadata.name }));
  return createController({
    name: 'downstream-rbac',
    sources: [
      watches(globalRoleBindings, { map: every }),
      watches(roleTemplates, { map: every }),
      watches(clusterBindings, { map: ({ metadata }) => [{ name: metadata.namespace ?? '' }] }),
      events((enqueue) => tunnels.onChange((key) => enqueue({ name: key }))),
    ],
    concurrency: 4,
    async reconcile({ name }) {
      const id = parseClusterId(name);
      const cluster = clusters.get(undefined, name);
      if (id === undefined || id === LOCAL || cluster === undefined || isBeingDeleted(cluster)) return done;
      if (!downstreams.connected(id)) {
        rights.note(id, undefined);
        return done;
      }
      try {
        const { client } = await downstreams.of(id);
        const wanted = deriveRbac({
          globalRoleBindings: globalRoleBindings.list(),
          clusterBindings: clusterBindings.list(id).filter((binding) => !isBeingDeleted(binding)),
          findTemplate: (template) => roleTemplates.get(undefined, template),
        });
        await applyRbac(client, wanted);
        rights.note(id, { ok: true });
      } catch (error) {
        rights.note(id, { ok: false, error: error instanceof Error ? error.message : String(error) });
        throw error;
      }
      return done;
    },
    clock,
    random,
    log,
  });
}
