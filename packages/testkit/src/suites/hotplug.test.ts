import { persistentVolumeClaims, virtualMachineInstances, virtualMachines } from '@drover/api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildGuest, guestMissing } from '../guest/guest.js';
import { Site } from '../guest/site.js';
import type { Terminal } from '../guest/terminal.js';

const missing = await guestMissing();
const MACHINE = 'kubevirt.io.virtualmachines';

describe.skipIf(missing !== undefined)(`a machine that runs (${missing ?? 'in QEMU'})`, () => {
  let site: Site;
  let terminal: Terminal;

  beforeAll(async () => {
    site = await Site.open(await buildGuest());
    for (const name of ['one', 'two']) await site.claim(name, '1Gi');
    terminal = await site.boot({
      name: 'grows',
      annotations: { 'harvesterhci.io/enableCPUAndMemoryHotplug': 'true' },
      change(spec) {
        spec.domain.devices.disks?.push({ name: 'cd', cdrom: { bus: 'scsi' } });
      },
    });
  });
  afterAll(async () => {
    terminal[Symbol.dispose]();
    await site[Symbol.asyncDispose]();
  });

  /** Waits until the guest itself sees what a shell's condition says. */
  const guestSees = async (condition: string): Promise<string> =>
    terminal.run(`for n in $(seq 300); do if ${condition}; then echo seen; break; fi; usleep 100000; done`);
  const phaseOf = (volume: string, phase: string) =>
    site.until(
      virtualMachineInstances,
      'grows',
      ({ status }) => status?.volumeStatus?.some((one) => one.name === volume && one.phase === phase) === true,
    );
  const restartRequired = (required: boolean) =>
    site.until(
      virtualMachines,
      'grows',
      ({ status }) =>
        (status?.conditions?.some(({ type, status: is }) => type === 'RestartRequired' && is === 'True') === true) ===
        required,
    );

  it('is given a disk by KubeVirt’s subresource, and writes to it', async () => {
    const body = {
      name: 'one',
      disk: { disk: { bus: 'scsi' }, serial: 'from-one' },
      volumeSource: { persistentVolumeClaim: { claimName: 'one' } },
    };
    expect(await site.verb('virtualmachines/grows/addvolume', body)).toEqual({ status: 202, body: '' });
    await phaseOf('one', 'VolumeReady');
    expect(await guestSees('[ -b /dev/sda ]')).toContain('seen');
    expect(await terminal.run('echo kept > /dev/sda; sync; head -c 4 /dev/sda')).toMatch(/\nkept/);
    await restartRequired(false);
    const again = await site.verb('virtualmachines/grows/addvolume', body);
    expect(again.status).toBe(409);
    expect(again.body).toContain('Unable to add volume [one] because volume with that name already exists');
  });

  it('is given another by Harvester’s action, also after the lab came back', async () => {
    terminal[Symbol.dispose]();
    await site.restart();
    const added = await site.action(MACHINE, 'grows', 'addVolume', { diskName: 'two', volumeSourceName: 'two' });
    expect(added).toEqual({ status: 204, body: '' });
    await phaseOf('two', 'VolumeReady');
    terminal = await site.console('grows');
    expect(await guestSees('[ -b /dev/sdb ]')).toContain('seen');
    const { metadata } = await site.get(virtualMachines, 'grows');
    expect(metadata.annotations?.['harvesterhci.io/volumeClaimTemplates']).toContain('"name":"two"');
  });

  it('gives them back, and keeps the claims and what is on them', async () => {
    expect((await site.verb('virtualmachineinstances/grows/removevolume', { name: 'one' })).status).toBe(202);
    expect(await guestSees('[ ! -b /dev/sda ]')).toContain('seen');
    expect((await site.action(MACHINE, 'grows', 'removeVolume', { diskName: 'two' })).status).toBe(204);
    expect(await guestSees('[ ! -b /dev/sdb ]')).toContain('seen');
    expect((await site.get(persistentVolumeClaims, 'one')).status?.phase).toBe('Bound');
    const root = await site.verb('virtualmachines/grows/removevolume', { name: 'disk-0' });
    expect(root.body).toContain('Unable to remove volume [disk-0] because it is not hotpluggable');
    await site.action(MACHINE, 'grows', 'addVolume', { diskName: 'again', volumeSourceName: 'one' });
    expect(await guestSees('[ -b /dev/sda ]')).toContain('seen');
    expect(await terminal.run('head -c 4 /dev/sda')).toMatch(/\nkept/);
  });

  it('has an image put into its CD-ROM drive, and taken out', async () => {
    const body = { DeviceName: 'cd', imageName: 'default/guest' };
    expect((await site.action(MACHINE, 'grows', 'insertCdRomVolume', body)).status).toBe(204);
    await phaseOf('cd', 'VolumeReady');
    expect(await guestSees('head -c 1 /dev/sr0 > /dev/null 2>&1')).toContain('seen');
    const vm = await site.get(virtualMachines, 'grows');
    const claim =
      vm.spec.template.spec?.volumes?.find(({ name }) => name === 'cd')?.persistentVolumeClaim?.claimName ?? '';
    expect(claim).toMatch(/^grows-cd-/);
    expect((await site.action(MACHINE, 'grows', 'ejectCdRomVolume', { deviceName: 'cd' })).status).toBe(204);
    expect(await guestSees('! head -c 1 /dev/sr0 > /dev/null 2>&1')).toContain('seen');
    const gone = async (): Promise<boolean> =>
      (await site.get(persistentVolumeClaims, claim).catch(() => undefined)) === undefined;
    await expect.poll(gone, { timeout: 20_000 }).toBe(true);
    await restartRequired(false);
  });

  it('is given processors and memory', async () => {
    const grown = await site.action(MACHINE, 'grows', 'cpuAndMemoryHotplug', { sockets: 2, memory: '512Mi' });
    expect(grown).toEqual({ status: 204, body: '' });
    await site.until(virtualMachineInstances, 'grows', ({ status }) => status?.currentCPUTopology?.sockets === 2);
    expect(await guestSees('[ -d /sys/devices/system/cpu/cpu1 ]')).toContain('seen');
    await terminal.run('echo 1 > /sys/devices/system/cpu/cpu1/online');
    expect(await terminal.run('nproc')).toMatch(/\n2\r/);
    const instance = await site.until(
      virtualMachineInstances,
      'grows',
      ({ status }) => status?.memory?.guestCurrent === '512Mi',
    );
    expect(instance.status?.memory).toEqual({ guestAtBoot: '256Mi', guestCurrent: '512Mi', guestRequested: '512Mi' });
    await restartRequired(false);
  });

  it('needs a restart for any other change, and says so until it is taken back', async () => {
    const ref = { namespace: 'default', name: 'grows' };
    const change = (model: string) =>
      site.lab.client.patch(virtualMachines, ref, {
        type: 'merge',
        patch: { spec: { template: { spec: { domain: { cpu: { model } } } } } },
      });
    await change('Nehalem');
    await restartRequired(true);
    await site.lab.client.patch(virtualMachines, ref, {
      type: 'merge',
      patch: { spec: { template: { spec: { domain: { cpu: { model: null } } } } } },
    });
    await restartRequired(false);
  });

  it('is not asked for what it was not made for', async () => {
    await site.create({ name: 'plain', runStrategy: 'Halted' });
    const grown = await site.action(MACHINE, 'plain', 'cpuAndMemoryHotplug', { sockets: 2, memory: '512Mi' });
    expect(grown.status).toBe(409);
    expect(grown.body).toContain('CPU and memory hotplug is not enabled');
    const ejected = await site.action(MACHINE, 'plain', 'ejectCdRomVolume', { deviceName: 'disk-0' });
    expect(ejected.body).toContain('"disk-0" is not a CD-ROM drive');
  });
});
