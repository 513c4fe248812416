import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  ApiError,
  forbidden,
  type ManagementToken,
  managementTokens,
  nodes,
  type Stored,
  secrets,
  type User,
  users,
} from '@drover/api';
import { createInformer } from '@drover/client';
import { createFakeClient } from '@drover/client/fake';
import { Closing, FakeClock, silentLog } from '@drover/kit';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { type Caller, identityOf } from '../identity/caller.js';
import { OpenStreams } from '../identity/open-streams.js';
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
  readonly data?: Record<string, unknown>;
}

/** A page's socket to subscriptions of two clusters, of which the caller may see one. */
async function open() {
  const clock = new FakeClock(Date.now());
  const means = { clock, random: randomBytes, log: silentLog };
  const client = createFakeClient(means);
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
  const rights = { watch: true };
  const subscriptions = new Subscriptions({
    async clientFor(_, cluster) {
      if (cluster === 'c-m-hidden00')
        throw forbidden({ group: 'management.cattle.io', plural: 'clusters' }, cluster, 'no');
      return client;
    },
    mayWatch: async () => rights.watch,
    types: {
      async kind(_cluster, _client, type) {
        if (type === 'nodes') return nodes;
        if (type === 'secrets') return secrets;
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
    for (const each of [streams, informers.tokens, informers.users]) each[Symbol.dispose]();
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
    socket,
    frames,
    frame,
    say: (wish: object) => socket.send(JSON.stringify(wish)),
  };
}

const node = (name: string) => ({ apiVersion: 'v1', kind: 'Node', metadata: { name } }) as const;

describe('a subscription', () => {
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
    const { frame, say, rights, streams } = await open();
    say({ resourceType: 'nodes' });
    await frame('resource.start');
    rights.watch = false;
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
