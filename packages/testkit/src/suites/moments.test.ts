import {
  persistentVolumeClaims,
  secrets,
  virtualMachineBackups,
  virtualMachineInstances,
  virtualMachineRestores,
  virtualMachines,
  virtualMachineTemplates,
  virtualMachineTemplateVersions,
} from '@drover/api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildGuest, guestMissing } from '../guest/guest.js';
import { Site } from '../guest/site.js';
import { Terminal } from '../guest/terminal.js';

const missing = await guestMissing();
const MACHINES = 'kubevirt.io.virtualmachines';

describe.skipIf(missing !== undefined)(`moments of a machine (${missing ?? 'in QEMU'})`, () => {
  let site: Site;
  let terminal: Terminal;

  beforeAll(async () => {
    site = await Site.open(await buildGuest());
    await site.lab.client.create(secrets, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'source-init', namespace: 'default' },
      stringData: { userdata: '#!/bin/sh\necho "told once" > /dev/ttyS0\n' },
    });
    terminal = await site.boot({
      name: 'source',
      disks: [
        { name: 'root', image: true },
        { name: 'data', bus: 'scsi' },
      ],
      change(spec) {
        spec.domain.devices.disks?.push({ name: 'init', disk: { bus: 'virtio' } });
        spec.volumes?.push({ name: 'init', cloudInitNoCloud: { secretRef: { name: 'source-init' } } });
      },
    });
    await terminal.run('echo before > /dev/sda; sync');
    await site.until(
      virtualMachineInstances,
      'source',
      ({ status }) => status?.conditions?.some(({ type }) => type === 'AgentConnected') === true,
    );
  });
  afterAll(async () => {
    terminal[Symbol.dispose]();
    await site[Symbol.asyncDispose]();
  });

  const backup = (name: string, type: 'snapshot' | 'backup' = 'snapshot') =>
    site.lab.client.create(virtualMachineBackups, {
      apiVersion: 'harvesterhci.io/v1beta1',
      kind: 'VirtualMachineBackup',
      metadata: { name, namespace: 'default' },
      spec: { type, source: { apiGroup: 'kubevirt.io', kind: 'VirtualMachine', name: 'source' } },
    });
  const restore = (name: string, target: string, newVM: boolean, deletionPolicy = 'retain') =>
    site.lab.client.create(virtualMachineRestores, {
      apiVersion: 'harvesterhci.io/v1beta1',
      kind: 'VirtualMachineRestore',
      metadata: { name, namespace: 'default' },
      spec: {
        target: { apiGroup: 'kubevirt.io', kind: 'VirtualMachine', name: target },
        virtualMachineBackupName: 'then',
        virtualMachineBackupNamespace: 'default',
        newVM,
        ...(newVM ? {} : { deletionPolicy }),
      },
    });
  /** What the data disk of a machine holds, read by its guest. */
  async function dataOf(machine: string): Promise<string> {
    using console = await site.console(machine);
    return await console.run('head -n 1 /dev/sda | head -c 20');
  }

  it('are kept whole, disks and what they are made of, while it runs', async () => {
    await backup('then');
    const kept = await site.until(virtualMachineBackups, 'then', ({ status }) => status?.readyToUse === true);
    expect(kept.status).toMatchObject({
      progress: 100,
      volumeBackups: [
        { volumeName: 'root', readyToUse: true, volumeSize: 2 ** 30 },
        { volumeName: 'data', readyToUse: true },
      ],
      secretBackups: [{ name: 'source-init' }],
    });
    expect(JSON.stringify(kept)).not.toContain('told once');
    expect(kept.status?.source?.spec?.template?.spec?.hostname).toBe('source');
    await terminal.run('echo after > /dev/sda; sync');
  });

  it('become a machine of their own', async () => {
    await restore('anew', 'copy', true);
    await site.until(virtualMachineRestores, 'anew', ({ status }) => status?.complete === true);
    expect(await dataOf('copy')).toMatch(/\nbefore/);
    const [source, copy] = await Promise.all([site.get(virtualMachines, 'source'), site.get(virtualMachines, 'copy')]);
    const addressOf = ({ spec }: typeof copy) => spec.template.spec?.domain.devices.interfaces?.[0]?.macAddress;
    expect(addressOf(copy)).not.toBe(addressOf(source));
    expect(copy.spec.template.spec?.domain.firmware?.uuid).not.toBe(source.spec.template.spec?.domain.firmware?.uuid);
    expect(copy.metadata.annotations?.['restore.harvesterhci.io/name']).toBe('anew');
    await site.remove('copy');
  });

  it('take the place of what the machine became, once it has stopped', async () => {
    await expect(restore('early', 'source', false)).rejects.toThrow('please stop the virtual machine "source"');
    terminal[Symbol.dispose]();
    expect((await site.action(MACHINES, 'source', 'forceStop')).status).toBe(204);
    await site.until(virtualMachines, 'source', ({ status }) => status?.printableStatus === 'Stopped');
    await expect(restore('greedy', 'source', false, 'delete')).rejects.toThrow('use retain');
    await restore('back', 'source', false);
    await site.until(virtualMachineRestores, 'back', ({ status }) => status?.complete === true);
    expect(await dataOf('source')).toMatch(/\nbefore/);
    expect((await site.get(persistentVolumeClaims, 'source-data')).status?.phase).toBe('Bound');
  });

  it('are not kept on a remote target, which is said', async () => {
    await expect(backup('far', 'backup')).rejects.toThrow('backups on a remote target are not supported');
  });

  it('become a clone, with its data, while it runs', async () => {
    expect(await site.action(MACHINES, 'source', 'clone', { targetVm: 'twin' })).toEqual({ status: 204, body: '' });
    expect(await dataOf('twin')).toMatch(/\nbefore/);
    expect((await site.action(MACHINES, 'source', 'clone', { targetVm: 'twin' })).status).toBe(409);
    await site.remove('twin');
  });

  it('become a template, without what is on its disks', async () => {
    const body = { name: 'like-source', description: 'as it was' };
    expect(await site.action(MACHINES, 'source', 'createTemplate', body)).toEqual({ status: 204, body: '' });
    const template = await site.until(
      virtualMachineTemplates,
      'like-source',
      ({ spec }) => spec?.defaultVersionId !== undefined,
    );
    const name = template.spec?.defaultVersionId?.split('/')[1] ?? '';
    const version = await site.until(virtualMachineTemplateVersions, name, ({ status }) => status?.version === 1);
    const { vm } = version.spec;
    expect(vm?.metadata?.annotations?.['harvesterhci.io/volumeClaimTemplates']).toContain('"name":"pvc-root"');
    expect(vm?.metadata?.annotations?.['harvesterhci.io/volumeClaimTemplates']).not.toContain('dataSource');
    expect(vm?.spec?.template?.spec?.domain?.firmware?.uuid).toBeUndefined();
    const withData = { ...body, name: 'other', withData: true };
    expect((await site.action(MACHINES, 'source', 'createTemplate', withData)).status).toBe(501);
  });

  it('stand still where its guest is asked to keep its file systems at rest', async () => {
    await site.until(
      virtualMachineInstances,
      'source',
      ({ status }) => status?.conditions?.some(({ type }) => type === 'AgentConnected') === true,
    );
    const instance = 'virtualmachineinstances/source';
    expect((await site.verb(`${instance}/freeze`, { unfreezeTimeout: '1m0s' })).status).toBe(202);
    expect((await site.verb(`${instance}/unfreeze`)).status).toBe(202);
    expect((await site.verb(`${instance}/freeze`, { unfreezeTimeout: 'soon' })).status).toBe(400);
  });

  it('are served to whoever is forwarded to its port', async () => {
    using console = await site.console('source');
    await console.run('mkdir -p /www; echo served > /www/index.html; httpd -h /www');
    const stream = await site.lab.openConsole('default', 'source', 'portforward/80');
    stream.write('GET / HTTP/1.0\r\n\r\n');
    using browser = new Terminal(stream);
    await browser.until(/\nserved\n/);
    await expect(site.lab.openConsole('default', 'source', 'portforward/0')).rejects.toThrow('400');
    await expect(site.lab.openConsole('default', 'source', 'portforward/53/udp')).rejects.toThrow('501');
  });
});
