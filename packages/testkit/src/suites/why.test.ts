import {
  type AccessRequest,
  type ClusterRoleBinding,
  clusterRoleBindings,
  globalRoles,
  type Kind,
  type ManagementCluster,
  managementClusters,
  namespaces,
  type OutsideBindings,
  projects,
  type RoleBinding,
  roleBindings,
  type Stored,
  type ValidatingAdmissionPolicy,
  validatingAdmissionPolicies,
  validatingAdmissionPolicyBindings,
  type Why,
  type WhyAnswer,
} from '@drover/api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DroverProcess } from '../drover-process.js';
import { eventually } from '../eventually.js';
import { type ImportedCluster, importBareCluster } from '../imported-cluster.js';
import { type Management, startManagement } from '../management.js';
import { present } from '../present.js';

const RBAC = 'rbac.authorization.k8s.io';
const START: AccessRequest = {
  verb: 'update',
  group: 'subresources.kubevirt.io',
  resource: 'virtualmachines',
  subresource: 'start',
  namespace: 'default',
  name: 'web',
};
/** Lets nobody change a binding of the namespace default, or take one away. */
const stubborn: ValidatingAdmissionPolicy = {
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'ValidatingAdmissionPolicy',
  metadata: { name: 'stubborn' },
  spec: {
    matchConstraints: {
      resourceRules: [
        { apiGroups: [RBAC], apiVersions: ['v1'], operations: ['UPDATE', 'DELETE'], resources: ['rolebindings'] },
      ],
    },
    validations: [{ expression: "request.namespace != 'default'", message: 'bindings stay as they are' }],
  },
};
const SEE: AccessRequest = {
  verb: 'list',
  group: 'harvesterhci.io',
  resource: 'virtualmachineimages',
  namespace: 'default',
};

describe.skipIf(!present('kubectl'))('why somebody may do something in a cluster, or may not (needs kubectl)', () => {
  const closing: AsyncDisposable[] = [];
  let drover: Management;
  let imported: ImportedCluster;
  let admin: string;
  let project: string;
  let projectName: string;
  const people = new Map<string, { readonly id: string; readonly token: string }>();

  beforeAll(async () => {
    drover = await startManagement();
    closing.push(drover);
    admin = await drover.signIn();
    imported = await importBareCluster(drover, 'lab');
    closing.push(imported);
    const { items } = await drover.client.list(projects, { namespace: imported.id });
    const found = items.find(({ spec }) => spec?.displayName === 'Default');
    projectName = found?.metadata.name ?? '';
    project = `${imported.id}:${projectName}`;
    await eventually(
      imported.cluster.client,
      namespaces,
      { name: 'default' },
      ({ metadata }) => metadata.labels?.['field.cattle.io/projectId'] === projectName,
    );
    for (const [name, role] of [
      ['owner', 'project-owner'],
      ['reader', 'read-only'],
      ['nobody', undefined],
    ] as const) {
      const person = await newUser(name);
      people.set(name, person);
      if (role === undefined) continue;
      const body = { projectId: project, roleTemplateId: role, userId: person.id };
      const { status } = await drover.ask('POST', '/v3/projectroletemplatebindings', { token: admin, body });
      expect(status).toBe(201);
      await eventuallyBound(person.id);
    }
  });
  afterAll(async () => {
    for (const part of closing.reverse()) await part[Symbol.asyncDispose]();
  });

  it('allowed: names the binding and rule of the cluster, and the binding here that they follow from', async () => {
    const [answer] = await asked('owner', [SEE]);
    if (answer?.allowed !== true) throw new Error('the owner sees no images');
    const [grant] = answer.grants;
    expect(grant?.rule.resources).toContain('*');
    expect(grant?.role.name).toBe('project-owner-aggregator');
    expect(grant?.origin).toMatchObject({
      type: 'drover',
      bindings: [
        {
          kind: 'ProjectRoleTemplateBinding',
          role: { name: 'project-owner', place: { type: 'project', id: project, name: 'Default' } },
        },
      ],
    });
    const { kind, namespace, name = '' } = grant?.binding ?? {};
    expect(kind).toBe('RoleBinding');
    const binding = await imported.cluster.client.get(roleBindings, { namespace, name });
    expect(binding.subjects?.map((subject) => subject.name)).toContain(person('owner').id);
  });

  it('refused: names the closest role, and its owner and the administrator as those who may give it', async () => {
    const [answer] = await asked('reader', [START]);
    if (answer?.allowed !== false) throw new Error('the reader may start machines');
    expect(answer.remedies[0]).toEqual({
      role: {
        kind: 'RoleTemplate',
        name: 'virt-project-operate',
        displayName: expect.any(String),
        place: { type: 'project', id: project, name: 'Default' },
      },
      grantors: [
        { kind: 'user', id: person('owner').id, name: 'owner' },
        { kind: 'user', id: expect.stringMatching(/^user-/), name: 'Default Admin' },
      ],
    });
  });

  it('what a role is said to allow it allows, once it is given, and within moments', async () => {
    const guest = await newUser('guest');
    people.set('guest', guest);
    const invite = (roleTemplateId: string) =>
      drover.ask('POST', '/v3/projectroletemplatebindings', {
        token: person('owner').token,
        body: { projectId: project, roleTemplateId, userId: guest.id },
      });
    const before = await drover.ask('POST', path(), { token: admin, body: { user: 'guest', requests: [START] } });
    const [answer] = (JSON.parse(before.text) as Why).answers;
    expect(answer).toMatchObject({ allowed: false, refusal: 'not-a-member' });
    const role = answer?.allowed === false ? (answer.remedies[0]?.role.name ?? '') : '';
    expect((await invite(role)).status).toBe(201);
    await eventuallyBound(guest.id);
    expect((await asked('guest', [START]))[0]?.allowed).toBe(true);
  });

  it('agrees with what the cluster does, for many requests at once', async () => {
    const requests = ['get', 'create', 'delete'].flatMap((verb) =>
      ['pods', 'secrets', 'configmaps'].map((resource) => ({ verb, group: '', resource, namespace: 'default' })),
    );
    const answers = await asked('reader', requests);
    for (const [index, { verb, resource }] of requests.entries()) {
      const { status } = await drover.ask(
        { get: 'GET', create: 'POST', delete: 'DELETE' }[verb] ?? '',
        `/k8s/clusters/${imported.id}/api/v1/namespaces/default/${resource}${verb === 'create' ? '' : '/none'}`,
        { token: person('reader').token, ...(verb === 'create' && { body: {} }) },
      );
      expect([verb, resource, status !== 403]).toEqual([verb, resource, answers[index]?.allowed]);
    }
  });

  it('of an object with a name of its own, says for which names a request without one is allowed', async () => {
    const [all] = await asked('owner', [{ verb: 'get', group: '', resource: 'namespaces' }]);
    expect(all).toMatchObject({ allowed: false, names: ['default'] });
  });

  it('a binding that somebody else made is said to be from outside', async () => {
    const name = 'theirs';
    await imported.cluster.client.create(clusterRoleBindings, {
      apiVersion: `${RBAC}/v1`,
      kind: 'ClusterRoleBinding',
      metadata: { name },
      roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name: 'view' },
      subjects: [{ apiGroup: RBAC, kind: 'User', name: person('reader').id }],
    });
    const request = { verb: 'list', group: '', resource: 'pods', namespace: 'kube-system' };
    const [answer] = await asked('reader', [request]);
    expect(answer).toMatchObject({ allowed: true, grants: [{ binding: { name }, origin: { type: 'outside' } }] });
    const { data, count } = await outside();
    expect(data.map((each) => each.name)).toEqual([name]);
    expect(count).toBe(1);
    expect(data[0]).toMatchObject({ role: { name: 'view' }, subjects: [{ kind: 'User', name: person('reader').id }] });
    expect(data[0]?.ruleCount).toBeGreaterThan(0);
    await imported.cluster.client.delete(clusterRoleBindings, { name });
  });

  it('bindings from outside come in pages, those that name nothing but machines too', async () => {
    const names = ['a', 'b', 'c'].map((each) => `machines-${each}`);
    const place = { namespace: 'kube-system' };
    for (const name of names) {
      await imported.cluster.client.create(roleBindings, {
        apiVersion: `${RBAC}/v1`,
        kind: 'RoleBinding',
        metadata: { ...place, name },
        roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name: 'kubevirt.io:edit' },
        subjects: [{ apiGroup: RBAC, kind: 'Group', name: 'ops' }],
      });
    }
    const first = await outside('limit=2');
    const second = await outside(`limit=2&continue=${encodeURIComponent(first.continue ?? '')}`);
    expect([...first.data, ...second.data].map(({ name }) => name)).toEqual(names);
    expect(second.continue).toBeUndefined();
    for (const name of names) await imported.cluster.client.delete(roleBindings, { ...place, name });
  });

  it('bindings from outside are shown to those who may list bindings there', async () => {
    const ask = (token: string) => drover.ask('GET', `/v1-drover/clusters/${imported.id}/outsidebindings`, { token });
    const statuses = await Promise.all(['owner', 'reader', 'nobody'].map((who) => ask(person(who).token)));
    expect(statuses.map(({ status }) => status)).toEqual([403, 403, 403]);
  });

  it('a global role gives its roles in every cluster, and its rules in namespaces there, as long as somebody has it', async () => {
    const { id, token } = await newUser('operator');
    people.set('operator', { id, token });
    await drover.client.create(globalRoles, {
      apiVersion: 'management.cattle.io/v3',
      kind: 'GlobalRole',
      metadata: { name: 'operators' },
      displayName: 'Operators everywhere',
      inheritedClusterRoles: ['virt-cluster-operate'],
      inheritedNamespacedRules: { 'kube-system': [{ apiGroups: [''], resources: ['configmaps'], verbs: ['delete'] }] },
    });
    const body = { globalRoleId: 'operators', userId: id };
    const { text } = await drover.ask('POST', '/v3/globalrolebindings', { token: admin, body });
    const { id: binding } = JSON.parse(text) as { id: string };
    await untilBound(roleBindings, id, { namespace: 'kube-system' });
    await untilBound(clusterRoleBindings, id);
    const maps = { verb: 'delete', group: '', resource: 'configmaps', namespace: 'kube-system' };
    for (const answer of await asked('operator', [START, maps])) {
      expect(answer).toMatchObject({
        allowed: true,
        grants: [{ origin: { bindings: [{ kind: 'GlobalRoleBinding', name: binding, role: { name: 'operators' } }] } }],
      });
    }
    await drover.ask('DELETE', `/v3/globalrolebindings/${binding}`, { token: admin });
    await untilBound(clusterRoleBindings, id, { isBound: false });
    await untilBound(roleBindings, id, { namespace: 'kube-system', isBound: false });
  });

  it('rights that somebody changes in the cluster are put right, and the cluster says so', async () => {
    const { client } = imported.cluster;
    const before = await repaired();
    const { items } = await client.list(roleBindings, { namespace: 'default' });
    const [binding] = items.filter(({ subjects = [] }) => subjects.some(({ name }) => name === person('reader').id));
    if (binding === undefined) throw new Error('the reader has no rights');
    await client.delete(roleBindings, { namespace: 'default', name: binding.metadata.name });
    await eventuallyBound(person('reader').id);
    const cluster = await eventually(drover.client, managementClusters, { name: imported.id }, ({ status }) =>
      Boolean(inSync(status)?.message?.includes(binding.metadata.name)),
    );
    expect(inSync(cluster.status)).toMatchObject({ status: 'True', reason: 'Repaired' });
    expect(inSync(cluster.status)?.message).toMatch(/1 object of RBAC .* RoleBinding default\/rb-\w+ made again$/);
    expect((await repaired()) - before).toBe(1);
  });

  it('a right that the cluster does not let be taken away is loudly said to be kept, and who keeps it is refused meanwhile', async () => {
    const { client } = imported.cluster;
    const person = await newUser('leaver');
    const give = async (type: string, body: object): Promise<string> => {
      const { text } = await drover.ask('POST', `/v3/${type}`, { token: admin, body: { ...body, userId: person.id } });
      return (JSON.parse(text) as { id: string }).id;
    };
    await give('clusterroletemplatebindings', { clusterId: imported.id, roleTemplateId: 'cluster-member' });
    const member = await give('projectroletemplatebindings', { projectId: project, roleTemplateId: 'read-only' });
    await eventuallyBound(person.id);
    const list = () =>
      drover.ask('GET', `/k8s/clusters/${imported.id}/api/v1/namespaces/default/pods`, { token: person.token });
    expect((await list()).status).toBe(200);
    await client.create(validatingAdmissionPolicies, stubborn);
    await client.create(validatingAdmissionPolicyBindings, {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingAdmissionPolicyBinding',
      metadata: { name: 'stubborn' },
      spec: { policyName: 'stubborn', validationActions: ['Deny'] },
    });
    await drover.ask('DELETE', `/v3/projectroletemplatebindings/${member}`, { token: admin });
    const loud = await eventually(
      drover.client,
      managementClusters,
      { name: imported.id },
      ({ status }) => inSync(status)?.status === 'False',
    );
    expect(inSync(loud.status)).toMatchObject({ reason: 'RightsNotTaken' });
    expect(inSync(loud.status)?.message).toContain('1 user or group keeps a right there');
    const refused = await list();
    expect(refused.status).toBe(403);
    expect(refused.text).toContain('a right was taken from you here');
    const body = { requests: [{ verb: 'list', group: '', resource: 'pods', namespace: 'default' }] };
    const why = await drover.ask('POST', path(), { token: person.token, body });
    expect((JSON.parse(why.text) as Why).answers[0]).toMatchObject({ allowed: false, refusal: 'rights-not-current' });
    await client.delete(validatingAdmissionPolicyBindings, { name: 'stubborn' });
    await eventually(
      drover.client,
      managementClusters,
      { name: imported.id },
      ({ status }) => inSync(status)?.status === 'True',
    );
    expect((await list()).text).toContain('cannot list resource');
  });

  it('about the server’s own cluster: the role in a cluster, or the global role, that would allow it', async () => {
    const requests = [
      {
        verb: 'create',
        group: 'management.cattle.io',
        resource: 'clusterroletemplatebindings',
        namespace: imported.id,
      },
      { verb: 'create', group: 'management.cattle.io', resource: 'users' },
    ];
    const answers = await asked('owner', requests, 'local');
    const roles = answers.map((answer) => (answer.allowed ? [] : answer.remedies.map(({ role }) => role)));
    expect(roles[0]?.[0]).toMatchObject({ kind: 'RoleTemplate', place: { type: 'cluster', id: imported.id } });
    expect(roles[1]?.[0]).toMatchObject({ kind: 'GlobalRole', name: 'users-manage' });
  });

  it('is nobody’s business who has no part in the cluster, and of others that of whoever may review access', async () => {
    const ask = (who: string, body: object, cluster = imported.id) =>
      drover.ask('POST', path(cluster), { token: person(who).token, body });
    const unknown = await ask('nobody', { requests: [SEE] }, 'c-m-aaaaaaaa');
    const known = await ask('nobody', { requests: [SEE] });
    expect([unknown.status, known.status]).toEqual([403, 403]);
    expect(known.text.replaceAll(imported.id, 'ID')).toBe(unknown.text.replaceAll('c-m-aaaaaaaa', 'ID'));
    expect((await ask('nobody', { requests: [SEE] }, 'lab')).text).not.toContain(imported.id);
    expect((await ask('reader', { user: 'owner', requests: [SEE] })).status).toBe(403);
    expect((await ask('owner', { user: 'reader', requests: [SEE] })).status).toBe(200);
    expect((await ask('owner', { user: 'reader', requests: [{ ...SEE, namespace: 'kube-system' }] })).status).toBe(403);
  });

  it.each([
    ['no request', {}, 'requests'],
    ['a request without a verb', { requests: [{ resource: 'pods' }] }, 'verb'],
    ['too many', { requests: Array(201).fill(SEE) }, 'requests'],
  ])('with %s is refused by the field', async (_, body, fieldName) => {
    const { status, text } = await drover.ask('POST', path(), { token: admin, body });
    expect(status).toBe(422);
    expect(JSON.parse(text)).toMatchObject({ fieldName });
  });

  it('is told by the program in sentences, with the exit code of kubectl auth can-i', async () => {
    const run = async (...args: string[]) => {
      await using program = new DroverProcess(['why', ...args]);
      const { code } = await program.ended;
      return { code, said: program.said.join('\n'), told: program.told };
    };
    const own = await drover.kubeconfigFor(imported.id, person('reader').token);
    const start = ['update', 'virtualmachines.subresources.kubevirt.io/start', 'web', '-n', 'default'];
    const refused = await run(...start, '--kubeconfig', own);
    expect(refused.code).toBe(1);
    expect(refused.said).toMatch(/^No: "reader" may not update .* of the cluster "lab"\.\n/);
    expect(refused.said).toContain(
      'the project "Default" (RoleTemplate virt-project-operate): "owner", "Default Admin" can',
    );
    const asAdmin = await run(...start, '--kubeconfig', drover.kubeconfig, '--cluster', 'lab', '--as', 'owner');
    expect(asAdmin).toMatchObject({ code: 1, told: '' });
    const seen = ['list', 'virtualmachineimages.harvesterhci.io', '-n', 'default'];
    const allowed = await run(...seen, '--kubeconfig', drover.kubeconfig, '--cluster', 'lab', '--as', 'reader');
    expect(allowed.code).toBe(0);
    expect(allowed.said).toMatch(/^Yes: "reader" may .*\n- By the role ".*" in the project "Default" \(Project/);
    const foreign = await run(...seen, '--kubeconfig', own, '--as', 'owner');
    expect(foreign.code).toBe(2);
    expect(foreign.told).toContain('cannot review the access of others');
  });

  const inSync = (status: ManagementCluster['status']) =>
    status?.conditions?.find(({ type }) => type === 'RightsInSync');

  async function repaired(): Promise<number> {
    const { text } = await drover.ask('GET', '/metrics', { token: admin });
    return Number(/^drover_rights_repaired_total (\d+)$/m.exec(text)?.[1]);
  }

  const path = (cluster = imported.id) => `/v1-drover/clusters/${cluster}/why`;

  async function outside(query = ''): Promise<OutsideBindings> {
    const { status, text } = await drover.ask('GET', `/v1-drover/clusters/${imported.id}/outsidebindings?${query}`, {
      token: admin,
    });
    expect([status, text]).toEqual([200, text]);
    return JSON.parse(text) as OutsideBindings;
  }

  function person(name: string) {
    const found = people.get(name);
    if (found === undefined) throw new Error(`there is no ${name}`);
    return found;
  }

  async function asked(
    who: string,
    requests: readonly AccessRequest[],
    cluster = imported.id,
  ): Promise<readonly WhyAnswer[]> {
    const { status, text } = await drover.ask('POST', path(cluster), { token: person(who).token, body: { requests } });
    expect([status, text]).toEqual([200, text]);
    return (JSON.parse(text) as Why).answers;
  }

  async function newUser(username: string): Promise<{ readonly id: string; readonly token: string }> {
    const password = 'correct horse battery';
    const made = await drover.ask('POST', '/v3/users', { token: admin, body: { username, password } });
    const login = await drover.ask('POST', '/v3-public/localProviders/local?action=login', {
      body: { username, password },
    });
    return {
      id: (JSON.parse(made.text) as { id: string }).id,
      token: (JSON.parse(login.text) as { token: string }).token,
    };
  }

  /** Waits until a user has a role in the namespace default of the cluster. */
  const eventuallyBound = (user: string): Promise<void> => untilBound(roleBindings, user, { namespace: 'default' });

  /** Waits until a user has a role in a namespace of the cluster or in all of it, or has none any more. */
  async function untilBound(
    kind: Kind<RoleBinding> | Kind<ClusterRoleBinding>,
    user: string,
    { namespace, isBound = true }: { readonly namespace?: string; readonly isBound?: boolean } = {},
  ): Promise<void> {
    const { client } = imported.cluster;
    const giving = new Set<string>();
    const note = ({ metadata, subjects = [] }: Stored<RoleBinding | ClusterRoleBinding>, gone: boolean): boolean => {
      // Its account there is bound as well.
      const isTheirs = subjects.some(({ kind: of, name }) => of === 'User' && name === user);
      if (isTheirs && !gone) giving.add(metadata.name);
      else giving.delete(metadata.name);
      return giving.size > 0 === isBound;
    };
    const { items, metadata } = await client.list<RoleBinding | ClusterRoleBinding>(kind, { namespace });
    for (const item of items) note(item, false);
    if (giving.size > 0 === isBound) return;
    const { resourceVersion } = metadata;
    const stop = new AbortController();
    const watched = { namespace, resourceVersion, signal: stop.signal };
    for await (const event of client.watch<RoleBinding | ClusterRoleBinding>(kind, watched)) {
      if (event.type === 'BOOKMARK' || event.type === 'ERROR') continue;
      if (!note(event.object, event.type === 'DELETED')) continue;
      stop.abort();
      return;
    }
  }
});
