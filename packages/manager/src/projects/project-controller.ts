import { isDeepStrictEqual } from 'node:util';
import {
  type ManagementCluster,
  namespaces,
  type Project,
  type ProjectRoleTemplateBinding,
  projectRoleTemplateBindings,
  projects,
  type RoleTemplate,
  type Stored,
} from '@drover/api';
import type { Client, Informer } from '@drover/client';
import {
  addFinalizer,
  again,
  type Controller,
  createController,
  createIfAbsent,
  deleteIfPresent,
  done,
  getIfPresent,
  isBeingDeleted,
  isConditionTrue,
  type Result,
  removeFinalizer,
  updateWithRetry,
  watches,
} from '@drover/controller';
import type { Clock, Log, RandomBytes } from '@drover/kit';
import { parseClusterId } from '../clusters/cluster-id.js';
import { observeAll } from '../clusters/conditions.js';
import { CREATOR_ID, NO_CREATOR_RBAC } from '../clusters/side-objects.js';
import { backingNamespace } from './backing-namespace.js';
import type { ProjectNamespaces } from './project-namespaces.js';

/** Holds back the deletion of a project until its members, its namespaces in the cluster and its backing namespace are dealt with. */
export const PROJECT_FINALIZER = 'controller.cattle.io/mgmt-project-rbac-remove';
/** Namespaces go when their content has gone. */
const NAMESPACE_MS = 1_000;
/** Between looks at a cluster that is not connected: its connection is an event, this is for what no event tells. */
const AWAY_MS = 30_000;

/**
 * Gives each project the namespace its members are kept in and its creator the roles that are for creators; takes both away
 * again, and the project from its namespaces, when the project is deleted.
 */
export function projectController(parts: {
  readonly client: Client;
  readonly clusters: Informer<ManagementCluster>;
  readonly projects: Informer<Project>;
  readonly projectBindings: Informer<ProjectRoleTemplateBinding>;
  readonly roleTemplates: Informer<RoleTemplate>;
  readonly projectNamespaces: ProjectNamespaces;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly log: Log;
}): Controller {
  const { client, clusters, roleTemplates, projectNamespaces, clock, random, log } = parts;

  const make = async (project: Stored<Project>): Promise<Result> => {
    const { namespace = '', name } = project.metadata;
    await addFinalizer(client, projects, { namespace, name }, PROJECT_FINALIZER);
    const backing = backingNamespace(project);
    await createIfAbsent(client, namespaces, {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: backing, annotations: { 'management.cattle.io/system-namespace': 'true' } },
    });
    // Once: who takes a role away from the creator means it.
    if (!isConditionTrue(project.status?.conditions, 'InitialRolesPopulated')) {
      await bindCreator(client, project, backing, roleTemplates.list());
    }
    // The kind has no subresource for its status: it is written with the rest.
    await updateWithRetry(client, projects, { namespace, name }, (live) => {
      const conditions = [
        { type: 'BackingNamespaceCreated', status: 'True' as const },
        { type: 'InitialRolesPopulated', status: 'True' as const },
      ];
      const status = {
        ...live.status,
        backingNamespace: backing,
        conditions: observeAll(live.status?.conditions, conditions, clock.now()),
      };
      return isDeepStrictEqual(status, live.status) ? undefined : { ...live, status };
    });
    return done;
  };

  const remove = async (project: Stored<Project>): Promise<Result> => {
    const { namespace: cluster = '', name, finalizers = [] } = project.metadata;
    if (!finalizers.includes(PROJECT_FINALIZER)) return done;
    const backing = backingNamespace(project);
    const { items } = await client.list(projectRoleTemplateBindings, { namespace: backing });
    for (const { metadata } of items)
      await deleteIfPresent(client, projectRoleTemplateBindings, { namespace: backing, name: metadata.name });
    const id = parseClusterId(cluster);
    const known = clusters.get(undefined, cluster);
    if (id !== undefined && known !== undefined && !isBeingDeleted(known)) {
      if (!(await projectNamespaces.release(id, name))) return again(AWAY_MS);
    }
    await deleteIfPresent(client, namespaces, { name: backing });
    if ((await getIfPresent(client, namespaces, { name: backing })) !== undefined) return again(NAMESPACE_MS);
    await removeFinalizer(client, projects, { namespace: cluster, name }, PROJECT_FINALIZER);
    log.info('project removed', { cluster, project: name });
    return done;
  };

  return createController({
    name: 'project',
    sources: [
      watches(parts.projects),
      // A project waits for its cluster to go, or to come back.
      watches(clusters, {
        map: ({ metadata }) => parts.projects.list(metadata.name).filter(isBeingDeleted).map(requestOf),
      }),
    ],
    concurrency: 4,
    async reconcile({ namespace, name }) {
      const project = parts.projects.get(namespace, name);
      if (project === undefined) return done;
      return isBeingDeleted(project) ? remove(project) : make(project);
    },
    clock,
    random,
    log,
  });
}

const requestOf = ({ metadata }: Stored<Project>) => ({ namespace: metadata.namespace, name: metadata.name });

async function bindCreator(
  client: Client,
  { metadata, spec }: Stored<Project>,
  backing: string,
  templates: readonly Stored<RoleTemplate>[],
): Promise<void> {
  const { [CREATOR_ID]: creator, [NO_CREATOR_RBAC]: none } = metadata.annotations ?? {};
  if (creator === undefined || none !== undefined) return;
  const forCreators = templates.filter(
    ({ projectCreatorDefault, locked }) => projectCreatorDefault === true && !locked,
  );
  for (const template of forCreators) {
    await createIfAbsent(client, projectRoleTemplateBindings, {
      apiVersion: 'management.cattle.io/v3',
      kind: 'ProjectRoleTemplateBinding',
      metadata: {
        name: `creator-${template.metadata.name}`,
        namespace: backing,
        annotations: { [CREATOR_ID]: creator },
      },
      projectName: `${spec?.clusterName ?? metadata.namespace}:${metadata.name}`,
      roleTemplateName: template.metadata.name,
      userName: creator,
    });
  }
}
