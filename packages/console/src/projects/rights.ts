import { membersNamespace } from '../members/member.js';
import { management, useMay, useMayEach, type Wish } from '../session/may.js';
import { NO_PROJECT, type ProjectRow } from './project.js';

/** To put namespaces into a project, take them out, and delete them: as the cluster itself asks it. */
const manages = (cluster: string, project: string): Wish =>
  project === NO_PROJECT
    ? { cluster, verb: 'update', group: '', resource: 'namespaces' }
    : { cluster, ...management('manage-namespaces', 'projects', { name: project }) };

/** The projects of a cluster whose namespaces the reader manages; `NO_PROJECT` stands for those in none. */
export function useManagedProjects(cluster: string, projects: readonly ProjectRow[]): ReadonlySet<string> {
  const ids = [...projects.map(({ key }) => key), NO_PROJECT];
  const answers = useMayEach(ids.map((id) => manages(cluster, id)));
  return new Set(ids.filter((_, index) => answers[index]));
}

/** What the reader may do to a project itself. */
export function useProjectRights(
  cluster: string,
  { project, key: name }: ProjectRow,
): { readonly change: boolean; readonly invite: boolean; readonly remove: boolean } {
  const of = { namespace: cluster, name };
  const [change = false, remove = false, invite = false] = useMayEach([
    management('update', 'projects', of),
    management('delete', 'projects', of),
    management('create', 'projectroletemplatebindings', { namespace: membersNamespace(project) }),
  ]);
  return { change, invite, remove };
}

/** Whether the reader may make projects in a cluster. */
export const useMayCreateProjects = (cluster: string): boolean =>
  useMay(management('create', 'projects', { namespace: cluster }));
