import type { AggregatedApi, KubeObject } from '@drover/api';
import type { APIService } from '@drover/api/types/apiregistration-v1';
import type { ApiGroup } from '../discovery/resource-list.js';

/** Says who keeps an APIService: "onstart" for those that a start makes, "true" for those that come and go with a definition. */
export const AUTOMANAGED = 'kube-aggregator.kubernetes.io/automanaged';

/** Where a group stands in discovery, the highest first (kube-apiserver's apiVersionPriorities). */
const GROUP_PRIORITIES: Readonly<Record<string, number>> = {
  '': 18_000,
  apps: 17_800,
  'events.k8s.io': 17_750,
  'authentication.k8s.io': 17_700,
  'authorization.k8s.io': 17_600,
  autoscaling: 17_500,
  batch: 17_400,
  'certificates.k8s.io': 17_300,
  'networking.k8s.io': 17_200,
  policy: 17_100,
  'rbac.authorization.k8s.io': 17_000,
  'storage.k8s.io': 16_800,
  'apiextensions.k8s.io': 16_700,
  'admissionregistration.k8s.io': 16_700,
  'scheduling.k8s.io': 16_600,
  'coordination.k8s.io': 16_500,
  'node.k8s.io': 16_300,
  'discovery.k8s.io': 16_200,
  'flowcontrol.apiserver.k8s.io': 16_100,
};
/** Where a version stands in its group, where it is not the usual place. */
const VERSION_PRIORITIES: Readonly<Record<string, number>> = {
  'v1.': 1,
  'v2.autoscaling': 30,
  'v1.flowcontrol.apiserver.k8s.io': 21,
};
const VERSION_PRIORITY = 15;
/** Of groups that are not built in. */
const OTHERS = 1000;

/** The APIServices of the group versions that are built in. */
export function localApiServices(groups: readonly ApiGroup[]): KubeObject[] {
  return groups.flatMap(({ name, versions }) => {
    const priority = GROUP_PRIORITIES[name];
    if (priority === undefined) return [];
    return versions.map(({ version }) => {
      const versionPriority = VERSION_PRIORITIES[`${version}.${name}`] ?? VERSION_PRIORITY;
      return localApiService(name, version, priority, versionPriority, 'onstart');
    });
  });
}

/** The APIService of a group version that code of this process serves. */
export function inProcessApiService({ group, version }: AggregatedApi): KubeObject {
  return localApiService(group, version, OTHERS, VERSION_PRIORITY);
}

/** The APIService of a group version that definitions brought. */
export function definedApiService(group: string, version: string): KubeObject {
  return localApiService(group, version, OTHERS, 100, 'true');
}

function localApiService(
  group: string,
  version: string,
  groupPriorityMinimum: number,
  versionPriority: number,
  automanaged?: string,
): KubeObject {
  const labels = automanaged === undefined ? {} : { labels: { [AUTOMANAGED]: automanaged } };
  const service: APIService = {
    apiVersion: 'apiregistration.k8s.io/v1',
    kind: 'APIService',
    metadata: { name: `${version}.${group}`, ...labels },
    spec: { ...(group === '' ? {} : { group }), version, groupPriorityMinimum, versionPriority },
  };
  return service;
}
