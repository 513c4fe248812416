import { randomBytes } from 'node:crypto';
import {
  type Namespace,
  namespaces,
  type Project,
  projects,
  type ResourceQuota,
  resourceQuotas,
  type Stored,
} from '@drover/api';
import type { ContainerDefaultResourceLimit, Limit } from '@drover/api/types/rancher';
import { createInformer } from '@drover/client';
import { createFakeClient, type FakeClient, type FakeClientOptions } from '@drover/client/fake';
import { updateWithRetry } from '@drover/controller';
import { FakeClock, silentLog } from '@drover/kit';
import { quotaFaults } from '../admission/project-quota-rules.js';
import type { ClusterId } from '../clusters/cluster-id.js';
import { ProjectQuotas } from '../quotas/project-quotas.js';
import { NAMESPACE_QUOTA } from '../quotas/quota-objects.js';
import { ClusterRights, PROJECT_ID } from '../rbac/cluster-rights.js';
import { CLUSTER, project } from './bindings.js';

const ID = CLUSTER as ClusterId;
/** The time a reconcile that failed is tried again within, and use is told within. */
const WHILE_MS = 60_000;

/** One cluster with projects, and the controller of their quotas at work on it. */
export interface QuotaWorld extends Disposable {
  readonly cluster: FakeClient;
  /** Resolves when nothing is left to be done, tries after failures included; or, `for now`, after the first try of what is due. */
  settle(until?: 'for good' | 'for now'): Promise<void>;
  /** Gives a project a quota, when admission allows that; `undefined` takes it away. Resolves with the refusal. */
  limit(name: string, limit: Limit | undefined, defaults?: Limit): Promise<string | undefined>;
  /** Says what the containers of a project get by default. */
  containers(name: string, defaults: ContainerDefaultResourceLimit): Promise<void>;
  project(name: string): Promise<Stored<Project>>;
  /** Makes a namespace, or changes where it is and what it asks for. */
  place(name: string, of: string | undefined, asked?: Limit): Promise<void>;
  namespace(name: string): Promise<Stored<Namespace>>;
  quotas(): Promise<readonly Stored<ResourceQuota>[]>;
}

/** `before` is called before each request to the cluster. */
export async function openQuotaWorld(
  names: readonly string[],
  before: FakeClientOptions['before'] = () => {},
): Promise<QuotaWorld> {
  const clock = new FakeClock(Date.parse('2030-01-01T00:00:00Z'));
  const means = { clock, random: randomBytes, log: silentLog };
  const management = createFakeClient({ ...means, withoutStatus: ['projects.management.cattle.io'] });
  const cluster = createFakeClient({ ...means, before });
  for (const name of names) {
    const { uid: _, resourceVersion: __, creationTimestamp: ___, ...metadata } = project(name).metadata;
    await management.create(projects, { ...project(name), metadata });
  }
  const listeners = new Set<(id: ClusterId, namespace: string) => void>();
  const rights = new ClusterRights(cluster, {
    ...means,
    installation: 'us',
    changed: () => {},
    projectsChanged: () => {},
    rightsChanged: () => {},
    namespaceChanged: (name) => {
      for (const listener of listeners) listener(ID, name);
    },
  });
  const informer = createInformer(management, projects, means);
  const quotas = new ProjectQuotas({
    ...means,
    client: management,
    projects: informer,
    tunnels: { onChange: () => ({ [Symbol.dispose]: () => {} }) },
    downstreamRbac: {
      followed: () => rights,
      onNamespace(listener) {
        listeners.add(listener);
        return { [Symbol.dispose]: () => listeners.delete(listener) };
      },
    },
    settings: { value: () => 'us' },
  });
  const stop = new AbortController();
  const running = quotas.controller.start(stop.signal);
  await Promise.all([informer.synced, rights.synced()]);
  return {
    cluster,
    async settle(until = 'for good') {
      for (let quiet = 0; quiet < 4; ) {
        const before = JSON.stringify(quotas.controller.metrics.reconciles);
        for (let turn = 0; turn < 20; turn += 1) await new Promise((next) => setImmediate(next));
        if (until === 'for now') return;
        clock.advance(WHILE_MS);
        const { reconciles, active, depth } = quotas.controller.metrics;
        quiet = JSON.stringify(reconciles) === before && active + depth === 0 ? quiet + 1 : 0;
      }
    },
    async limit(name, limit, defaults = limit) {
      let refusal: string | undefined;
      await updateWithRetry(management, projects, { namespace: CLUSTER, name }, (live) => {
        const { resourceQuota, namespaceDefaultResourceQuota: _, ...spec } = specOf(live);
        const { limit: __, ...noted } = resourceQuota ?? {};
        const wanted: Stored<Project> = {
          ...live,
          spec: {
            ...spec,
            resourceQuota: { ...noted, ...(limit && { limit }) },
            ...(defaults && { namespaceDefaultResourceQuota: { limit: defaults } }),
          },
        };
        refusal = quotaFaults(wanted, live)[0]?.message;
        return refusal === undefined ? wanted : undefined;
      });
      return refusal;
    },
    async containers(name, containerDefaultResourceLimit) {
      await updateWithRetry(management, projects, { namespace: CLUSTER, name }, (live) => ({
        ...live,
        spec: { ...specOf(live), containerDefaultResourceLimit },
      }));
    },
    project: (name) => management.get(projects, { namespace: CLUSTER, name }),
    async place(name, of, asked) {
      const annotations = {
        [PROJECT_ID]: of === undefined ? null : `${CLUSTER}:${of}`,
        ...(asked && { [NAMESPACE_QUOTA]: JSON.stringify({ limit: asked }) }),
      };
      const known = await cluster.get(namespaces, { name }).catch(() => undefined);
      if (known === undefined)
        await cluster.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
      await cluster.patch(namespaces, { name }, { type: 'merge', patch: { metadata: { annotations } } });
    },
    namespace: (name) => cluster.get(namespaces, { name }),
    quotas: async () => (await cluster.list(resourceQuotas)).items,
    [Symbol.dispose]() {
      stop.abort();
      running.catch(() => {});
      quotas[Symbol.dispose]();
      rights[Symbol.dispose]();
      informer[Symbol.dispose]();
    },
  };
}

const specOf = ({ spec, metadata }: Stored<Project>): NonNullable<Project['spec']> =>
  spec ?? { clusterName: CLUSTER, displayName: metadata.name };
