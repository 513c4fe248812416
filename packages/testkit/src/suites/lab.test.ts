import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { VirtualMachine } from '@drover/api';
import {
  hasReason,
  type Kind,
  type KubeObject,
  persistentVolumeClaims,
  type Stored,
  secrets,
  virtualMachineImages,
  virtualMachineInstances,
  virtualMachines,
} from '@drover/api';
import { silentLog, systemClock } from '@drover/kit';
import { openMemoryStore, type Store } from '@drover/store';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildGuest, type Guest, guestMissing } from '../guest/guest.js';
import { Terminal } from '../guest/terminal.js';
import { type InProcessLab, startInProcessLab } from '../in-process-lab.js';
import { temporaryDirectory } from '../temporary.js';

const missing = await guestMissing();
const because = missing === undefined ? 'in QEMU' : missing;
const REF = { namespace: 'default', name: 'web01' };

/** A local web server with one file. */
async function serve(file: string): Promise<AsyncDisposable & { readonly url: string }> {
  const server = createServer((_, response) => {
    stat(file).then(({ size }) => {
      response.writeHead(200, { 'content-length': size });
      createReadStream(file).pipe(response);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/guest.qcow2`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** The machine as the Harvester UI writes it, on a volume made from an image. */
function machine(storageClassName: string): VirtualMachine {
  const claim = {
    metadata: { name: 'web01-disk-0-ab1cd', annotations: { 'harvesterhci.io/imageId': 'default/image-tiny' } },
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
      ...REF,
      annotations: {
        'harvesterhci.io/volumeClaimTemplates': JSON.stringify([claim]),
        'network.harvesterhci.io/ips': '[]',
      },
    },
    spec: {
      runStrategy: 'RerunOnFailure',
      template: {
        metadata: { labels: { 'harvesterhci.io/vmName': 'web01' } },
        spec: {
          domain: {
            machine: { type: '' },
            cpu: { cores: 1, sockets: 1, threads: 1 },
            devices: {
              inputs: [{ bus: 'usb', name: 'tablet', type: 'tablet' }],
              interfaces: [{ name: 'default', model: 'virtio', masquerade: {} }],
              disks: [
                { name: 'disk-0', disk: { bus: 'virtio' }, bootOrder: 1 },
                { name: 'cloudinitdisk', disk: { bus: 'virtio' } },
              ],
            },
            features: { acpi: { enabled: true } },
            resources: { limits: { cpu: '1', memory: '256Mi' } },
          },
          evictionStrategy: 'LiveMigrateIfPossible',
          hostname: 'web01',
          networks: [{ name: 'default', pod: {} }],
          volumes: [
            { name: 'disk-0', persistentVolumeClaim: { claimName: 'web01-disk-0-ab1cd' } },
            { name: 'cloudinitdisk', cloudInitNoCloud: { secretRef: { name: 'web01-x9y8z' } } },
          ],
        },
      },
    },
  };
}

describe.skipIf(missing !== undefined)(`a lab (${because})`, () => {
  const closing: AsyncDisposable[] = [];
  let store: Store;
  let directory: string;
  let guest: Guest;
  let lab: InProcessLab;

  /** The newest form of an object once it is as expected, from a watch. */
  async function until<T extends KubeObject>(
    kind: Kind<T>,
    name: string,
    holds: (object: Stored<T>) => boolean,
  ): Promise<Stored<T>> {
    const signal = AbortSignal.timeout(90_000);
    let last: unknown;
    for await (const event of lab.client.watch(kind, {
      namespace: 'default',
      fieldSelector: `metadata.name=${name}`,
      signal,
    })) {
      if (event.type !== 'ADDED' && event.type !== 'MODIFIED') continue;
      last = event.object;
      if (holds(event.object)) return event.object;
    }
    throw new Error(`${kind.kind} ${name} never came to be as expected: ${JSON.stringify(last)}`);
  }
  const verb = (path: string): Promise<{ status: number; body: string }> =>
    lab.request('PUT', `/apis/subresources.kubevirt.io/v1/namespaces/default/${path}`);
  const uid = async (): Promise<string> => (await lab.client.get(virtualMachineInstances, REF)).metadata.uid;

  beforeAll(async () => {
    guest = await buildGuest();
    const home = await temporaryDirectory();
    directory = home.path;
    store = openMemoryStore({ clock: systemClock, log: silentLog });
    lab = await startInProcessLab(store, directory);
    closing.push(home, { [Symbol.asyncDispose]: async () => store[Symbol.asyncDispose]() });
  });

  afterAll(async () => {
    const vm = await lab.client.get(virtualMachines, REF).catch(() => undefined);
    if (vm !== undefined) {
      await lab.client.patch(virtualMachines, REF, {
        type: 'merge',
        patch: { spec: { template: { spec: { terminationGracePeriodSeconds: 0 } } } },
      });
      await lab.request('POST', '/v1/harvester/kubevirt.io.virtualmachines/default/web01?action=forceStop');
      await lab.client.delete(virtualMachines, REF);
      while ((await lab.client.list(virtualMachines)).items.length > 0) await systemClock.sleep(50);
    }
    await lab[Symbol.asyncDispose]();
    for (const resource of closing.reverse()) await resource[Symbol.asyncDispose]();
  });

  it('brings an image in from a URL', async () => {
    await using web = await serve(guest.path);
    await lab.client.create(virtualMachineImages, {
      apiVersion: 'harvesterhci.io/v1beta1',
      kind: 'VirtualMachineImage',
      metadata: { name: 'image-tiny', namespace: 'default' },
      spec: { displayName: 'tiny.qcow2', sourceType: 'download', url: web.url },
    });
    const image = await until(virtualMachineImages, 'image-tiny', ({ status }) => status?.progress === 100);
    const { size } = await stat(guest.path);
    expect(image.status).toMatchObject({ size, storageClassName: `lh-${image.metadata.uid}` });
    expect(image.status?.virtualSize).toBeGreaterThanOrEqual(size);
    expect(image.metadata.labels).toMatchObject({ 'harvesterhci.io/imageDisplayName': 'tiny.qcow2' });
  });

  it('takes an image in by upload, and hands the same bytes out', async () => {
    await lab.client.create(virtualMachineImages, {
      apiVersion: 'harvesterhci.io/v1beta1',
      kind: 'VirtualMachineImage',
      metadata: { name: 'image-up', namespace: 'default' },
      spec: { displayName: 'up.qcow2', sourceType: 'upload' },
    });
    await until(virtualMachineImages, 'image-up', ({ status }) => status?.storageClassName !== undefined);
    const file = await readFile(guest.path);
    const body = Buffer.concat([
      Buffer.from('--b\r\nContent-Disposition: form-data; name="chunk"; filename="x"\r\n\r\n'),
      file,
      Buffer.from('\r\n--b--\r\n'),
    ]);
    const path = '/v1/harvester/harvesterhci.io.virtualmachineimages/default/image-up';
    const headers = { 'content-type': 'multipart/form-data; boundary=b', 'content-length': String(body.length) };
    const uploaded = await lab.request('POST', `${path}?action=upload&size=${file.length}`, { body, headers });
    expect(uploaded).toEqual({ status: 200, body: '' });
    await until(virtualMachineImages, 'image-up', ({ status }) => status?.progress === 100);
    expect((await lab.request('GET', `${path}/download`)).status).toBe(200);
    await lab.client.delete(virtualMachineImages, { namespace: 'default', name: 'image-up' });
  });

  it('refuses by name an image that is damaged', async () => {
    await lab.client.create(virtualMachineImages, {
      apiVersion: 'harvesterhci.io/v1beta1',
      kind: 'VirtualMachineImage',
      metadata: { name: 'image-bad', namespace: 'default' },
      spec: { displayName: 'bad.qcow2', sourceType: 'upload' },
    });
    await until(virtualMachineImages, 'image-bad', ({ status }) => status?.storageClassName !== undefined);
    const cut = (await readFile(guest.path)).subarray(0, 1 << 20);
    const body = Buffer.concat([
      Buffer.from('--b\r\nContent-Disposition: form-data; name="file"\r\n\r\n'),
      cut,
      Buffer.from('\r\n--b--\r\n'),
    ]);
    const path = '/v1/harvester/harvesterhci.io.virtualmachineimages/default/image-bad';
    const refused = await lab.request('POST', `${path}?action=upload`, {
      body,
      headers: { 'content-type': 'multipart/form-data; boundary=b' },
    });
    expect(refused.status).toBe(422);
    const image = await until(
      virtualMachineImages,
      'image-bad',
      ({ status }) => status?.conditions?.some(({ reason }) => reason === 'ImageRefused') === true,
    );
    expect(image.status?.conditions?.find(({ type }) => type === 'Imported')?.message).toBe(refused.body);
  });

  it('boots a machine from it, once its cloud-init secret is there', async () => {
    const image = await lab.client.get(virtualMachineImages, { namespace: 'default', name: 'image-tiny' });
    await lab.client.create(virtualMachines, machine(image.status?.storageClassName ?? ''));
    await until(
      virtualMachineInstances,
      'web01',
      ({ status }) => status?.conditions?.some(({ message }) => message?.includes('web01-x9y8z') === true) === true,
    );
    await lab.client.create(secrets, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'web01-x9y8z', namespace: 'default' },
      stringData: { userdata: '#cloud-config\nruncmd:\n  - sh: echo told-by-lab > /dev/ttyS0\n', networkdata: '' },
    });
    const instance = await until(
      virtualMachineInstances,
      'web01',
      ({ status }) => status?.interfaces?.[0]?.ipAddress === '10.0.2.2',
    );
    expect(instance.status).toMatchObject({ phase: 'Running', nodeName: 'lab', guestOSInfo: { id: 'drover-guest' } });
    const vm = await until(virtualMachines, 'web01', ({ status }) => status?.printableStatus === 'Running');
    expect(vm.status).toMatchObject({ ready: true, created: true });
    const claim = await lab.client.get(persistentVolumeClaims, { namespace: 'default', name: 'web01-disk-0-ab1cd' });
    expect(claim.status).toMatchObject({ phase: 'Bound', capacity: { storage: '1Gi' } });
  });

  it('answers what is typed into its console, and shows a picture', async () => {
    using terminal = new Terminal(await lab.openConsole('default', 'web01', 'console'));
    await terminal.until(/drover-guest# /);
    terminal.type('echo answer=$((6 * 7)) from $(hostname)\n');
    await terminal.until(/\nanswer=42 from web01\r/);
    const screen = await lab.openConsole('default', 'web01', 'vnc', 'binary');
    const [greeting] = (await once(screen, 'data')) as [Buffer];
    expect(greeting.toString('latin1')).toMatch(/^RFB 003\.00\d\n/);
    screen.destroy();
    const picture = await lab.request(
      'GET',
      '/apis/subresources.kubevirt.io/v1/namespaces/default/virtualmachineinstances/web01/vnc/screenshot',
    );
    expect(picture.body.slice(1, 4)).toBe('PNG');
  });

  it('refuses what cannot be, in the words of KubeVirt', async () => {
    const started = await verb('virtualmachines/web01/start');
    expect(started.status).toBe(409);
    expect(started.body).toContain('VM is already running');
    expect((await verb('virtualmachineinstances/web01/unpause')).body).toContain('VMI is not paused');
    expect((await verb('virtualmachines/web01/migrate')).status).toBe(404);
    expect((await verb('virtualmachines/other/start')).status).toBe(404);
    const image = lab.client.delete(virtualMachineImages, { namespace: 'default', name: 'image-tiny' });
    await expect(image).rejects.toSatisfy(
      (error) => hasReason(error, 'Invalid') && error.message.includes('default/web01-disk-0-ab1cd'),
    );
  });

  it('pauses it and lets it go on', async () => {
    expect((await verb('virtualmachineinstances/web01/pause')).status).toBe(200);
    await until(virtualMachines, 'web01', ({ status }) => status?.printableStatus === 'Paused');
    expect((await verb('virtualmachineinstances/web01/unpause')).status).toBe(200);
    await until(virtualMachines, 'web01', ({ status }) => status?.printableStatus === 'Running');
  });

  it('may end and come back: the machine never stops and is managed again', async () => {
    const before = await uid();
    {
      using terminal = new Terminal(await lab.openConsole('default', 'web01', 'console'));
      terminal.type('kept=alive-$((40 + 2))\n');
      await terminal.until(/kept=alive/);
    }
    await lab[Symbol.asyncDispose]();
    lab = await startInProcessLab(store, directory);
    expect(await uid()).toBe(before);
    using terminal = new Terminal(await lab.openConsole('default', 'web01', 'console'));
    terminal.type('echo still $kept\n');
    await terminal.until(/\nstill alive-42\r/);
    expect((await verb('virtualmachineinstances/web01/pause')).status).toBe(200);
    expect((await verb('virtualmachineinstances/web01/unpause')).status).toBe(200);
  });

  it('sees its guest power itself off, and starts it again on request', async () => {
    const terminal = new Terminal(await lab.openConsole('default', 'web01', 'console'));
    terminal.type('poweroff -f\n');
    const ended = await until(virtualMachineInstances, 'web01', ({ status }) => status?.phase === 'Succeeded');
    await until(virtualMachines, 'web01', ({ status }) => status?.printableStatus === 'Stopped');
    expect((await verb('virtualmachines/web01/start')).status).toBe(202);
    const next = await until(
      virtualMachineInstances,
      'web01',
      ({ metadata, status }) => metadata.uid !== ended.metadata.uid && status?.phase === 'Running',
    );
    expect(next.spec.domain.firmware?.uuid).toBe(ended.spec.domain.firmware?.uuid);
  });

  it('stops it by its power button', async () => {
    await until(
      virtualMachineInstances,
      'web01',
      ({ status }) => status?.conditions?.some(({ type }) => type === 'AgentConnected') === true,
    );
    const stopped = await lab.request('POST', '/v1/harvester/kubevirt.io.virtualmachines/default/web01?action=stop');
    expect(stopped).toEqual({ status: 204, body: '' });
    const vm = await until(virtualMachines, 'web01', ({ status }) => status?.printableStatus === 'Stopped');
    expect(vm.spec.runStrategy).toBe('Halted');
    expect((await verb('virtualmachines/web01/start')).status).toBe(202);
    const started = await until(virtualMachines, 'web01', ({ status }) => status?.printableStatus === 'Running');
    expect(started.spec.runStrategy).toBe('RerunOnFailure');
  });
});
