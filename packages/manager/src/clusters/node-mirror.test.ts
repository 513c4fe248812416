import { randomBytes } from 'node:crypto';
import { managementNodes, type Node, type Stored } from '@drover/api';
import { createInformer } from '@drover/client';
import { createFakeClient } from '@drover/client/fake';
import { FakeClock, silentLog } from '@drover/kit';
import { expect, it } from 'vitest';
import type { ClusterId } from './cluster-id.js';
import { mirrorNodes } from './node-mirror.js';

const ID = 'c-m-abcd2345' as ClusterId;
const node = (name: string, heartbeat = '2030-01-01T00:00:00Z'): Stored<Node> => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name, uid: name, resourceVersion: '1', creationTimestamp: '2030-01-01T00:00:00Z' },
  status: {
    addresses: [{ type: 'InternalIP', address: '10.0.0.1' }],
    conditions: [{ type: 'Ready', status: 'True', lastHeartbeatTime: heartbeat }],
  },
});

it('the management nodes of a cluster are the nodes it has, and a heartbeat alone writes nothing', async () => {
  const means = { clock: new FakeClock(), random: randomBytes, log: silentLog };
  const client = createFakeClient(means);
  using mirrored = createInformer(client, managementNodes, means);
  await mirrored.synced;
  const seen = async (count: number): Promise<void> => {
    while (mirrored.list(ID).length !== count) await new Promise((turn) => setImmediate(turn));
  };
  await mirrorNodes({ client, mirrored }, ID, [node('a'), node('b')]);
  await seen(2);
  const before = (await client.list(managementNodes)).items;
  expect(before.map(({ status }) => `${status?.nodeName} ${status?.ipAddress}`).sort()).toEqual([
    'a 10.0.0.1',
    'b 10.0.0.1',
  ]);

  await mirrorNodes({ client, mirrored }, ID, [node('a', '2030-01-01T00:05:00Z'), node('b')]);
  expect((await client.list(managementNodes)).items).toEqual(before);

  await mirrorNodes({ client, mirrored }, ID, [node('b')]);
  expect((await client.list(managementNodes)).items.map(({ status }) => status?.nodeName)).toEqual(['b']);
});
