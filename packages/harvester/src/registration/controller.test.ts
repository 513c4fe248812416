import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  configMaps,
  deployments,
  type HarvesterSetting,
  harvesterSettings,
  namespaces,
  type Stored,
} from '@drover/api';
import type { TransportResponse } from '@drover/client';
import { createLog } from '@drover/kit';
import { describe, expect, it } from 'vitest';
import { openTestCluster, type TestCluster } from '../testing/cluster.js';
import { registrationController } from './controller.js';

const RESOURCES: Readonly<Record<string, object[]>> = {
  '/api/v1': [
    { name: 'namespaces', kind: 'Namespace', namespaced: false },
    { name: 'configmaps', kind: 'ConfigMap', namespaced: true },
    { name: 'namespaces/status', kind: 'Namespace', namespaced: false },
  ],
  '/apis/apps/v1': [{ name: 'deployments', kind: 'Deployment', namespaced: true }],
};

const NAMESPACE = 'apiVersion: v1\nkind: Namespace\nmetadata: {name: cattle-system}\n';
const AGENT =
  'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: cattle-cluster-agent, namespace: cattle-system}\n';
const EXTRA = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: extra}\ndata: {on: "yes"}\n';

interface Lab extends TestCluster {
  readonly url: string;
  manifest: string;
  status: number;
  /** What was logged. */
  readonly logged: readonly string[];
  set(value: string): Promise<void>;
  setting(holds: (setting: Stored<HarvesterSetting>) => boolean): Promise<Stored<HarvesterSetting>>;
}

async function openLab(): Promise<Lab> {
  const cluster = await openTestCluster();
  const logged: string[] = [];
  const server = createServer((_, response) => response.writeHead(lab.status).end(lab.manifest));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const raw = async ({ path }: { path: string }): Promise<TransportResponse> => {
    const body = Buffer.from(JSON.stringify({ resources: RESOURCES[path] ?? [] }));
    return {
      status: RESOURCES[path] === undefined ? 404 : 200,
      headers: {},
      body: (async function* () {
        yield body;
      })(),
    };
  };
  const client = { ...cluster.client, raw };
  const log = createLog({ write: (line) => void logged.push(line), clock: cluster.clock, level: 'debug' });
  cluster.run(registrationController({ ...cluster, client, log, settings: cluster.informers.settings }));
  const empty = '{"url":"","insecureSkipTLSVerify":false}';
  await cluster.client.create(harvesterSettings, {
    apiVersion: 'harvesterhci.io/v1beta1',
    kind: 'Setting',
    metadata: { name: 'cluster-registration-url' },
    default: empty,
  });
  const lab: Lab = {
    ...cluster,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v3/import/t_c-m-abcdefgh.yaml`,
    manifest: [NAMESPACE, '# nothing\n', AGENT, EXTRA].join('---\n'),
    status: 200,
    logged,
    async set(value) {
      const before = await cluster.client.get(harvesterSettings, { name: 'cluster-registration-url' });
      await cluster.client.update(harvesterSettings, { ...before, value });
    },
    setting: (holds) => cluster.until(harvesterSettings, 'cluster-registration-url', holds),
    async [Symbol.asyncDispose]() {
      await cluster[Symbol.asyncDispose]();
      server.close();
      server.closeAllConnections();
    },
  };
  return lab;
}

const configured = ({ status }: HarvesterSetting) => status?.conditions?.find(({ type }) => type === 'configured');

describe('the registration URL', () => {
  it.each([
    ['plain', (url: string) => url],
    ['as an object', (url: string) => JSON.stringify({ url, insecureSkipTLSVerify: true })],
  ])('%s: what is there is applied', async (_, value) => {
    await using lab = await openLab();
    await lab.set(value(lab.url));
    const setting = await lab.setting((object) => configured(object)?.status === 'True');
    expect(setting.metadata.annotations).toHaveProperty('harvesterhci.io/hash');
    await lab.until(namespaces, 'cattle-system', () => true);
    await lab.until(deployments, 'cattle-system/cattle-cluster-agent', () => true);
    const extra = await lab.until(configMaps, 'default/extra', () => true);
    expect(extra.metadata.annotations).toMatchObject({ 'objectset.rio.cattle.io/id': 'cluster-registration' });
  });

  it('of another manifest removes what that one leaves out, but no namespace', async () => {
    await using lab = await openLab();
    await lab.set(lab.url);
    await lab.setting((object) => configured(object)?.status === 'True');
    lab.manifest = AGENT;
    await lab.set(`${lab.url}?again`);
    await lab.untilGone(configMaps, 'default/extra');
    await lab.until(deployments, 'cattle-system/cattle-cluster-agent', () => true);
    await lab.until(namespaces, 'cattle-system', () => true);
  });

  it('emptied removes the agent and nothing else', async () => {
    await using lab = await openLab();
    await lab.set(lab.url);
    await lab.setting((object) => configured(object)?.status === 'True');
    await lab.set('');
    await lab.untilGone(deployments, 'cattle-system/cattle-cluster-agent');
    await lab.setting((object) => configured(object)?.status === 'False');
    await lab.until(configMaps, 'default/extra', () => true);
  });

  it('that fails is told without its token', async () => {
    await using lab = await openLab();
    lab.status = 404;
    lab.manifest = 'Cannot GET /v3/import/verysecrettoken_c-m-abcdefgh.yaml: verysecrettoken is not known';
    await lab.set(lab.url.replace('t_c-m', 'verysecrettoken_c-m'));
    const failed = await lab.setting((object) => configured(object)?.status === 'False');
    await lab.until(harvesterSettings, 'cluster-registration-url', () =>
      lab.logged.join().includes('reconcile failed'),
    );
    const host = new URL(lab.url).host;
    expect(configured(failed)?.message).toBe(`GET http://${host}/…: 404: Cannot GET …: … is not known`);
    expect(lab.recorder.told).toEqual([expect.stringContaining(host)]);
    expect(JSON.stringify([lab.recorder.told, lab.logged])).not.toContain('verysecrettoken');
  });

  it.each<[string, (lab: Lab) => void, RegExp]>([
    [
      'is answered with an error',
      (lab) => {
        lab.status = 404;
        lab.manifest = 'cluster not found';
      },
      /404: cluster not found/,
    ],
    [
      'is no YAML',
      (lab) => {
        lab.manifest = 'a: [b';
      },
      /the manifest is not YAML/,
    ],
    [
      'holds no objects',
      (lab) => {
        lab.manifest = '# nothing';
      },
      /no objects/,
    ],
    [
      'names a kind nobody serves',
      (lab) => {
        lab.manifest = 'apiVersion: x/v1\nkind: X\nmetadata: {name: a}';
      },
      /no matches for kind "X"/,
    ],
    [
      'is too large',
      (lab) => {
        lab.manifest = '#'.repeat((1 << 20) + 1);
      },
      /exceeds 1048576 bytes/,
    ],
  ])('whose manifest %s says so, and is tried again', async (_, change, reason) => {
    await using lab = await openLab();
    const good = lab.manifest;
    change(lab);
    await lab.set(lab.url);
    const failed = await lab.setting((object) => configured(object)?.status === 'False');
    expect(configured(failed)?.message).toMatch(reason);
    lab.manifest = good;
    lab.status = 200;
    await lab.clock.advance(60_000);
    await lab.setting((object) => configured(object)?.status === 'True');
  });
});
