import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import {
  type Authorize,
  clusterRoleBindings,
  clusterRoles,
  clusterRoleTemplateBindings,
  type Identity,
  type Kind,
  type KubeObject,
  namespaces,
  projectRoleTemplateBindings,
  projects,
  type RoleTemplate,
  roleBindings,
  roles,
  roleTemplates,
  users,
} from '@drover/api';
import { createApiServer } from '@drover/apiserver';
import { type Client, createClient, createInformer, inProcessTransport } from '@drover/client';
import { Closing, silentLog, systemClock } from '@drover/kit';
import { createManager, type Manager, managerAdmission } from '@drover/manager';
import { openSqliteStore } from '@drover/store';
import type { Benchmark, Row } from './benchmark.js';
import { crowd, Samples } from './samples.js';

const ADMINISTRATOR: Identity = { name: 'system:admin', groups: ['system:masters'], extra: {} };

const means = { clock: systemClock, random: (length: number): Uint8Array => randomBytes(length), log: silentLog };
/** The cluster whose rights are derived: the one the server runs on, which is connected without a tunnel. */
const CLUSTER = 'local';
const DERIVED = 'drover.io/rights';
/** What this server keeps of clusters is not in the clusters. */
const IN_CLUSTER = `${DERIVED},${DERIVED} notin (cluster-${CLUSTER},role-templates)`;
/** Nothing was written for this long: all is as wanted. */
const QUIET_MS = 1_000;
const OF_PROJECTS = [
  'project-owner',
  'project-member',
  'read-only',
  'virt-project-view',
  'virt-project-operate',
  'virt-project-manage',
];
const OF_CLUSTERS = ['cluster-member', 'virt-view-cluster'];

interface Size {
  readonly users: number;
  readonly projects: number;
  readonly namespaces: number;
  readonly bindings: number;
}

/** Rights of many people in one cluster: how soon a new one counts, what all of them take, and what they amount to. */
export const rights: Benchmark = {
  name: 'rights',
  about:
    '5,000 bindings of 500 users in 200 projects with 2,000 namespaces: a new one, all of them, RBAC objects, turns',
  async run({ dir, quick, note }) {
    const size: Size = quick
      ? { users: 50, projects: 20, namespaces: 200, bindings: 500 }
      : { users: 500, projects: 200, namespaces: 2_000, bindings: 5_000 };
    await using installation = await startInstallation(dir);
    const { client } = installation;
    note(`making ${size.projects} projects`);
    let manager = await installation.manage();
    await installation.settled();
    await makeUsers(client, size);
    await makeProjects(client, size);
    await installation.settled();
    await manager[Symbol.asyncDispose]();
    note(`making ${size.namespaces} namespaces and ${size.bindings} bindings`);
    await makeNamespaces(client, size);
    await makeBindings(client, size);

    note('deriving all rights anew');
    using turns = eventLoopTurns();
    const began = performance.now();
    manager = await installation.manage();
    const resyncMs = (await installation.settled()) - began;
    const resyncTurn = turns.longestMs();
    const amounts = await count(client, size);

    note('new bindings');
    turns.reset();
    const { given, taken } = await changes(client, installation, size, LATE);
    const changeTurn = turns.longestMs();
    const decisions = await decisionTimes(installation, size, quick ? 2_000 : 50_000);
    await manager[Symbol.asyncDispose]();
    const goal = (value: number): Pick<Row, 'against'> => ({ against: { what: 'goal', value } });
    return [
      { what: 'a new binding, until it counts', unit: 'ms', median: given.median, p99: given.p99, ...goal(2_000) },
      {
        what: 'a removed binding, until nothing is left of it',
        unit: 'ms',
        median: taken.median,
        p99: taken.p99,
        ...goal(5_000),
      },
      { what: 'all rights anew, with the start of the manager', unit: 'ms', median: resyncMs, ...goal(30_000) },
      { what: 'longest turn, all rights anew', unit: 'ms', median: resyncTurn },
      { what: 'longest turn, single bindings', unit: 'ms', median: changeTurn },
      {
        what: 'RBAC objects in the cluster',
        unit: '',
        median: amounts.ours,
        against: { what: 'legacy', value: amounts.legacy },
      },
      {
        what: 'a decision',
        unit: 'µs',
        median: decisions.median * 1_000,
        p99: decisions.p99 * 1_000,
        ...goal(50),
      },
    ];
  },
};

interface Installation extends AsyncDisposable {
  readonly client: Client;
  manage(): Promise<Manager>;
  /** When the last of the derived objects was written, after which nothing happened for a while. */
  settled(): Promise<number>;
  /** Asks the API server's authorizer, in the process and without a request. */
  decide(who: string, namespace: string): boolean;
  /** Has somebody ask once, so that `decide` knows them. */
  introduce(who: string): Promise<void>;
}

async function startInstallation(dir: string): Promise<Installation> {
  await using closing = new Closing();
  const store = closing.use(await openSqliteStore({ file: join(dir, 'store.db'), ...means }));
  const askedBy = new Map<string, Authorize>();
  const api = closing.use(
    await createApiServer({
      ...means,
      store,
      dataDir: dir,
      advertise: { host: '127.0.0.1', port: 6443 },
      admission: managerAdmission(() => client),
      paths: [
        {
          prefix: '/bench',
          handle: async (_request, identity, ask) => {
            askedBy.set(identity.name, ask);
            return { status: 200, headers: {}, body: new Uint8Array() };
          },
        },
      ],
    }),
  );
  const transport = inProcessTransport((request, identity) => api.handle(request, identity), ADMINISTRATOR);
  const client = createClient(transport, { clock: systemClock });
  let lastMs = performance.now();
  const follow = <T extends KubeObject>(kind: Kind<T>): void => {
    const informer = createInformer(client, kind, { ...means, labelSelector: DERIVED });
    closing.defer(async () => informer[Symbol.dispose]());
    informer.subscribe(() => {
      lastMs = performance.now();
    });
  };
  follow(clusterRoles);
  follow(clusterRoleBindings);
  follow(roles);
  follow(roleBindings);
  const opened = closing.move();
  return {
    client,
    async manage() {
      const manager = createManager({
        ...means,
        client,
        localTransport: transport,
        anonymousTransport: transport,
        serverUrl: 'https://127.0.0.1',
        caPem: api.caPem,
        version: 'v0.0.0',
      });
      await manager.start();
      return manager;
    },
    async settled() {
      lastMs = Math.max(lastMs, performance.now());
      while (performance.now() - lastMs < QUIET_MS) await systemClock.sleep(100);
      return lastMs;
    },
    decide: (who, namespace) => {
      const ask = askedBy.get(who);
      if (ask === undefined) throw new Error(`${who} has not introduced itself`);
      return ask({ verb: 'get', group: '', resource: 'pods', namespace, name: 'a' }).allowed;
    },
    async introduce(who) {
      const body = (async function* () {})();
      const identity = { name: who, groups: ['system:authenticated'], extra: {} };
      await api.handle(
        { method: 'GET', url: '/bench', headers: {}, body, signal: new AbortController().signal },
        identity,
      );
    },
    [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose](),
  };
}

/** People who come when everybody else is there. */
const LATE = 6;
const late = (index: number): string => `u-late-${index}`;
const user = (index: number): string => `u-${index}`;
const projectName = (index: number): string => `p-${String(index).padStart(5, '0')}`;
const space = (index: number): string => `space-${index}`;
/** Where the members of a project are kept. */
const backing = (index: number): string => `${CLUSTER}-${projectName(index)}`;
const BINDING = { apiVersion: 'management.cattle.io/v3' } as const;

/** Those of the bindings, and some who get theirs later. */
async function makeUsers(client: Client, { users: count }: Size): Promise<void> {
  const names = [
    ...Array.from({ length: count }, (_, index) => user(index)),
    ...Array.from({ length: LATE }, (_, at) => late(at)),
  ];
  await crowd(16, Math.ceil(names.length / 16), async (caller, turn) => {
    const name = names[turn * 16 + caller];
    if (name === undefined) return;
    await client.create(users, { ...BINDING, kind: 'User', metadata: { name }, username: name, enabled: true });
  });
}

async function makeProjects(client: Client, { projects: count }: Size): Promise<void> {
  await crowd(16, Math.ceil(count / 16), async (caller, turn) => {
    const index = turn * 16 + caller;
    if (index >= count) return;
    await client.create(projects, {
      ...BINDING,
      kind: 'Project',
      metadata: { name: projectName(index), namespace: CLUSTER },
      spec: { clusterName: CLUSTER, displayName: projectName(index) },
    });
  });
  const unready = async (): Promise<boolean> =>
    (await client.list(projects)).items.some(({ status }) => status?.backingNamespace === undefined);
  while (await unready()) await systemClock.sleep(100);
}

async function makeNamespaces(client: Client, { namespaces: count, projects: of }: Size): Promise<void> {
  await crowd(16, Math.ceil(count / 16), async (caller, turn) => {
    const index = turn * 16 + caller;
    if (index >= count) return;
    const project = projectName(index % of);
    const [annotations, labels] = [`${CLUSTER}:${project}`, project].map((value) => ({
      'field.cattle.io/projectId': value,
    }));
    await client.create(namespaces, {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: space(index), ...(annotations && { annotations }), ...(labels && { labels }) },
    });
  });
}

/** One in fifty is for the whole cluster. */
async function makeBindings(client: Client, { bindings, users, projects: of }: Size): Promise<void> {
  await crowd(16, Math.ceil(bindings / 16), async (caller, turn) => {
    const index = turn * 16 + caller;
    if (index >= bindings) return;
    const round = Math.floor(index / users);
    const who = user(index % users);
    const project = (index + round * Math.ceil(of / 10)) % of;
    if (round > 0 || index % 5 > 0) {
      await bind(client, project, OF_PROJECTS[(index + round) % OF_PROJECTS.length] ?? '', who, `b-${index}`);
      return;
    }
    await client.create(clusterRoleTemplateBindings, {
      ...BINDING,
      kind: 'ClusterRoleTemplateBinding',
      metadata: { name: `b-${index}`, namespace: CLUSTER },
      clusterName: CLUSTER,
      roleTemplateName: OF_CLUSTERS[index % OF_CLUSTERS.length] ?? '',
      userName: who,
    });
  });
}

const bind = (client: Client, project: number, role: string, who: string, name: string): Promise<unknown> =>
  client.create(projectRoleTemplateBindings, {
    ...BINDING,
    kind: 'ProjectRoleTemplateBinding',
    metadata: { name, namespace: backing(project) },
    projectName: `${CLUSTER}:${projectName(project)}`,
    roleTemplateName: role,
    userName: who,
  });

/** New people in a project, one after the other, and out of it again. */
async function changes(client: Client, installation: Installation, size: Size, times: number) {
  const [given, taken] = [new Samples(), new Samples()];
  for (let turn = 0; turn < times; turn += 1) {
    const project = (turn * 7) % size.projects;
    const who = late(turn);
    await installation.introduce(who);
    const until = async (allowed: boolean, work: () => Promise<unknown>): Promise<number> => {
      const began = performance.now();
      await work();
      while (installation.decide(who, space(project)) !== allowed) await systemClock.sleep(1);
      return performance.now() - began;
    };
    const name = `new-${turn}`;
    given.add(await until(true, () => bind(client, project, 'project-member', who, name)));
    await installation.settled();
    taken.add(
      await until(false, () => client.delete(projectRoleTemplateBindings, { namespace: backing(project), name })),
    );
    await installation.settled();
  }
  return { given, taken };
}

async function decisionTimes(installation: Installation, size: Size, times: number): Promise<Samples> {
  for (let index = 0; index < size.users; index += 1) await installation.introduce(user(index));
  const samples = new Samples();
  for (let turn = 0; turn < times; turn += 1) {
    const [who, namespace] = [user(turn % size.users), space((turn * 7) % size.namespaces)];
    const began = performance.now();
    installation.decide(who, namespace);
    samples.add(performance.now() - began);
  }
  return samples;
}

/**
 * How many objects of RBAC the cluster has for the bindings, and how many Rancher's model before aggregation makes of them: a role
 * for each template, one binding for each member, role and place, and two roles for each project.
 */
async function count(client: Client, { namespaces: spaces, projects: of }: Size) {
  const amount = async <T extends KubeObject>(kind: Kind<T>): Promise<number> =>
    (await client.list(kind, { labelSelector: IN_CLUSTER })).items.length;
  const ours = (await amount(clusterRoles)) + (await amount(clusterRoleBindings)) + (await amount(roleBindings));
  const templates = new Map((await client.list(roleTemplates)).items.map((each) => [each.metadata.name, each]));
  const closure = (name: string, found = new Map<string, RoleTemplate>()): Map<string, RoleTemplate> => {
    const template = templates.get(name);
    if (template === undefined || found.has(name)) return found;
    found.set(name, template);
    for (const inherited of template.roleTemplateNames ?? []) closure(inherited, found);
    return found;
  };
  const inProjects = (await client.list(projectRoleTemplateBindings)).items.map((each) =>
    closure(each.roleTemplateName),
  );
  const inClusters = (await client.list(clusterRoleTemplateBindings)).items.map((each) =>
    closure(each.roleTemplateName),
  );
  const sum = (closures: readonly ReadonlyMap<string, unknown>[]): number =>
    closures.reduce((all, { size }) => all + size, 0);
  const used = new Set([...inProjects, ...inClusters].flatMap((each) => [...each.keys()]));
  // Beside its bindings in each namespace, a member of a project has two for the whole cluster.
  const legacy = used.size + 2 * of + sum(inClusters) + sum(inProjects) * (spaces / of) + 2 * inProjects.length;
  return { ours, legacy };
}

function eventLoopTurns() {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  return {
    longestMs: () => delay.max / 1e6,
    reset: () => delay.reset(),
    [Symbol.dispose]: () => delay.disable(),
  };
}
