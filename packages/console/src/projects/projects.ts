import { namespaces, projects } from '@drover/api';
import { useMemo } from 'react';
import { LOCAL } from '../api/cluster-api.js';
import { useCollection } from '../app/services.js';
import type { Freshness } from '../live/collection.js';
import { type NamespaceRow, namespacesOf, type ProjectRow, projectsOf } from './project.js';

/** The projects of a cluster, live. */
export function useProjects(cluster: string): { projects: readonly ProjectRow[]; freshness: Freshness } {
  const { items, freshness } = useCollection(projects, LOCAL);
  return { projects: useMemo(() => projectsOf(cluster, items), [cluster, items]), freshness };
}

/** The namespaces of a cluster in their projects, live. */
export function useNamespaces(cluster: string): {
  projects: readonly ProjectRow[];
  namespaces: readonly NamespaceRow[];
  freshness: Freshness;
} {
  const all = useProjects(cluster);
  const { items, freshness } = useCollection(namespaces, cluster);
  const rows = useMemo(() => namespacesOf(cluster, items, all.projects), [cluster, items, all.projects]);
  return {
    projects: all.projects,
    namespaces: rows,
    freshness: freshness.state === 'live' ? all.freshness : freshness,
  };
}
