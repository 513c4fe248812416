import type { Namespace, Project, Stored } from '@drover/api';
import { isSystemNamespace } from '../cluster/namespaces.js';
import type { State } from '../components/state.js';
import { message } from '../i18n/message.js';

/** Where a namespace says which project it is in: `CLUSTER:PROJECT`. */
const PROJECT_ID = 'field.cattle.io/projectId';
/** Whoever made it through a manager; such namespaces go with their project. */
const CREATOR_ID = 'field.cattle.io/creatorId';
const DESCRIPTION = 'field.cattle.io/description';
const SYSTEM_PROJECT = 'authz.management.cattle.io/system-project';

/** The key of the group of namespaces that are in no project; no project id is empty. */
export const NO_PROJECT = '';

/** A project of a cluster. */
export interface ProjectRow {
  /** Its id, `p-…`, unique in its cluster. */
  readonly key: string;
  /** What people call it. */
  readonly name: string;
  readonly description: string;
  readonly project: Stored<Project>;
  /** Holds the cluster's own namespaces, and goes with the cluster alone. */
  readonly isSystem: boolean;
  readonly isRemoving: boolean;
}

/** A namespace, in its project. */
export interface NamespaceRow {
  readonly key: string;
  readonly name: string;
  readonly description: string;
  readonly namespace: Stored<Namespace>;
  /** Id of the project; `NO_PROJECT` for one that is in none that is known. */
  readonly project: string;
  readonly state: State<'active' | 'removing'>;
  /** Belongs to the cluster's own machinery. */
  readonly isSystem: boolean;
  /** Made through a manager: goes with its project. */
  readonly goesWithProject: boolean;
}

/** The projects of a cluster, by name, that of its own namespaces last. */
export function projectsOf(cluster: string, projects: readonly Stored<Project>[]): ProjectRow[] {
  return projects
    .filter(({ metadata }) => metadata.namespace === cluster)
    .map((project) => ({
      key: project.metadata.name,
      name: project.spec?.displayName ?? project.metadata.name,
      description: project.spec?.description ?? '',
      project,
      isSystem: project.metadata.labels?.[SYSTEM_PROJECT] === 'true',
      isRemoving: project.metadata.deletionTimestamp !== undefined,
    }))
    .sort((a, b) => Number(a.isSystem) - Number(b.isSystem) || a.name.localeCompare(b.name));
}

/** The namespaces of a cluster with the projects they are in, as far as these are known. */
export function namespacesOf(
  cluster: string,
  namespaces: readonly Stored<Namespace>[],
  projects: readonly ProjectRow[],
): NamespaceRow[] {
  const known = new Set(projects.map(({ key }) => key));
  return namespaces.map((namespace) => {
    const { name, annotations, deletionTimestamp } = namespace.metadata;
    const [of, project = ''] = annotations?.[PROJECT_ID]?.split(':') ?? [];
    return {
      key: name,
      name,
      description: annotations?.[DESCRIPTION] ?? '',
      namespace,
      project: of === cluster && known.has(project) ? project : NO_PROJECT,
      state:
        deletionTimestamp === undefined
          ? { id: 'active', title: message('namespace.state.active'), tone: 'success', transitioning: false }
          : { id: 'removing', title: message('namespace.state.removing'), tone: 'warning', transitioning: true },
      isSystem: isSystemNamespace(name),
      goesWithProject: annotations?.[CREATOR_ID] !== undefined,
    };
  });
}

/** What puts a namespace into a project of its cluster, or, with `NO_PROJECT`, into none. */
export function placement(cluster: string, project: string): object {
  const into = project !== NO_PROJECT;
  return {
    metadata: {
      annotations: { [PROJECT_ID]: into ? `${cluster}:${project}` : null },
      labels: { [PROJECT_ID]: into ? project : null },
    },
  };
}

/** The annotation that says what a namespace is for; `null` where nothing is said. */
export const description = (words: string): Record<string, string | null> => ({
  [DESCRIPTION]: words === '' ? null : words,
});

/** What the form of a namespace asks for. */
export interface NamespaceForm {
  readonly name: string;
  readonly project: string;
  readonly description: string;
}

const said = (annotations: Readonly<Record<string, string | null>>): Record<string, string> =>
  Object.fromEntries(Object.entries(annotations).filter((entry): entry is [string, string] => entry[1] !== null));

/** The namespace that a form asks for, made by that user; `asked` are annotations by which it asks for a share. */
export function namespaceObject(
  cluster: string,
  { name, project, description: words }: NamespaceForm,
  creator: string,
  asked: Readonly<Record<string, string | null>> = {},
): Namespace {
  const into = project !== NO_PROJECT;
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {
      name,
      annotations: {
        [CREATOR_ID]: creator,
        ...(into ? { [PROJECT_ID]: `${cluster}:${project}` } : {}),
        ...said(description(words)),
        ...said(asked),
      },
      ...(into ? { labels: { [PROJECT_ID]: project } } : {}),
    },
  };
}

/** What is wrong with the form of a namespace, by field. */
export const namespaceFaults = ({ name }: NamespaceForm): { name?: ReturnType<typeof message> } =>
  /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(name) ? {} : { name: message('vm.fault.name') };
