import {
  type ClusterRoleTemplateBinding,
  clusterRoleTemplateBindings,
  type GlobalRole,
  type GlobalRoleBinding,
  globalRoleBindings,
  globalRoles,
  type Kind,
  type KubeObject,
  type ProjectRoleTemplateBinding,
  projectRoleTemplateBindings,
  type RoleTemplate,
  roleTemplates,
  type Stored,
} from '@drover/api';
import type { Client, Informer, InformerEvent } from '@drover/client';
import { type Controller, createController, deleteIfPresent, done, getIfPresent, watches } from '@drover/controller';
import type { Clock, Log, RandomBytes } from '@drover/kit';

/** Timestamps of objects are in whole seconds. */
const SETTLED_MS = 1_000;

/**
 * Takes along, when a role goes, the bindings that give it: another role may get the name one day, and nobody gave them that one.
 */
export function roleCleanup(parts: {
  readonly client: Client;
  readonly globalRoles: Informer<GlobalRole>;
  readonly roleTemplates: Informer<RoleTemplate>;
  readonly globalRoleBindings: Informer<GlobalRoleBinding>;
  readonly clusterBindings: Informer<ClusterRoleTemplateBinding>;
  readonly projectBindings: Informer<ProjectRoleTemplateBinding>;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly log: Log;
}): readonly Controller[] {
  const { client, clusterBindings, projectBindings, clock, random, log } = parts;
  // A binding may be applied shortly before its role: only what this start found counts as left behind.
  const start = clock.now() - SETTLED_MS;
  const wasThere = <T extends KubeObject>({ type, object }: InformerEvent<T>): boolean =>
    type === 'added' && Date.parse(object.metadata.creationTimestamp) <= start;
  const ofTemplate = {
    when: wasThere<ClusterRoleTemplateBinding | ProjectRoleTemplateBinding>,
    map: ({ roleTemplateName }: { roleTemplateName: string }) => [{ name: roleTemplateName }],
  };
  return [
    createController({
      name: 'global-role-cleanup',
      sources: [
        watches(parts.globalRoles, { when: ({ type }) => type === 'deleted' }),
        watches(parts.globalRoleBindings, {
          when: wasThere,
          map: ({ globalRoleName }) => [{ name: globalRoleName }],
        }),
      ],
      async reconcile({ name }) {
        // Asks the API: what follows cannot be taken back.
        if ((await getIfPresent(client, globalRoles, { name })) !== undefined) return done;
        const left = parts.globalRoleBindings.list().filter(({ globalRoleName }) => globalRoleName === name);
        await removeAll(client, globalRoleBindings, left);
        return done;
      },
      clock,
      random,
      log,
    }),
    createController({
      name: 'role-template-cleanup',
      sources: [
        watches(parts.roleTemplates, { when: ({ type }) => type === 'deleted' }),
        watches(clusterBindings, ofTemplate),
        watches(projectBindings, ofTemplate),
      ],
      async reconcile({ name }) {
        if ((await getIfPresent(client, roleTemplates, { name })) !== undefined) return done;
        const giving = ({ roleTemplateName }: { roleTemplateName: string }): boolean => roleTemplateName === name;
        await removeAll(client, clusterRoleTemplateBindings, clusterBindings.list().filter(giving));
        await removeAll(client, projectRoleTemplateBindings, projectBindings.list().filter(giving));
        return done;
      },
      clock,
      random,
      log,
    }),
  ];
}

async function removeAll<T extends KubeObject>(
  client: Client,
  kind: Kind<T>,
  objects: readonly Stored<T>[],
): Promise<void> {
  for (const { metadata } of objects)
    await deleteIfPresent(client, kind, { namespace: metadata.namespace, name: metadata.name });
}
