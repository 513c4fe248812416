import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  ApiError,
  type ClusterRole,
  clusterRoleBindings,
  clusterRoles,
  forbidden,
  type ManagementToken,
  managementTokens,
  namespaces,
  nodes,
  roleBindings,
  type Secret,
  type Stored,
  secrets,
  type User,
  users,
} from '@drover/api';
import { type Client, createInformer } from '@drover/client';
import { createFakeClient, type FakeClient } from '@drover/client/fake';
import { Closing, FakeClock, silentLog } from '@drover/kit';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { type Caller, identityOf } from '../identity/caller.js';
import { OpenStreams } from '../identity/open-streams.js';
import type { Affected } from '../rbac/affected.js';
import { eachOf, followRbac } from '../rbac/rbac-informers.js';
import { Visibility } from '../visibility/visibility.js';
import type { OnRights } from './rights-topic.js';
import { Subscriptions } from './subscribe.js';

let closing = new Closing();
afterEach(async () => {
  await closing[Symbol.asyncDispose]();
  closing = new Closing();
});

interface Frame {
  readonly name: string;
  readonly cluster?: string;
  readonly resourceType?: string;
  readonly revision?: string;
  readonly scope?: string;
  readonly data?: Record<string, unknown>;
}

/** A page's socket to subscriptions of two clusters, of which the caller may see one. */
async function open() {
  const clock = new FakeClock(Date.now());
  const means = { clock, random: randomBytes, log: silentLog };
  const rights = { watch: true, cluster: true };
  const granted = new Set<string>();
  const rightsListeners = new Set<Parameters<OnRights>[0]>();
  const asked: string[] = [];
  const client = createFakeClient({
    ...means,
    post(path) {
      asked.push(path);
      return { status: { allowed: rights.watch } };
    },
  });
  const token: Stored<ManagementToken> = await client.create(managementTokens, {
    apiVersion: 'management.cattle.io/v3',
    kind: 'Token',
    metadata: { name: 'token-abcde' },
  });
  const user: Stored<User> = await client.create(users, {
    apiVersion: 'management.cattle.io/v3',
    kind: 'User',
    metadata: { name: 'u-abcde' },
  });
  const informers = {
    tokens: createInformer(client, managementTokens, means),
    users: createInformer(client, users, means),
  };
  await Promise.all([informers.tokens.synced, informers.users.synced]);
  const streams = new OpenStreams({ ...informers, clock });
  const rbac = followRbac(client, means);
  const visibility = new Visibility({ rbacOf: () => ({ client, rbac }), clock });
  const subscriptions = new Subscriptions({
    async clientFor(_, cluster) {
      if (cluster === 'c-m-hidden00')
        throw forbidden({ group: 'management.cattle.io', plural: 'clusters' }, cluster, 'no');
      return inCallersName(client, (namespace = '') => rights.watch || granted.has(namespace));
    },
    maySee: async () => rights.cluster,
    visibility,
    onRights(listener) {
      rightsListeners.add(listener);
      return { [Symbol.dispose]: () => rightsListeners.delete(listener) };
    },
    types: {
      async kind(_cluster, _client, type) {
        if (type === 'nodes') return nodes;
        if (type === 'secrets') return secrets;
        if (type === 'namespaces') return namespaces;
        throw new ApiError('NotFound', `failed to find schema ${type}`);
      },
    },
    streams,
    version: 'v1',
    clock,
    log: silentLog,
  });
  const caller: Caller = { user, token, via: 'cookie', identity: identityOf(user, [], { token: 't', host: '' }) };
  const server = createServer();
  server.on('upgrade', (request, socket, head: Buffer) => {
    const exchange = {
      request,
      url: new URL('https://drover'),
      requestId: '',
      params: {},
      caller,
      signal: new AbortController().signal,
    };
    void subscriptions.upgrade(exchange, socket, head);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}/v1/subscribe`);
  const frames: Frame[] = [];
  socket.on('message', (message) => frames.push(JSON.parse(String(message)) as Frame));
  await once(socket, 'open');
  closing.defer(async () => {
    socket.terminate();
    for (const each of [...eachOf(rbac), visibility, streams, informers.tokens, informers.users])
      each[Symbol.dispose]();
    await new Promise((closed) => server.close(closed));
  });
  const frame = async (name: string): Promise<Frame> => {
    for (;;) {
      const found = frames.findIndex((each) => each.name === name);
      if (found >= 0) return frames.splice(found, 1)[0] as Frame;
      await once(socket, 'message');
    }
  };
  return {
    client,
    clock,
    streams,
    rights,
    /** The paths at which the cluster has been asked what somebody may do. */
    asked,
    /** The namespaces and the names that the cluster lets the caller read. */
    granted,
    /** The next frame of a name that comes as time goes on. */
    async later(name: string): Promise<Frame> {
      while (!frames.some((each) => each.name === name)) {
        await clock.advance(500);
        await new Promise((turn) => setImmediate(turn));
      }
      return frame(name);
    },
    /** Lets the caller read what is in a namespace. */
    async grant(namespace: string, to = 'u-abcde'): Promise<void> {
      if (to === 'u-abcde') granted.add(namespace);
      await client.create(roleBindings, {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'RoleBinding',
        metadata: { name: to === 'u-abcde' ? 'reader' : to, namespace },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'reader' },
        subjects: [{ kind: 'User', name: to }],
      });
    },
    async revoke(namespace: string): Promise<void> {
      granted.delete(namespace);
      await client.delete(roleBindings, { namespace, name: 'reader' });
    },
    /** Something has changed that decides who may do what in a cluster. */
    rightsChange(cluster: string, affected: Affected = 'everybody'): void {
      for (const listener of rightsListeners) listener(cluster, affected);
    },
    rightsListeners,
    socket,
    frames,
    frame,
    say: (wish: object) => socket.send(JSON.stringify(wish)),
  };
}

/** `client` as the cluster lets somebody use it who may read only in some namespaces. */
const inCallersName = (client: FakeClient, mayRead: (namespace: string | undefined) => boolean): Client => ({
  ...client,
  async list(kind, options = {}) {
    if (!mayRead(options.namespace)) throw forbidden(kind, '', 'no');
    return client.list(kind, options);
  },
  async get(kind, ref) {
    if (!mayRead(ref.namespace ?? ref.name)) throw forbidden(kind, ref.name, 'no');
    return client.get(kind, ref);
  },
});

const namespace = (name: string) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }) as const;
const node = (name: string) => ({ apiVersion: 'v1', kind: 'Node', metadata: { name } }) as const;

describe('a subscription', () => {
  it('to rights tells that those in the cluster, or of its members, may have changed: once for a burst, until it is stopped', async () => {
    const { clock, frame, frames, say, later, rightsChange, rightsListeners } = await open();
    const topic = { resourceType: 'drover.io.rights', cluster: 'c-m-abcd2345' };
    say(topic);
    await frame('resource.start');
    rightsChange('c-m-other000');
    rightsChange('c-m-abcd2345', new Set(['User u-other']));
    await clock.advance(1_000);
    expect(frames.filter(({ name }) => name === 'rights.changed')).toEqual([]);
    rightsChange('c-m-abcd2345');
    rightsChange('local');
    expect(await later('rights.changed')).toEqual({ name: 'rights.changed', ...topic });
    rightsChange('local');
    await later('rights.changed');
    expect(frames.filter(({ name }) => name === 'rights.changed')).toEqual([]);
    say({ ...topic, stop: true });
    await frame('resource.stop');
    expect(rightsListeners.size).toBe(0);
  });

  it('tells what there is, then each change, with the revision to go on from', async () => {
    const { client, frame, say } = await open();
    await client.create(nodes, node('a'));
    say({ resourceType: 'nodes', cluster: 'c-m-abcd2345' });
    expect(await frame('resource.start')).toEqual({
      name: 'resource.start',
      resourceType: 'nodes',
      cluster: 'c-m-abcd2345',
    });
    expect(await frame('resource.create')).toMatchObject({ data: { id: 'a', type: 'node', kind: 'Node' } });
    const changed = await client.patch(
      nodes,
      { name: 'a' },
      { type: 'merge', patch: { metadata: { labels: { x: 'y' } } } },
    );
    expect((await frame('resource.change')).revision).toBe(changed.metadata.resourceVersion);
    await client.delete(nodes, { name: 'a' });
    expect(await frame('resource.remove')).toMatchObject({ data: { id: 'a' } });
  });

  it('goes on after a revision without telling again what came before', async () => {
    const { client, frame, frames, say } = await open();
    const { metadata } = await client.create(nodes, node('a'));
    say({ resourceType: 'nodes', resourceVersion: metadata.resourceVersion });
    await frame('resource.start');
    await client.create(nodes, node('b'));
    expect((await frame('resource.create')).data?.['id']).toBe('b');
    expect(frames).toEqual([]);
  });

  it('leaves an object’s own field "type" readable beside its own', async () => {
    const { client, frame, say } = await open();
    await client.create(secrets, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 's', namespace: 'n' },
      type: 'Opaque',
    });
    say({ resourceType: 'secrets', namespace: 'n' });
    expect((await frame('resource.create')).data).toMatchObject({ id: 'n/s', type: 'secret', _type: 'Opaque' });
  });

  it.each([
    ['a cluster one may not see', { resourceType: 'nodes', cluster: 'c-m-hidden00' }, 403],
    ['a type there is not', { resourceType: 'foo.bar' }, 404],
    ['a mode there is not', { resourceType: 'nodes', mode: 'resource.changes' }, 422],
    ['a revision that is too old', { resourceType: 'nodes', resourceVersion: '1' }, 410],
  ])('of %s ends with the reason', async (_, wish, code) => {
    const { client, frame, say } = await open();
    await client.create(nodes, node('a'));
    client.expireHistory();
    say(wish);
    expect((await frame('resource.error')).data).toMatchObject({ code });
    expect(await frame('resource.stop')).toMatchObject({ resourceType: wish.resourceType });
  });

  it('ends when it is asked to, and others go on', async () => {
    const { client, frame, frames, say } = await open();
    say({ resourceType: 'nodes' });
    await frame('resource.start');
    say({ resourceType: 'nodes', id: 'b' });
    await frame('resource.start');
    say({ resourceType: 'nodes', stop: true });
    await frame('resource.stop');
    await client.create(nodes, node('b'));
    expect(await frame('resource.create')).toMatchObject({ id: 'b' });
    expect(frames).toEqual([]);
  });

  it('ends when the right to it is taken away', async () => {
    const { client, frame, later, say, rights, grant, revoke } = await open();
    await client.create(clusterRoles, readerOf('nodes'));
    await grant('mine');
    say({ resourceType: 'nodes' });
    await frame('resource.start');
    rights.watch = false;
    await revoke('mine');
    expect((await later('resource.error')).data).toMatchObject({ code: 403 });
    await frame('resource.stop');
  });

  it('ends when the cluster may not be seen any more', async () => {
    const { frame, say, rights, streams } = await open();
    say({ resourceType: 'nodes', cluster: 'c-m-abcd2345' });
    await frame('resource.start');
    rights.cluster = false;
    await streams.recheck();
    expect((await frame('resource.error')).data).toMatchObject({ code: 403 });
    await frame('resource.stop');
  });

  it('of what is no wish is refused, and of too many as well', async () => {
    const { frame, say, socket } = await open();
    socket.send('{"a":');
    expect((await frame('resource.error')).data).toMatchObject({ code: 400 });
    for (let at = 0; at <= 64; at += 1) say({ resourceType: 'nodes', id: `n${at}` });
    expect((await frame('resource.error')).data).toMatchObject({ code: 429 });
  });
});

const readerOf = (resource: string, resourceNames?: string[]): ClusterRole => ({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRole',
  metadata: { name: 'reader' },
  rules: [
    {
      apiGroups: [''],
      resources: [resource],
      ...(resourceNames === undefined ? { verbs: ['get', 'list', 'watch'] } : { verbs: ['get'], resourceNames }),
    },
  ],
});
const secret = (namespace: string, name: string): Secret => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { namespace, name },
});

/** Somebody who may read Secrets in the namespace `mine`, of three in which there is one. */
async function openAsTenant() {
  const opened = await open();
  const { client, rights, grant } = opened;
  rights.watch = false;
  await client.create(clusterRoles, readerOf('secrets'));
  for (const namespace of ['mine', 'other', 'third']) await client.create(secrets, secret(namespace, 'a'));
  await grant('mine');
  return opened;
}

describe('a subscription of somebody who may not see everything', () => {
  it('tells what they may see, and each change of that alone', async () => {
    const { client, frame, frames, say } = await openAsTenant();
    say({ resourceType: 'secrets' });
    expect(await frame('resource.start')).toMatchObject({ scope: expect.any(String) as string });
    expect((await frame('resource.create')).data).toMatchObject({ id: 'mine/a', type: 'secret' });
    await client.create(secrets, secret('other', 'b'));
    const changed = await client.patch(
      secrets,
      { namespace: 'mine', name: 'a' },
      { type: 'merge', patch: { type: 'x' } },
    );
    expect(await frame('resource.change')).toMatchObject({ revision: changed.metadata.resourceVersion });
    await client.delete(secrets, { namespace: 'mine', name: 'a' });
    expect((await frame('resource.remove')).data).toMatchObject({ id: 'mine/a', metadata: { name: 'a' } });
    expect(frames).toEqual([]);
  });

  it('shows what comes into sight, and takes away what goes out of it', async () => {
    const { frame, frames, later, say, grant, revoke } = await openAsTenant();
    say({ resourceType: 'secrets' });
    const { scope } = await frame('resource.start');
    await frame('resource.create');
    await grant('other');
    expect((await later('resource.create')).data).toMatchObject({ id: 'other/a' });
    expect((await frame('resource.scope')).scope).not.toBe(scope);
    await revoke('other');
    expect((await later('resource.remove')).data).toMatchObject({ id: 'other/a' });
    expect((await frame('resource.scope')).scope).toBe(scope);
    expect(frames).toEqual([]);
  });

  it('asks the cluster nothing when the rights of others change', async () => {
    const { asked, frame, later, say, grant, clock } = await openAsTenant();
    say({ resourceType: 'secrets' });
    await frame('resource.create');
    await clock.advance(500);
    const before = asked.length;
    await grant('other', 'u-somebody');
    await clock.advance(500);
    expect(asked.length).toBe(before);
    await grant('other');
    await later('resource.create');
    expect(asked.length).toBeGreaterThan(before);
  });

  it('goes on after a revision, with what was changed and removed since', async () => {
    const { client, frame, frames, say } = await openAsTenant();
    const { metadata } = await client.create(secrets, secret('mine', 'b'));
    await client.delete(secrets, { namespace: 'mine', name: 'a' });
    await client.create(secrets, secret('mine', 'c'));
    say({ resourceType: 'secrets', resourceVersion: metadata.resourceVersion });
    expect((await frame('resource.remove')).data).toMatchObject({ id: 'mine/a' });
    await client.create(secrets, secret('mine', 'd'));
    expect((await frame('resource.create')).data).toMatchObject({ id: 'mine/d' });
    expect(frames.filter(({ data }) => data?.['id'] === 'mine/b')).toEqual([]);
  });

  it('of a revision that is too old ends so that it is read anew', async () => {
    const { client, frame, say } = await openAsTenant();
    client.expireHistory();
    say({ resourceType: 'secrets', resourceVersion: '1' });
    expect((await frame('resource.error')).data).toMatchObject({ code: 410 });
  });

  it('finds single objects that they may get by name, as soon as they are there', async () => {
    const { client, frame, frames, granted, rights, say } = await open();
    rights.watch = false;
    await client.create(clusterRoles, readerOf('namespaces', ['mine', 'not-yet']));
    await client.create(clusterRoleBindings, {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: 'reader' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'reader' },
      subjects: [{ kind: 'Group', name: 'system:authenticated' }],
    });
    for (const name of ['mine', 'not-yet']) granted.add(name);
    for (const name of ['mine', 'other']) await client.create(namespaces, namespace(name));
    say({ resourceType: 'namespaces' });
    expect((await frame('resource.create')).data).toMatchObject({ id: 'mine' });
    await client.create(namespaces, namespace('not-yet'));
    expect((await frame('resource.create')).data).toMatchObject({ id: 'not-yet' });
    await client.delete(namespaces, { name: 'mine' });
    expect((await frame('resource.remove')).data).toMatchObject({ id: 'mine' });
    expect(frames.map(({ name }) => name)).toEqual(['resource.start']);
  });

  it('shows nothing that the cluster refuses, whatever its RBAC seems to say', async () => {
    const { client, frame, frames, grant, granted, say } = await openAsTenant();
    await grant('other');
    granted.delete('mine');
    say({ resourceType: 'secrets' });
    expect((await frame('resource.create')).data).toMatchObject({ id: 'other/a' });
    await client.create(secrets, secret('mine', 'b'));
    await client.create(secrets, secret('other', 'b'));
    expect((await frame('resource.create')).data).toMatchObject({ id: 'other/b' });
    expect(frames.map(({ name }) => name)).toEqual(['resource.start']);
  });

  it('ends when they may see everything, so that an ordinary watch follows', async () => {
    const { client, frame, later, rights, say } = await openAsTenant();
    say({ resourceType: 'secrets' });
    await frame('resource.start');
    rights.watch = true;
    await client.delete(clusterRoles, { name: 'reader' });
    await later('resource.stop');
    say({ resourceType: 'secrets' });
    expect(await frame('resource.start')).not.toHaveProperty('scope');
  });
});

describe('the socket of a page', () => {
  it('is closed when the session ends', async () => {
    const { client, socket } = await open();
    const closed = once(socket, 'close');
    await client.delete(managementTokens, { name: 'token-abcde' });
    expect((await closed)[0]).toBe(4401);
  });

  it('hears which version the server has, twice a minute', async () => {
    const { clock, frame } = await open();
    await clock.advance(30_000);
    expect((await frame('ping')).data).toEqual({ version: 'v1' });
  });
});
