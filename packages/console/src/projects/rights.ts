import { type AccessRequest, projects as kind, namespaces, projectRoleTemplateBindings } from '@drover/api';
import { LOCAL } from '../api/cluster-api.js';
import type { Offer } from '../commands/command.js';
import { membersNamespace } from '../members/member.js';
import { at, need } from '../rights/needs.js';
import { useOffers } from '../rights/useOffers.js';
import { NO_PROJECT, type ProjectRow } from './project.js';

/** To put namespaces into a project, take them out, and delete them: as the cluster itself asks it. */
const manages = (project: string): AccessRequest =>
  project === NO_PROJECT ? need('update', namespaces) : at(need('manage-namespaces', kind), { name: project });

/** Whether the reader can see to the namespaces of each project of a cluster; `NO_PROJECT` stands for those in none. */
export function useNamespaceOffers(cluster: string, projects: readonly ProjectRow[]): ReadonlyMap<string, Offer> {
  const ids = [...projects.map(({ key }) => key), NO_PROJECT];
  const offers = useOffers(cluster, ids.map(manages));
  return new Map(ids.map((id, index) => [id, offers[index] ?? 'hidden']));
}

/** What the reader can do to a project itself. */
export interface ProjectOffers {
  readonly change: Offer;
  /** To add members, and to remove them. */
  readonly invite: Offer;
  readonly remove: Offer;
}

/** What the reader can do to a project itself. */
export function useProjectOffers(cluster: string, { project, key: name }: ProjectRow): ProjectOffers {
  const of = { namespace: cluster, name };
  const [change = 'hidden', remove = 'hidden', invite = 'hidden'] = useOffers(LOCAL, [
    at(need('update', kind), of),
    at(need('delete', kind), of),
    at(need('create', projectRoleTemplateBindings), { namespace: membersNamespace(project) }),
  ]);
  return { change, invite, remove };
}

/** Whether the reader can make projects in a cluster. */
export const useCreateProjectOffer = (cluster: string): Offer =>
  useOffers(LOCAL, [at(need('create', kind), { namespace: cluster })])[0] ?? 'hidden';
