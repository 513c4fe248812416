import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DroverProcess } from '../drover-process.js';
import { kubectl } from '../kubectl.js';
import { clearLab, kubeconfigClient } from '../lab.js';
import { present } from '../present.js';
import { temporaryDirectory } from '../temporary.js';

/** The documents of the Harvester guide, word for word but for the names. */
const cluster = (name: string): string => `
apiVersion: provisioning.cattle.io/v1
kind: Cluster
metadata:
  name: ${name}
  namespace: fleet-default
  labels:
    provider.cattle.io: harvester
spec:
  agentEnvVars: []
`;
const registrationToken = (clusterId: string): string => `
apiVersion: management.cattle.io/v3
kind: ClusterRegistrationToken
metadata:
  name: default-token
  namespace: ${clusterId}
spec:
  clusterName: ${clusterId}
`;
const registrationUrl = (url: string): string => `
apiVersion: harvesterhci.io/v1beta1
kind: Setting
metadata:
  name: cluster-registration-url
value: '${url}'
`;

describe.skipIf(!present('kubectl'))('importing by kubectl alone (needs kubectl)', () => {
  const closing: AsyncDisposable[] = [];
  let server: string;
  let lab: string;

  beforeAll(async () => {
    const data = await temporaryDirectory();
    const serverProcess = new DroverProcess(['server', '--data-dir', data.path, '--listen', '127.0.0.1:0']);
    const labProcess = new DroverProcess(['lab', '--data-dir', data.path, '--listen', '127.0.0.1:0']);
    closing.push(serverProcess, labProcess, data);
    server = (await serverProcess.ready('server')).kubeconfig;
    lab = (await labProcess.ready('lab')).kubeconfig;
  });

  afterAll(async () => {
    await clearLab(await kubeconfigClient(lab));
    for (const resource of closing) await resource[Symbol.asyncDispose]();
  });

  const get = async (kubeconfig: string, ...args: string[]): Promise<string> => {
    const { stdout, stderr } = await kubectl(kubeconfig, ['get', ...args]);
    return stdout || stderr;
  };

  it('leads from a Cluster to an Active one, through the documents and the status fields between them', async () => {
    expect((await kubectl(server, ['apply', '-f', '-'], { input: cluster('guide') })).stderr).toBe('');
    const guide = ['clusters.provisioning.cattle.io', '-n', 'fleet-default', 'guide'];
    await kubectl(server, ['wait', ...guide, '--for=jsonpath={.status.clusterName}', '--timeout=30s']);
    const id = await get(server, ...guide, '-o', 'jsonpath={.status.clusterName}');
    expect(id).toMatch(/^c-m-[a-z0-9]{8}$/);

    expect((await kubectl(server, ['apply', '-f', '-'], { input: registrationToken(id) })).code).toBe(0);
    const token = ['clusterregistrationtokens.management.cattle.io', '-n', id, 'default-token'];
    await kubectl(server, ['wait', ...token, '--for=jsonpath={.status.manifestUrl}', '--timeout=30s']);
    const url = await get(server, ...token, '-o', 'jsonpath={.status.manifestUrl}');
    expect(url).toMatch(new RegExp(`/v3/import/[a-z0-9]{54}_${id}\\.yaml$`));

    expect((await kubectl(lab, ['apply', '-f', '-'], { input: registrationUrl(url) })).code).toBe(0);
    const ready = await kubectl(server, ['wait', ...guide, '--for=condition=Ready', '--timeout=60s']);
    expect(ready.stderr + ready.stdout).toBe('cluster.provisioning.cattle.io/guide condition met\n');
    expect(await get(server, ...guide, '-o', 'jsonpath={.status.ready} {.status.agentDeployed}')).toBe('true true');
  });

  it('says clearly what is wrong with a second cluster of one name, a bad name and a missing namespace', async () => {
    const create = async (document: string): Promise<string> =>
      (await kubectl(server, ['create', '-f', '-'], { input: document })).stderr;
    expect(await create(cluster('guide'))).toContain('"guide" already exists');
    expect(await create(cluster('Bad_Name'))).toContain('Bad_Name');
    expect(await create(cluster('x').replace('fleet-default', 'nowhere'))).toContain('namespaces "nowhere" not found');
  });
});
