import type { AccessRequest, Project, Stored } from '@drover/api';
import { LOCAL } from '../clusters/cluster-id.js';
import { backingNamespace } from '../projects/backing-namespace.js';
import { PROJECT_ID } from '../rbac/cluster-rights.js';
import type { Places } from './places.js';

/** A cluster, or a project of it, in which a role could be given so that a request is allowed. */
export interface RoleScope {
  readonly cluster: string;
  readonly project?: Stored<Project>;
}

const CLUSTER_GROUPS = ['management.cattle.io', 'provisioning.cattle.io'];

/**
 * Where a role that allows a request to a cluster could be given, the narrowest place first. What this server keeps of other clusters
 * and of their projects is in its own cluster: who may do what with that follows from roles in those.
 */
export function scopesOf(places: Places, cluster: string, request: AccessRequest): readonly RoleScope[] {
  const { namespace } = request;
  const kept = cluster === LOCAL ? keptFor(places, request) : undefined;
  if (kept !== undefined) return kept;
  const project = namespace === undefined ? undefined : projectOf(places, cluster, namespace);
  return [...(project === undefined ? [] : [{ cluster, project }]), { cluster }];
}

/** The project that a namespace of a cluster is in. */
function projectOf(places: Places, cluster: string, namespace: string): Stored<Project> | undefined {
  const id = places.followed(cluster)?.namespace(namespace)?.metadata.annotations?.[PROJECT_ID] ?? '';
  return id.startsWith(`${cluster}:`) ? places.project(id) : undefined;
}

function keptFor(
  places: Places,
  { group, resource, namespace, name }: AccessRequest,
): readonly RoleScope[] | undefined {
  for (const cluster of places.clusters()) {
    const provisioning = places.provisioning(cluster);
    const isCluster = resource === 'clusters' && CLUSTER_GROUPS.includes(group);
    const isItself =
      group === CLUSTER_GROUPS[0]
        ? name === cluster
        : namespace === provisioning?.namespace && name === provisioning?.name;
    if (namespace === cluster || (isCluster && isItself)) {
      const project = resource === 'projects' && name !== undefined ? places.project(`${cluster}:${name}`) : undefined;
      return [...(project === undefined ? [] : [{ cluster, project }]), { cluster }];
    }
    const project = places.projects(cluster).find((each) => backingNamespace(each) === namespace);
    if (project !== undefined) return [{ cluster, project }, { cluster }];
  }
  return undefined;
}
