import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { qemuArguments } from './arguments.js';
import { DescriptionError, type Disk, type MachineDescription, type Nic } from './description.js';
import { bare } from './testing/fixture.js';

const testdata = fileURLToPath(new URL('../src/testdata/', import.meta.url));
const cases = readdirSync(testdata).flatMap((name) => /^(.*)\.in\.json$/.exec(name)?.[1] ?? []);

const disk: Disk = { name: 'a', path: '/a', format: 'raw', media: 'disk', bus: 'virtio' };
const nic: Nic = { name: 'a', model: 'virtio', mac: '52:54:00:12:34:56', network: { kind: 'user' } };
const disks = (count: number, bus: Disk['bus']): Disk[] =>
  Array.from({ length: count }, (_, index) => ({ ...disk, name: `${index}`, bus }));

describe('the command line of a machine', () => {
  it.each(cases)('is what testdata says: %s', (name) => {
    const description: MachineDescription = JSON.parse(readFileSync(`${testdata}${name}.in.json`, 'utf8'));
    const written = `${JSON.stringify(qemuArguments(description), undefined, 2)}\n`;
    const file = `${testdata}${name}.out.json`;
    if (process.env['DROVER_UPDATE_GOLDEN']) writeFileSync(file, written);
    expect(written).toBe(readFileSync(file, 'utf8'));
  });

  it.each<[string, string, Partial<MachineDescription>]>([
    ['a NUL in a name', 'guest', { name: 'a\0b' }],
    ['half a surrogate pair', 'guest', { name: 'a\ud800' }],
    ['an empty name', 'name', { name: '' }],
    ['a UUID with an option in it', 'uuid', { uuid: '6a1a24a1-4061-4607-8bf4-a3963d0c5895,x=y' }],
    ['a machine type with an option in it', 'machineType', { machineType: 'q35,accel=kvm' }],
    ['a machine type of another family', 'machineType', { machineType: 'microvm' }],
    ['a CPU model with an option in it', 'cpu.model', { cpu: { ...bare.cpu, model: 'max,+x' } }],
    ['more processors than the machine addresses', 'cpu', { cpu: { sockets: 16, cores: 16, threads: 2 } }],
    ['half a core', 'cpu.cores', { cpu: { ...bare.cpu, cores: 0.5 } }],
    ['no memory', 'memoryBytes', { memoryBytes: 0 }],
    ['a relative path', 'disks[0].path', { disks: [{ ...disk, path: 'nbd:localhost:1' }] }],
    ['a backing file of a raw image', 'disks[0].backing', { disks: [{ ...disk, backing: disk }] }],
    ['a serial number that QEMU would cut off', 'disks[0].serial', { disks: [{ ...disk, serial: 'x'.repeat(21) }] }],
    ['a CD-ROM on virtio', 'disks[0].bus', { disks: [{ ...disk, media: 'cdrom' }] }],
    ['a seventh SATA disk', 'disks[6].bus', { disks: disks(7, 'sata') }],
    ['a thirteenth virtio disk', 'virtio disks', { disks: disks(13, 'virtio') }],
    ['two disks of one name', 'disks', { disks: [disk, disk] }],
    ['one boot index for two', 'bootIndex', { disks: [{ ...disk, bootIndex: 1 }], nics: [{ ...nic, bootIndex: 1 }] }],
    ['a multicast MAC address', 'mac', { nics: [{ ...nic, mac: '01:00:5e:00:00:01' }] }],
    ['a tap device that is a path', 'ifname', { nics: [{ ...nic, network: { kind: 'tap', ifname: '../tap' } }] }],
    ['a network that is none', 'cidr', { nics: [{ ...nic, network: { kind: 'user', cidr: '10.0.2.1/24' } }] }],
    ['a relative firmware', 'firmware.code', { firmware: { kind: 'uefi', code: 'a', vars: '/b', secureBoot: false } }],
    [
      'Secure Boot without q35',
      'firmware.secureBoot',
      { machineType: 'pc', firmware: { kind: 'uefi', code: '/a', vars: '/b', secureBoot: true } },
    ],
  ])('refuses %s and names the field', (_name, field, change) => {
    const build = (): unknown => qemuArguments({ ...bare, ...change });
    expect(build).toThrow(DescriptionError);
    expect(build).toThrow(expect.objectContaining({ field }));
  });

  it('keeps the place of a network card when a disk is added', () => {
    const cardOf = (count: number): string | undefined =>
      qemuArguments({ ...bare, nics: [nic], disks: disks(count, 'virtio') }).find((one) => one.includes('"nic0"'));
    expect(cardOf(5)).toBe(cardOf(0));
  });
});
