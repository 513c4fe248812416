import {
  type ClusterRoleBinding,
  clusterRoleBindings,
  configMaps,
  type Kind,
  managementTokens,
  type RoleBinding,
  roleBindings,
  secrets,
  users,
} from '@drover/api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kubectl } from '../kubectl.js';
import { type Management, startManagement } from '../management.js';
import { present } from '../present.js';

const EXT = '/apis/ext.cattle.io/v1';

let drover: Management;
let admin: string;
let anna: { id: string; token: string };
let helpdesk: { id: string; token: string };
beforeAll(async () => {
  drover = await startManagement();
  admin = await drover.signIn();
  anna = await person('anna');
  helpdesk = await person('helpdesk', 'users-manage');
});
afterAll(() => drover[Symbol.asyncDispose]());

const PASSWORD = 'correct horse battery';

interface Answered {
  readonly status: number;
  readonly json: Record<string, unknown>;
}

async function ask(token: string, method: string, path: string, body?: object): Promise<Answered> {
  const { status, text } = await drover.ask(method, path, { token, ...(body === undefined ? {} : { body }) });
  return { status, json: JSON.parse(text) as Record<string, unknown> };
}

/** A user with what every new user has, and a global role. */
async function person(username: string, globalRoleId?: string): Promise<{ id: string; token: string }> {
  const made = await ask(admin, 'POST', '/v3/users', { username, password: PASSWORD });
  const id = String(made.json['id']);
  if (globalRoleId !== undefined) {
    await ask(admin, 'POST', '/v3/globalrolebindings', { globalRoleId, userId: id });
    await Promise.all([bound(clusterRoleBindings, id), bound(roleBindings, id)]);
  }
  return { id, token: await signIn(username) };
}

async function signIn(username: string, password = PASSWORD): Promise<string> {
  const { json } = await ask('', 'POST', '/v3-public/localProviders/local?action=login', { username, password });
  return String(json['token']);
}

/** Resolves when RBAC says something about the user: in the whole cluster, or in the namespace of the passwords. */
async function bound<T extends ClusterRoleBinding | RoleBinding>(kind: Kind<T>, user: string): Promise<void> {
  const namespace = kind.namespaced ? 'cattle-local-user-passwords' : undefined;
  const { items, metadata } = await drover.client.list(kind, { namespace });
  const isAbout = ({ subjects = [] }: ClusterRoleBinding | RoleBinding): boolean =>
    subjects.some(({ name }) => name === user);
  if (items.some(isAbout)) return;
  const stop = new AbortController();
  const { resourceVersion } = metadata;
  for await (const event of drover.client.watch(kind, { namespace, resourceVersion, signal: stop.signal }))
    if ((event.type === 'ADDED' || event.type === 'MODIFIED') && isAbout(event.object)) return stop.abort();
}

describe('a user name', () => {
  it('goes to one of two users that are made at the same moment', async () => {
    const make = () => ask(admin, 'POST', '/v3/users', { username: 'twin', password: PASSWORD });
    const statuses = (await Promise.all([make(), make(), make()])).map(({ status }) => status);
    expect(statuses.sort()).toEqual([201, 422, 422]);
    expect((await drover.client.list(users)).items.filter(({ username }) => username === 'twin')).toHaveLength(1);
  });
});

describe('a password', () => {
  it('written as a Secret lets its user sign in, and is stored as a hash', async () => {
    const ben = await person('ben');
    const written = await ask(
      helpdesk.token,
      'PUT',
      `/api/v1/namespaces/cattle-local-user-passwords/secrets/${ben.id}`,
      {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: ben.id, namespace: 'cattle-local-user-passwords' },
        stringData: { password: 'another horse battery' },
      },
    );
    expect(written.status).toBe(200);
    expect(await signIn('ben', 'another horse battery')).toMatch(/^token-/);
    const stored = await drover.client.get(secrets, { namespace: 'cattle-local-user-passwords', name: ben.id });
    expect(Buffer.from(stored.data?.['password'] ?? '', 'base64').toString()).not.toContain('horse');
  });

  it('of an administrator is not reset by a lower one, by any way', async () => {
    const boss = (await drover.client.list(users)).items.find(({ username }) => username === 'admin');
    const name = boss?.metadata.name ?? '';
    const secret = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name, namespace: 'cattle-local-user-passwords' },
      stringData: { password: PASSWORD },
    };
    const ways: Promise<Answered>[] = [
      ask(helpdesk.token, 'POST', `/v3/users/${name}?action=setpassword`, { newPassword: PASSWORD }),
      ask(helpdesk.token, 'PUT', `/api/v1/namespaces/cattle-local-user-passwords/secrets/${name}`, secret),
      ask(helpdesk.token, 'POST', `${EXT}/passwordchangerequests`, { spec: { userID: name, newPassword: PASSWORD } }),
    ];
    for (const { status, json } of await Promise.all(ways))
      expect([status, json['message']]).toEqual([403, expect.stringContaining('more than you have')]);
  });
});

describe('ext.cattle.io/v1', () => {
  it('is discovered with its kinds and verbs', async () => {
    const { json } = await ask(admin, 'GET', EXT);
    const kinds = (json['resources'] as { kind: string; verbs: string[] }[]).map(
      ({ kind, verbs }) => `${kind} ${verbs}`,
    );
    expect(kinds.sort()).toEqual([
      'GroupMembershipRefreshRequest create',
      'Kubeconfig create,delete,get,list,patch,update',
      'PasswordChangeRequest create',
      'SelfUser create',
      'Token create,delete,get,list,patch,update',
      'UserActivity get,patch,update',
    ]);
  });

  it('says who the caller is', async () => {
    const { status, json } = await ask(anna.token, 'POST', `${EXT}/selfusers`, {});
    expect([status, json]).toEqual([201, expect.objectContaining({ kind: 'SelfUser', status: { userID: anna.id } })]);
    const steve = await ask(anna.token, 'POST', '/v1/ext.cattle.io.selfuser', {});
    expect(steve.json).toMatchObject({ type: 'ext.cattle.io.selfuser', status: { userID: anna.id } });
  });

  it('makes tokens that sign in, shows them once, and hides others’', async () => {
    const made = await ask(anna.token, 'POST', `${EXT}/tokens`, { spec: { description: 'ci', ttl: 60_000 } });
    expect(made.json).toMatchObject({ kind: 'Token', spec: { userID: anna.id, ttl: 60_000, kind: 'derived' } });
    const { name } = made.json['metadata'] as { name: string };
    const { bearerToken, value } = made.json['status'] as { bearerToken: string; value: string };
    expect(bearerToken).toBe(`ext/${name}:${value}`);
    expect((await ask(bearerToken, 'GET', '/v3/users?me=true')).status).toBe(200);
    const mine = await ask(anna.token, 'GET', `${EXT}/tokens`);
    const items = mine.json['items'] as { metadata: { name: string }; spec: { userID: string } }[];
    expect(new Set(items.map(({ spec }) => spec.userID))).toEqual(new Set([anna.id]));
    expect(JSON.stringify(mine.json)).not.toContain(value);
    const other = await person('carla');
    expect((await ask(other.token, 'GET', `${EXT}/tokens/${name}`)).status).toBe(404);
    expect((await ask(other.token, 'DELETE', `${EXT}/tokens/${name}`)).status).toBe(404);
    const changed = await ask(anna.token, 'PUT', `${EXT}/tokens/${name}`, {
      ...made.json,
      metadata: { name },
      spec: { ...(made.json['spec'] as object), description: 'build', ttl: 30_000 },
    });
    expect(changed.json).toMatchObject({ spec: { description: 'build', ttl: 30_000 } });
    const longer = { spec: { ...(made.json['spec'] as object), ttl: 90_000 } };
    expect((await ask(anna.token, 'PUT', `${EXT}/tokens/${name}`, longer)).json).toMatchObject({
      code: 422,
      message: expect.stringContaining('can only become shorter'),
    });
    expect((await ask(admin, 'DELETE', `${EXT}/tokens/${name}`)).status).toBe(200);
    expect((await ask(bearerToken, 'GET', '/v3/users?me=true')).status).toBe(401);
  });

  it.each([
    ['a field there is not', { spec: { colour: 'red' } }, 400, 'spec.colour is not a field of this kind'],
    ['a session', { spec: { kind: 'session' } }, 422, '"session" cannot be made here'],
    ['somebody else’s', { spec: { userID: 'u-other' } }, 422, 'must be your own id'],
    ['one that never ends', { spec: { kind: 'provisioning' } }, 403, 'takes the right to create tokens'],
    ['one for no cluster', { spec: { clusterName: 'c-m-zzzzzzzz' } }, 403, 'c-m-zzzzzzzz'],
  ])('refuses %s as a token by name', async (_, body, status, sentence) => {
    const answer = await ask(anna.token, 'POST', `${EXT}/tokens`, body);
    expect([answer.status, answer.json['message']]).toEqual([status, expect.stringContaining(sentence)]);
  });

  it('does nothing for a key of one cluster, and nothing for who did not sign in here', async () => {
    const scoped = await ask(admin, 'POST', `${EXT}/tokens`, { spec: { clusterName: 'local' } });
    const { bearerToken } = scoped.json['status'] as { bearerToken: string };
    expect((await ask(bearerToken, 'GET', `${EXT}/tokens`)).json).toMatchObject({
      code: 403,
      message: expect.stringContaining('for one cluster only'),
    });
    await expect(
      drover.client.post(`${EXT}/tokens`, { apiVersion: 'ext.cattle.io/v1', kind: 'Token', spec: {} }),
    ).rejects.toThrow('did not sign in to this server');
  });

  it('keeps a session as long as its user is there, each session for itself', async () => {
    const [mine, other] = [await signIn('anna'), await signIn('anna')].map((token) => token.split(':')[0]);
    const token = await signIn('anna');
    const name = token.split(':')[0];
    const seen = await ask(token, 'PUT', `${EXT}/useractivities/${name}`, { spec: {} });
    expect(seen.json).toMatchObject({ metadata: { name }, status: { expiresAt: expect.stringMatching(/Z$/) } });
    expect((await ask(token, 'GET', `${EXT}/useractivities/${name}`)).status).toBe(200);
    for (const foreign of [mine, other, 'token-absent'])
      expect((await ask(token, 'PUT', `${EXT}/useractivities/${foreign}`, { spec: {} })).status).toBe(403);
  });

  it('makes kubeconfigs whose token ends with them', async () => {
    const spec = { clusters: ['*'], includeDefaultEntry: true, description: 'for my laptop', ttl: 3_600 };
    const made = await ask(admin, 'POST', `${EXT}/kubeconfigs`, { spec });
    expect(made.json).toMatchObject({ kind: 'Kubeconfig', spec, status: { summary: 'Complete' } });
    const { name } = made.json['metadata'] as { name: string };
    const { value, tokens } = made.json['status'] as { value: string; tokens: string[] };
    expect(value).toContain(`${drover.url}/k8s/clusters/local`);
    expect(value).toContain('current-context: rancher');
    const token = await drover.client.get(managementTokens, { name: tokens[0] ?? '' });
    expect(token.ttl).toBe(3_600_000);
    const shown = await ask(admin, 'GET', `${EXT}/kubeconfigs/${name}`);
    expect(JSON.stringify(shown.json)).not.toContain('current-context:');
    const kept = await drover.client.get(configMaps, { namespace: 'cattle-kubeconfigs', name });
    expect(JSON.stringify(kept)).not.toContain(value.split('token: ')[1]?.slice(0, 40));
    expect((await ask(anna.token, 'GET', `${EXT}/kubeconfigs/${name}`)).status).toBe(404);
    expect((await ask(admin, 'DELETE', `${EXT}/kubeconfigs/${name}`)).status).toBe(200);
    await expect(drover.client.get(managementTokens, { name: tokens[0] ?? '' })).rejects.toThrow('not found');
  });

  it('changes one’s own password by the current one', async () => {
    const dora = await person('dora');
    const change = (currentPassword: string) =>
      ask(dora.token, 'POST', `${EXT}/passwordchangerequests`, {
        spec: { currentPassword, newPassword: 'another horse battery' },
      });
    expect((await change('wrong')).status).toBe(422);
    const changed = await change(PASSWORD);
    expect(changed.json).toMatchObject({ status: { summary: 'Completed' } });
    expect(JSON.stringify(changed.json)).not.toContain('horse');
    expect(await signIn('dora', 'another horse battery')).toMatch(/^token-/);
  });

  it('has groups of local users told again by who manages users', async () => {
    const refresh = (token: string, userId: string) =>
      ask(token, 'POST', `${EXT}/groupmembershiprefreshrequests`, { spec: { userId } });
    expect((await refresh(helpdesk.token, '*')).json).toMatchObject({ status: { summary: 'Completed' } });
    expect((await refresh(helpdesk.token, 'u-nobody')).status).toBe(404);
    expect((await refresh(anna.token, '*')).status).toBe(403);
  });

  it('refuses what it does not do by name', async () => {
    const dry = await ask(anna.token, 'POST', `${EXT}/tokens?dryRun=All`, { spec: {} });
    expect(dry.json).toMatchObject({ code: 400, message: expect.stringContaining('"dryRun" is not implemented') });
    const watch = await ask(anna.token, 'GET', `${EXT}/tokens?watch=true`);
    expect(watch.json).toMatchObject({ message: expect.stringContaining('"watch" is not implemented') });
    expect((await ask(admin, 'DELETE', `${EXT}/tokens`)).status).toBe(405);
    expect((await ask(admin, 'GET', `${EXT}/oidcclients`)).status).toBe(404);
  });

  it.skipIf(!present('kubectl'))('is used with kubectl', async () => {
    const kubeconfig = await drover.kubeconfigFor('local', admin);
    const run = async (args: string[], input?: string) =>
      (await kubectl(kubeconfig, args, input === undefined ? {} : { input })).stdout;
    const made = await run(
      ['create', '-f', '-', '-o', 'jsonpath={.metadata.name} {.status.bearerToken}'],
      'apiVersion: ext.cattle.io/v1\nkind: Token\nmetadata: {generateName: token-}\nspec: {description: by hand}\n',
    );
    const [name = '', bearer = ''] = made.split(' ');
    expect((await ask(bearer, 'GET', '/v3/users?me=true')).status).toBe(200);
    expect(await run(['get', 'tokens.ext.cattle.io', '-o', 'name'])).toContain(`token.ext.cattle.io/${name}`);
    await run(['patch', 'tokens.ext.cattle.io', name, '--type', 'merge', '-p', '{"spec":{"description":"patched"}}']);
    expect(await run(['get', 'tokens.ext.cattle.io', name, '-o', 'jsonpath={.spec.description}'])).toBe('patched');
    await run(['delete', 'tokens.ext.cattle.io', name]);
    expect((await ask(bearer, 'GET', '/v3/users?me=true')).status).toBe(401);
  });
});
