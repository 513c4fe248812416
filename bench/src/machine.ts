import { createReadStream } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import {
  managementClusters,
  type VirtualMachine,
  virtualMachineImages,
  virtualMachineInstances,
  virtualMachines,
} from '@drover/api';
import { type Client, waitFor } from '@drover/client';
import { Closing } from '@drover/kit';
import { detectHost } from '@drover/qemu';
import {
  buildGuest,
  clearLab,
  DroverProcess,
  type Guest,
  guestMissing,
  kubeconfigClient,
  Session,
  Terminal,
} from '@drover/testkit';
import type { Benchmark, Row } from './benchmark.js';
import { answers, bareBoot, machineIn } from './boot.js';
import { Samples, timed } from './samples.js';

/** What the whole stack may take of bare QEMU's time until the guest answers. */
const GOAL = 1.5;
const PASSWORD = 'a password for measuring';
const NAMESPACE = 'default';
const PATIENCE_MS = 180_000;

/** Figure 10: power-on to the guest's first answer, through server, tunnel, agent, lab and QEMU. */
export const machine: Benchmark = {
  name: 'machine',
  about: 'power-on to the first answer on the serial console: bare QEMU, and the whole stack (needs QEMU)',
  async run({ dir, quick, note }) {
    const missing = await guestMissing();
    if (missing !== undefined) throw new Error(`the test guest ${missing}`);
    const [guest, host] = await Promise.all([buildGuest(), detectHost()]);
    await using closing = new Closing();
    note('drover up, with the lab imported');
    const stack = await startStack(join(dir, 'data'), guest, closing);
    const [bare, ours, running] = [new Samples(), new Samples(), new Samples()];
    for (let round = 0; round < (quick ? 2 : 7); round += 1) {
      note(`boot ${round + 1}`);
      bare.add(await bareBoot(await machineIn(join(dir, `bare-${round}`), guest, host), host, guest));
      const { run, answer } = await stack.boot(`round-${round}`);
      running.add(run);
      ours.add(answer);
    }
    const row = (what: string, { median, p99 }: Samples): Row => ({ what, unit: 'ms', median, p99 });
    return [
      { ...row('create to Running', running), against: { what: 'goal 500 ms', value: 500 } },
      row('bare qemu-system, until the guest answers', bare),
      {
        ...row(`the whole stack, until the guest answers (goal ${GOAL} times bare)`, ours),
        against: { what: 'bare', value: bare.median },
      },
    ];
  },
};

interface Stack {
  /** Creates a machine that runs, opens its console through the server, and talks to it; then deletes it. In ms. */
  boot(name: string): Promise<{ readonly run: number; readonly answer: number }>;
}

async function startStack(dataDir: string, guest: Guest, closing: Closing): Promise<Stack> {
  const signal = AbortSignal.timeout(30 * 60_000);
  const listeners = ['--server-listen', '127.0.0.1:0', '--lab-listen', '127.0.0.1:0'];
  const drover = closing.use(
    new DroverProcess(['up', '--data-dir', dataDir, ...listeners], { DROVER_BOOTSTRAP_PASSWORD: PASSWORD }),
  );
  const server = await drover.ready('server');
  const lab = await kubeconfigClient((await drover.ready('lab')).kubeconfig);
  closing.defer(() => clearLab(lab));
  await drover.tells(/The lab is imported/);
  const local = await kubeconfigClient(server.kubeconfig);
  const { items } = await local.list(managementClusters);
  const id = items.find(({ spec }) => spec?.displayName === 'lab')?.metadata.name as string;
  const session = await Session.open(server, 'admin', PASSWORD);
  const cluster = session.cluster(id);
  const storageClass = await importGuest(cluster, guest, signal, closing);

  return {
    async boot(name) {
      const began = performance.now();
      await cluster.create(virtualMachines, virtualMachine(name, storageClass));
      const run = await timed(() =>
        waitFor(cluster, virtualMachineInstances, { namespace: NAMESPACE, name }, isRunning, signal),
      );
      using terminal = new Terminal(await session.serialConsole(id, NAMESPACE, name));
      await answers(terminal, guest);
      const answer = performance.now() - began;
      await cluster.delete(virtualMachines, { namespace: NAMESPACE, name }, { propagationPolicy: 'Foreground' });
      await gone(cluster, name);
      return { run: run.ms, answer };
    },
  };
}

const isRunning = ({ status }: { status?: { phase?: string } }): boolean => status?.phase === 'Running';

async function gone(cluster: Client, name: string): Promise<void> {
  const selection = { namespace: NAMESPACE, fieldSelector: `metadata.name=${name}` };
  const { items, metadata } = await cluster.list(virtualMachines, selection);
  if (items.length === 0) return;
  const options = { ...selection, resourceVersion: metadata.resourceVersion };
  for await (const event of cluster.watch(virtualMachines, { ...options, signal: AbortSignal.timeout(PATIENCE_MS) })) {
    if (event.type === 'DELETED') return;
  }
}

/** Makes the guest an image of the cluster; answers with the image's storage class. */
async function importGuest(cluster: Client, guest: Guest, signal: AbortSignal, closing: Closing): Promise<string> {
  const server = createServer((_request, response) => createReadStream(guest.path).pipe(response));
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  closing.defer(() => new Promise<void>((closed) => server.close(() => closed())));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/guest.qcow2`;
  const ref = { namespace: NAMESPACE, name: 'image-guest' };
  await cluster.create(virtualMachineImages, {
    apiVersion: 'harvesterhci.io/v1beta1',
    kind: 'VirtualMachineImage',
    metadata: ref,
    spec: { displayName: 'guest', sourceType: 'download', url },
  });
  const image = await waitFor(cluster, virtualMachineImages, ref, ({ status }) => status?.progress === 100, signal);
  return image.status?.storageClassName as string;
}

/** A machine as Harvester's own form writes it. */
function virtualMachine(name: string, storageClassName: string): VirtualMachine {
  const claimName = `${name}-disk-0`;
  const claim = {
    metadata: { name: claimName, annotations: { 'harvesterhci.io/imageId': `${NAMESPACE}/image-guest` } },
    spec: {
      accessModes: ['ReadWriteMany'],
      resources: { requests: { storage: '1Gi' } },
      volumeMode: 'Block',
      storageClassName,
    },
  };
  return {
    apiVersion: 'kubevirt.io/v1',
    kind: 'VirtualMachine',
    metadata: {
      name,
      namespace: NAMESPACE,
      annotations: { 'harvesterhci.io/volumeClaimTemplates': JSON.stringify([claim]) },
    },
    spec: {
      runStrategy: 'RerunOnFailure',
      template: {
        spec: {
          domain: {
            cpu: { cores: 1 },
            devices: {
              disks: [{ name: 'disk-0', disk: { bus: 'virtio' } }],
              interfaces: [{ name: 'default', model: 'virtio', masquerade: {} }],
            },
            resources: { limits: { cpu: '1', memory: '256Mi' } },
          },
          networks: [{ name: 'default', pod: {} }],
          terminationGracePeriodSeconds: 0,
          volumes: [{ name: 'disk-0', persistentVolumeClaim: { claimName } }],
        },
      },
    },
  };
}
