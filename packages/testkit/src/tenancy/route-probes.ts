import { HARVESTER_ROUTES } from '@drover/harvester';
import type { Asked, Probe } from './probe.js';
import { routeSamples, type Sample } from './route-samples.js';
import type { Person, Tenancy } from './tenancy.js';

/**
 * Every route of the server with a request that would do what it is for. A route for which there is no request is an error, so
 * that a new one cannot be left out. Kubernetes' APIs are tried verb by verb elsewhere.
 */
export async function routeProbes(tenancy: Tenancy, bystander: Person): Promise<Probe[]> {
  const { management, administrator } = tenancy;
  const { text } = await management.ask('GET', '/v3', { token: administrator });
  const { links } = JSON.parse(text) as { links: Record<string, string> };
  const types = Object.keys(links).filter((type) => type !== 'self');
  const samples = routeSamples(tenancy, bystander, types);
  const routes = management.manager.routes.filter(({ words }) => words !== 'kubernetes').map(titled);
  const stale = Object.keys(samples).filter((title) => !routes.some((route) => route.title === title));
  if (stale.length > 0) throw new Error(`samples of routes that there are not: ${stale.join(', ')}`);
  return routes.flatMap(({ title, method, path }) =>
    samplesOf(samples[title], title, { method, path }).map(({ about, ask }) => ({
      heading: about === undefined ? title : `${title} (${about})`,
      verb: '',
      changes: method !== 'GET',
      request: ask,
    })),
  );
}

const titled = ({ method, path, action }: { method: string; path: string; action?: string }) => ({
  title: `${method} ${path}${action === undefined ? '' : `?action=${action}`}`,
  method,
  path,
});

function samplesOf(
  given: Sample | readonly Sample[] | undefined,
  title: string,
  asked: Pick<Asked, 'method' | 'path'>,
): readonly Sample[] {
  if (given !== undefined) return 'ask' in given ? [given] : given;
  if (asked.method !== 'GET' || /[:*]/.test(asked.path))
    throw new Error(`nobody tries ${title}: say how in packages/testkit/src/tenancy/route-samples.ts`);
  return [{ ask: () => asked }];
}

/** Handshakes: every path of the server that upgrades, and in the clusters whatever makes a stream. */
export function upgradeProbes({ management, cluster }: Tenancy): Probe[] {
  const handshake = (heading: string, path: string): Probe => ({
    heading,
    verb: '',
    changes: false,
    request: () => ({ method: 'GET', path, upgrade: true }),
  });
  const own = management.manager.upgrades.map(({ path }) => path).filter((path) => !path.includes('*'));
  return [
    ...own.map((path) => handshake(`WebSocket ${path}`, path)),
    ...[...INSTANCE_STREAMS, ...POD_STREAMS].map((path) =>
      handshake(`WebSocket in the cluster ${path}`, `/k8s/clusters/${cluster}${path}`),
    ),
    ...POD_STREAMS.map((path) => handshake(`WebSocket in local ${path}`, `/k8s/clusters/local${path}`)),
  ];
}

const INSTANCE = '/apis/subresources.kubevirt.io/v1/namespaces/default/virtualmachineinstances/waiting';
const INSTANCE_STREAMS = ['console', 'vnc', 'portforward/22', 'usbredir', 'vsock'].map((name) => `${INSTANCE}/${name}`);
const POD = '/api/v1/namespaces/default/pods/sample';
const POD_STREAMS = [
  `${POD}/exec?command=id&stdout=true`,
  `${POD}/attach?stdout=true`,
  `${POD}/portforward?ports=80`,
  `${POD}/proxy/`,
  `${POD}/log?follow=true`,
  '/api/v1/namespaces/default/services/sample/proxy/',
  '/api/v1/nodes/sample/proxy/',
  '/api/v1/namespaces/default/pods?watch=true',
];

/** Harvester's own API of the imported cluster. */
export function harvesterProbes({ cluster }: Tenancy): Probe[] {
  const objectOf = (path: string): string =>
    path.endsWith('=start') || /pause|reboot/.test(path) ? 'waiting' : 'sample';
  const served = HARVESTER_ROUTES.map(({ method, path }): Probe => {
    const filled = path.replace(':namespace', 'default').replace(':name', objectOf(path));
    return harvesterProbe(cluster, method, path, filled);
  });
  const isServed = (path: string): boolean => HARVESTER_ROUTES.some((route) => route.path === path);
  const further = NOT_SERVED.filter((path) => !isServed(path)).map((path) =>
    harvesterProbe(cluster, 'POST', path, path.replace(':namespace/:name', 'default/sample')),
  );
  return [...served, ...further];
}

const harvesterProbe = (cluster: string, method: string, heading: string, path: string): Probe => ({
  heading: `${method} /k8s/clusters/:cluster${heading}`,
  verb: '',
  changes: method !== 'GET',
  request: () => ({
    method,
    path: `/k8s/clusters/${cluster}${path}`,
    ...(method === 'GET' ? {} : { body: {} }),
  }),
});

/** What Harvester has there and this cluster may not have, and what makes a kubeconfig for an account of the caller's choice. */
const NOT_SERVED = [
  '/v1/harvester/kubeconfig',
  ...['migrate', 'abortMigration', 'addVolume', 'removeVolume', 'clone', 'backup', 'restore', 'createTemplate'].map(
    (action) => `/v1/harvester/kubevirt.io.virtualmachines/:namespace/:name?action=${action}`,
  ),
  '/v1/harvester/persistentvolumeclaims/:namespace/:name?action=export',
  '/v1/harvester/nodes/sample?action=enableMaintenanceMode',
];
