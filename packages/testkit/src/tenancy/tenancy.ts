import {
  clusterRoleBindings,
  clusterRoleTemplateBindings,
  globalRoleBindings,
  namespaces,
  projectRoleTemplateBindings,
  projects,
  roleBindings,
  users,
} from '@drover/api';
import type { Client } from '@drover/client';
import { Closing, type Log, silentLog, systemClock } from '@drover/kit';
import type { AuditLog } from '@drover/manager';
import { openMemoryStore } from '@drover/store';
import { droverProgram } from '../drover-process.js';
import { eventually, eventuallyAny } from '../eventually.js';
import { importLab } from '../imported-cluster.js';
import { type InProcessLab, startInProcessLab } from '../in-process-lab.js';
import { clearLab } from '../lab.js';
import { type Management, startManagement } from '../management.js';
import { temporaryDirectory } from '../temporary.js';
import type { Role } from './roles.js';

/** Somebody who has signed in. */
export interface Person {
  /** Name of its User. */
  readonly user: string;
  /** A token as programs have it: no session, so that signing out does not end it. */
  readonly token: string;
}

/** A management server with one imported lab, where people hold one role each. */
export interface Tenancy extends AsyncDisposable {
  readonly management: Management;
  /** The imported cluster, as its own administrator. */
  readonly lab: InProcessLab;
  /** Where the imported cluster keeps its files. */
  readonly directory: string;
  /** Id of the imported cluster. */
  readonly cluster: string;
  /** The project whose namespace is `default`, and the namespace of its members here. */
  readonly project: { readonly name: string; readonly backing: string };
  /** The first administrator's token. */
  readonly administrator: string;
  readonly people: ReadonlyMap<string, Person>;
  /** A new user who has nothing but these global roles. */
  person(name: string, ...globalRoles: readonly string[]): Promise<Person>;
  /** Gives somebody a role in the cluster or the project; resolves with the binding's id in `/v3` when it counts everywhere. */
  grant(person: Person, where: 'cluster' | 'project', role: string): Promise<string>;
}

/** Everybody's. */
export const PASSWORD = 'correct horse battery staple';

/** Starts one with a person for each role. */
export async function startTenancy(
  roles: readonly Role[],
  { log = silentLog, audit }: { readonly log?: Log; readonly audit?: AuditLog } = {},
): Promise<Tenancy> {
  await using closing = new Closing();
  const management = closing.use(await startManagement({ log, ...(audit === undefined ? {} : { audit }) }));
  const administrator = await management.signIn();
  const directory = closing.use(await temporaryDirectory());
  const store = closing.use(openMemoryStore({ clock: systemClock, log }));
  const lab = closing.use(
    await startInProcessLab(store, directory.path, { log, agent: [process.execPath, droverProgram, 'agent'] }),
  );
  closing.defer(() => clearLab(lab.client));
  const cluster = await importLab(management, lab.client, 'hv');
  const project = await defaultProject(management.client, lab.client, cluster);

  const people = new Map<string, Person>();
  const person: Tenancy['person'] = (name, ...globalRoles) => newPerson(management, administrator, name, globalRoles);
  const bind = async (type: string, body: object): Promise<string> => {
    const made = await management.ask('POST', `/v3/${type}`, { token: administrator, body });
    if (made.status !== 201) throw new Error(`${type} ${JSON.stringify(body)}: ${made.text}`);
    return (JSON.parse(made.text) as { id: string }).id;
  };
  const bound = ({ user }: Person, where: 'cluster' | 'project', role: string): Promise<string> =>
    where === 'cluster'
      ? bind('clusterroletemplatebindings', { clusterId: cluster, roleTemplateId: role, userId: user })
      : bind('projectroletemplatebindings', {
          projectId: `${cluster}:${project.name}`,
          roleTemplateId: role,
          userId: user,
        });
  const opened = closing.move();
  const tenancy: Tenancy = {
    management,
    lab,
    directory: directory.path,
    cluster,
    project,
    administrator,
    people,
    person,
    async grant(who, where, role) {
      const id = await bound(who, where, role);
      await settled(tenancy);
      return id;
    },
    [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose](),
  };
  try {
    const made = await Promise.all(
      roles.map(async ({ name, globalRoles }) => [name, await person(name, ...globalRoles)] as const),
    );
    for (const [name, who] of made) people.set(name, who);
    for (const { name, clusterRole, projectRole } of roles) {
      const who = personOf(tenancy, name);
      if (clusterRole !== undefined) await bound(who, 'cluster', clusterRole);
      if (projectRole !== undefined) await bound(who, 'project', projectRole);
    }
    await settled(tenancy);
  } catch (error) {
    await tenancy[Symbol.asyncDispose]();
    throw error;
  }
  return tenancy;
}

/** Who holds a role. */
export function personOf({ people }: Pick<Tenancy, 'people'>, role: string): Person {
  const found = people.get(role);
  if (found === undefined) throw new Error(`nobody holds ${role}`);
  return found;
}

async function defaultProject(client: Client, lab: Client, cluster: string): Promise<Tenancy['project']> {
  const { metadata, status } = await eventually(
    client,
    projects,
    { namespace: cluster },
    (project) => project.spec?.displayName === 'Default' && project.status?.backingNamespace !== undefined,
  );
  await eventually(lab, namespaces, { name: 'default' }, (namespace) => {
    return namespace.metadata.labels?.['field.cattle.io/projectId'] === metadata.name;
  });
  return { name: metadata.name, backing: status?.backingNamespace ?? '' };
}

async function newPerson(
  management: Management,
  administrator: string,
  username: string,
  globalRoles: readonly string[],
): Promise<Person> {
  const answered = async (path: string, body: object, token?: string): Promise<{ id: string; token: string }> => {
    const { status, text } = await management.ask('POST', path, { body, ...(token === undefined ? {} : { token }) });
    if (status >= 300) throw new Error(`POST ${path}: ${status} ${text}`);
    return JSON.parse(text) as { id: string; token: string };
  };
  const named = { username: `the-${username}`, password: PASSWORD };
  const { id: user } = await answered('/v3/users', named, administrator);
  await eventually(
    management.client,
    users,
    { name: user },
    ({ metadata }) => metadata.annotations?.['lifecycle.cattle.io/create.mgmt-auth-users-controller'] === 'true',
  );
  if (!globalRoles.includes('user')) await onlyRoles(management.client, user, globalRoles);
  const session = await answered('/v3-public/localProviders/local?action=login', named);
  const { token } = await answered('/v3/tokens', { description: 'for a program' }, session.token);
  return { user, token };
}

/** Gives a user global roles instead of what every new user gets. */
async function onlyRoles(client: Client, user: string, names: readonly string[]): Promise<void> {
  const { items } = await client.list(globalRoleBindings);
  for (const { metadata, userName } of items) if (userName === user) await client.delete(globalRoleBindings, metadata);
  for (const globalRoleName of names)
    await client.create(globalRoleBindings, {
      apiVersion: 'management.cattle.io/v3',
      kind: 'GlobalRoleBinding',
      metadata: { name: `grb-of-${user}-${globalRoleName}` },
      globalRoleName,
      userName: user,
    });
  const isUsers = ({ roleRef, subjects = [] }: { roleRef: { name: string }; subjects?: { name: string }[] }): boolean =>
    roleRef.name === 'cattle-globalrole-user' && subjects.some(({ name }) => name === user);
  await eventuallyAny(client, clusterRoleBindings, undefined, isUsers, false);
}

/**
 * Resolves when everything granted so far counts. Rights of a cluster are derived as a whole, one derivation after the other:
 * when those of a member who came last are there and have gone again, so are everybody's of before.
 */
async function settled({ management: { client }, lab, cluster, project }: Tenancy): Promise<void> {
  const last = { apiVersion: 'management.cattle.io/v3', userName: 'u-last' } as const;
  const isLast = ({ subjects = [] }: { subjects?: { name: string }[] }): boolean =>
    subjects.some(({ name }) => name === last.userName);
  const everywhere = async (there: boolean): Promise<void> => {
    for (const api of [lab.client, client]) await eventuallyAny(api, clusterRoleBindings, undefined, isLast, there);
    await eventuallyAny(lab.client, roleBindings, 'default', isLast, there);
    for (const namespace of [cluster, project.backing])
      await eventuallyAny(client, roleBindings, namespace, isLast, there);
  };
  const members = { namespace: cluster, name: 'crtb-last' };
  const inProject = { namespace: project.backing, name: 'prtb-last' };
  await client.create(clusterRoleTemplateBindings, {
    ...last,
    kind: 'ClusterRoleTemplateBinding',
    metadata: members,
    clusterName: cluster,
    roleTemplateName: 'cluster-owner',
  });
  await client.create(projectRoleTemplateBindings, {
    ...last,
    kind: 'ProjectRoleTemplateBinding',
    metadata: inProject,
    projectName: `${cluster}:${project.name}`,
    roleTemplateName: 'project-owner',
  });
  await everywhere(true);
  await client.delete(clusterRoleTemplateBindings, members);
  await client.delete(projectRoleTemplateBindings, inProject);
  await everywhere(false);
}
