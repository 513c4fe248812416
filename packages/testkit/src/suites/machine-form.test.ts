import { secrets, virtualMachineInstances } from '@drover/api';
import { detectHost } from '@drover/qemu';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildGuest, guestMissing } from '../guest/guest.js';
import { Site } from '../guest/site.js';

const missing = await guestMissing();
const host = await detectHost();

describe.skipIf(missing !== undefined)(`what the create form asks (${missing ?? 'in QEMU'})`, () => {
  let site: Site;
  beforeAll(async () => {
    site = await Site.open(await buildGuest());
  });
  afterAll(() => site[Symbol.asyncDispose]());

  it('sockets, cores, threads, a CPU model, disks on several buses, and cards on networks of their own', async () => {
    using terminal = await site.boot({
      name: 'many',
      disks: [
        { name: 'root', image: true },
        { name: 'data', bus: 'scsi', size: '2Gi' },
        { name: 'old', bus: 'sata' },
        { name: 'stick', bus: 'usb' },
      ],
      change(spec) {
        spec.domain.cpu = { sockets: 2, cores: 2, threads: 1, model: 'Nehalem' };
        spec.domain.devices.interfaces?.push({ name: 'nic-1', model: 'virtio', masquerade: {} });
        spec.networks?.push({ name: 'nic-1', pod: {} });
        spec.domain.devices.disks?.push({ name: 'cd', cdrom: { bus: 'scsi' } });
      },
    });
    const shown = await terminal.run(
      'nproc; cat /sys/block/sda/size; ls /sys/block; grep -m1 "model name" /proc/cpuinfo; ip -4 -o addr',
    );
    expect(shown).toMatch(/\n4\r\n4194304\r\n/);
    expect(shown).toMatch(/\bsr0\b/);
    expect(shown).toMatch(/Nehalem/);
    expect(shown).toMatch(/10\.0\.2\.2\/24[\s\S]*10\.0\.3\.2\/24/);
    const { status } = await site.get(virtualMachineInstances, 'many');
    expect(status?.currentCPUTopology).toEqual({ sockets: 2, cores: 2, threads: 1 });
    await site.remove('many');
  });

  it.skipIf(host.firmware.secureBoot === undefined || host.swtpm === undefined)(
    'secure boot, and a TPM that remembers (needs OVMF and swtpm)',
    async () => {
      const look = 'dmesg | grep -i "secure boot\\|secureboot"; cat /sys/class/tpm/tpm0/tpm_version_major';
      using terminal = await site.boot({
        name: 'sealed',
        memory: '512Mi',
        change(spec) {
          spec.domain.firmware = { bootloader: { efi: { secureBoot: true, persistent: true } } };
          spec.domain.features = { acpi: { enabled: true }, smm: { enabled: true } };
          spec.domain.devices.tpm = { persistent: true };
        },
      });
      const shown = await terminal.run(look);
      expect(shown).toMatch(/Secure boot enabled/i);
      expect(shown).toMatch(/\n2\r\n/);
      await site.restart();
      terminal[Symbol.dispose]();
      using again = await site.console('sealed');
      expect(await again.run(look)).toMatch(/\n2\r\n/);
      await site.remove('sealed');
    },
  );

  it('answers for Windows on a CD-ROM', async () => {
    await site.lab.client.create(secrets, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'answers', namespace: 'default' },
      stringData: { 'autounattend.xml': '<unattend>told by sysprep</unattend>' },
    });
    using terminal = await site.boot({
      name: 'windows',
      change(spec) {
        spec.domain.devices.disks?.push({ name: 'sysprep', cdrom: { bus: 'scsi' } });
        spec.volumes?.push({ name: 'sysprep', sysprep: { secret: { name: 'answers' } } });
      },
    });
    expect(await terminal.run('mkdir -p /cd; mount -t iso9660 /dev/sr0 /cd; cat /cd/*')).toContain('told by sysprep');
    await site.remove('windows');
  });

  it('a machine type that this host does not have is refused in words', async () => {
    await site.create({
      name: 'strange',
      change(spec) {
        spec.domain.machine = { type: 'pc-q35-rhel9.4.0' };
      },
    });
    const instance = await site.until(
      virtualMachineInstances,
      'strange',
      ({ status }) => status?.phase === 'Scheduling',
    );
    const said = instance.status?.conditions?.find(({ type }) => type === 'PodScheduled')?.message;
    expect(said).toMatch(/machine type "pc-q35-rhel9.4.0" is not one that QEMU .* of this host has; use q35/);
    await site.remove('strange');
  });
});
