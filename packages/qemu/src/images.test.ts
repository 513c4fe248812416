import { execFile } from 'node:child_process';
import { link, mkdir, open, readdir, stat, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { detectHost } from './host.js';
import { ImageRefused, type RefusalReason } from './image-refused.js';
import { Images } from './images.js';
import { isoImage } from './iso9660.js';
import { startMachine } from './start.js';
import { bare, deps, temporaryDirectory } from './testing/fixture.js';

const host = await detectHost();
const MiB = 1024 * 1024;
const run = promisify(execFile);

async function inDirectory(test: (root: string, images: Images) => Promise<void>, max?: number): Promise<void> {
  await using home = await temporaryDirectory();
  await test(home.path, new Images({ root: home.path, host, ...(max === undefined ? {} : { maxVirtualBytes: max }) }));
}

/** A qcow2 image with some data, by QEMU's own tool. */
async function qcow2(path: string, ...options: string[]): Promise<string> {
  await run('qemu-img', ['create', '-q', '-f', 'qcow2', ...options, path, `${8 * MiB}`]);
  await run('qemu-io', ['-f', 'qcow2', '-c', 'write -P 7 0 4M', path]);
  return path;
}

async function patch(path: string, at: number, bytes: readonly number[]): Promise<void> {
  await using file = await open(path, 'r+');
  await file.write(Uint8Array.from(bytes), 0, bytes.length, at);
}

const refused = (reason: RefusalReason): unknown => expect.objectContaining({ name: 'ImageRefused', reason });

describe('a file that somebody brings as an image', () => {
  it('is raw when its bytes say nothing else, and as large as it is', () =>
    inDirectory(async (root, images) => {
      await writeFile(join(root, 'disk'), Buffer.alloc(MiB, 1));
      expect(await images.inspect(join(root, 'disk'))).toEqual({
        format: 'raw',
        iso: false,
        virtualSize: MiB,
        fileSize: MiB,
      });
    }));

  it('is known to be a CD', () =>
    inDirectory(async (root, images) => {
      await writeFile(join(root, 'cd'), isoImage({ label: 'x', files: [] }));
      expect(await images.inspect(join(root, 'cd'))).toMatchObject({ format: 'raw', iso: true });
    }));

  const at = (offset: number, text: string, size = MiB): Buffer => {
    const bytes = Buffer.alloc(size);
    bytes.write(text, offset, 'latin1');
    return bytes;
  };
  it.each<[string, Buffer, RefusalReason, string]>([
    ['nothing', Buffer.alloc(0), 'empty', 'empty'],
    ['vmdk', at(0, 'KDMV'), 'format', 'vmdk'],
    ['a vmdk descriptor', at(0, '# Disk DescriptorFile\n'), 'format', 'vmdk'],
    ['vdi', at(0x40, '\x7f\x10\xda\xbe'), 'format', 'vdi'],
    ['vhdx', at(0, 'vhdxfile'), 'format', 'vhdx'],
    ['vhd of fixed size', at(MiB - 512, 'conectix'), 'format', 'vhd'],
    ['ova', at(257, 'ustar'), 'format', 'ova'],
    ['qcow of version 1', at(0, 'QFI\xfb\0\0\0\x01'), 'format', 'version 1'],
    ['gzip', at(0, '\x1f\x8b'), 'compressed', 'gzip'],
    ['xz', at(0, '\xfd7zXZ\0'), 'compressed', 'xz'],
    ['LUKS', at(0, 'LUKS\xba\xbe'), 'encrypted', 'LUKS'],
    ['a web page', Buffer.from('<!DOCTYPE html><title>404</title>'), 'format', 'text document'],
    ['half a sector', Buffer.alloc(1000), 'truncated', '1000'],
    ['the beginning of qcow2', at(0, 'QFI\xfb\0\0\0\x03', 60), 'truncated', 'header'],
  ])('is refused by name when it is %s', (_name, bytes, reason, words) =>
    inDirectory(async (root, images) => {
      await writeFile(join(root, 'file'), bytes);
      const failed = images.inspect(join(root, 'file'));
      await expect(failed).rejects.toEqual(refused(reason));
      await expect(failed).rejects.toThrow(words);
    }),
  );

  it('is refused when it is a CD or a partitioned disk that ends too early', () =>
    inDirectory(async (root, images) => {
      const cd = Buffer.from(isoImage({ label: 'x', files: [{ name: 'a', content: Buffer.alloc(MiB) }] }));
      await writeFile(join(root, 'cd'), cd.subarray(0, cd.length / 2));
      await expect(images.inspect(join(root, 'cd'))).rejects.toEqual(refused('truncated'));
      const gpt = at(512, 'EFI PART');
      gpt.writeBigUInt64LE(4095n, 512 + 32);
      await writeFile(join(root, 'gpt'), gpt);
      await expect(images.inspect(join(root, 'gpt'))).rejects.toEqual(refused('truncated'));
    }));

  it('is refused when it is larger than is allowed', () =>
    inDirectory(async (root, images) => {
      await writeFile(join(root, 'raw'), '');
      await truncate(join(root, 'raw'), 2 * MiB);
      await expect(images.inspect(join(root, 'raw'))).rejects.toEqual(refused('too-large'));
    }, MiB));
});

describe('the path of an image', () => {
  it.each([
    ['relative', () => 'disk'],
    ['outside', () => '/etc/hostname'],
    ['outside by dots', (root: string) => `${root}/../../etc/hostname`],
    ['the directory itself', (root: string) => root],
    ['with a NUL', (root: string) => `${root}/a\0b`],
    ['a link', (root: string) => join(root, 'link')],
    ['below a link', (root: string) => join(root, 'etc', 'hostname')],
    ['a directory', (root: string) => join(root, 'directory')],
    ['a pipe', (root: string) => join(root, 'pipe')],
  ])('is refused when it is %s', (_name, path) =>
    inDirectory(async (root, images) => {
      await symlink('/etc/hostname', join(root, 'link'));
      await symlink('/etc', join(root, 'etc'));
      await mkdir(join(root, 'directory'));
      await run('mkfifo', [join(root, 'pipe')]);
      await expect(images.inspect(path(root))).rejects.toEqual(refused('unsafe-path'));
      await expect(images.checksum(path(root))).rejects.toEqual(refused('unsafe-path'));
      await expect(images.createBlank(path(root), MiB)).rejects.toEqual(refused('unsafe-path'));
    }),
  );

  it('may lead through links that stay inside', () =>
    inDirectory(async (root, images) => {
      await mkdir(join(root, 'real'));
      await symlink(join(root, 'real'), join(root, 'alias'));
      await writeFile(join(root, 'real', 'a'), Buffer.alloc(512));
      await link(join(root, 'real', 'a'), join(root, 'real', 'b'));
      expect(await images.inspect(join(root, 'alias', 'b'))).toMatchObject({ format: 'raw' });
    }));
});

describe.skipIf(!host.tools.ok)('a qcow2 image (needs qemu-img)', () => {
  it.each([['0.10'], ['1.1']])('of version %s is looked at and taken', (compat) =>
    inDirectory(async (root, images) => {
      const path = await qcow2(join(root, 'a'), '-o', `compat=${compat}`);
      expect(await images.inspect(path)).toMatchObject({ format: 'qcow2', iso: false, virtualSize: 8 * MiB });
    }),
  );

  it('with subclusters and zstd is taken', () =>
    inDirectory(async (root, images) => {
      const path = await qcow2(join(root, 'a'), '-o', 'extended_l2=on,compression_type=zstd');
      expect(await images.inspect(path)).toMatchObject({ virtualSize: 8 * MiB });
    }));

  it('that needs a backing file is refused, wherever that lies', () =>
    inDirectory(async (root, images) => {
      const path = await qcow2(join(root, 'a'), '-u', '-F', 'raw', '-b', '/etc/hostname');
      await expect(images.inspect(path)).rejects.toEqual(refused('backing-file'));
      const remote = join(root, 'b');
      await run('qemu-img', [
        'create',
        '-q',
        '-f',
        'qcow2',
        '-u',
        '-F',
        'raw',
        '-b',
        'nbd://127.0.0.1/x',
        remote,
        '1M',
      ]);
      await expect(images.inspect(remote)).rejects.toEqual(refused('backing-file'));
    }));

  it('that keeps its data in another file is refused', () =>
    inDirectory(async (root, images) => {
      const path = await qcow2(join(root, 'a'), '-o', `data_file=${join(root, 'data')}`);
      await expect(images.inspect(path)).rejects.toEqual(refused('data-file'));
    }));

  it.each<[string, RefusalReason, number, number[]]>([
    ['marked as encrypted', 'encrypted', 32, [0, 0, 0, 2]],
    ['marked as corrupt', 'corrupt', 79, [2]],
    ['not closed in order', 'corrupt', 79, [1]],
    ['with a feature nobody knows', 'corrupt', 76, [0x80]],
    ['of absurd size', 'too-large', 24, [0x7f, 0xff]],
    ['with clusters of 4 GiB', 'corrupt', 20, [0, 0, 0, 32]],
    ['with an endless level 1 table', 'corrupt', 36, [0xff, 0xff, 0xff, 0xff]],
    ['with tables behind its end', 'truncated', 40, [0, 0, 0, 0x7f, 0, 0, 0, 0]],
    ['with a header of 4 GiB', 'corrupt', 100, [0xff, 0xff, 0xff, 0xf8]],
    ['without a size', 'empty', 24, [0, 0, 0, 0, 0, 0, 0, 0]],
    ['with a level 2 table somewhere else', 'corrupt', 0x30000, [0, 0xff, 0xff, 0xff]],
  ])('is refused when it is one %s', (_name, reason, offset, bytes) =>
    inDirectory(async (root, images) => {
      const path = await qcow2(join(root, 'a'));
      await patch(path, offset, bytes);
      await expect(images.inspect(path)).rejects.toEqual(refused(reason));
    }),
  );

  it.each([100, 70_000, MiB, 3 * MiB])('of which only the first %d bytes arrived is refused', (length) =>
    inDirectory(async (root, images) => {
      const path = await qcow2(join(root, 'a'));
      await truncate(path, length);
      await expect(images.inspect(path)).rejects.toThrow(ImageRefused);
    }),
  );
});

describe.skipIf(!host.tools.ok)('a disk (needs qemu-img)', () => {
  it('is made empty, and appears only when it is complete', () =>
    inDirectory(async (root, images) => {
      await images.createBlank(join(root, 'a'), 1000);
      expect(await images.inspect(join(root, 'a'))).toMatchObject({ format: 'qcow2', virtualSize: 1024 });
      await expect(images.createBlank(join(root, 'a'), MiB)).rejects.toThrow('exists already');
      expect(await readdir(root)).toEqual(['a']);
    }));

  it('is its owner’s alone, however it is made', () =>
    inDirectory(async (root, images) => {
      const base = { path: join(root, 'base'), format: 'qcow2' } as const;
      await images.createBlank(base.path, MiB);
      await images.createOverlay(join(root, 'over'), base, MiB);
      await images.convert(base, join(root, 'flat'));
      for (const name of ['base', 'over', 'flat']) expect((await stat(join(root, name))).mode & 0o777).toBe(0o600);
    }));

  it('shows the image it was made of, at its own size', () =>
    inDirectory(async (root, images) => {
      const base = { path: await qcow2(join(root, 'base')), format: 'qcow2' } as const;
      const over = { path: join(root, 'o,v=er'), format: 'qcow2', backing: base } as const;
      await images.createOverlay(over.path, base, 16 * MiB);
      expect(await images.virtualSize(over)).toBe(16 * MiB);
      await images.convert(over, join(root, 'flat'));
      const content = await run('qemu-io', ['-f', 'qcow2', '-c', 'read -P 7 0 4M', join(root, 'flat')]);
      expect(content.stdout).toContain('read 4194304/4194304');
      expect(await images.inspect(join(root, 'flat'))).toMatchObject({ virtualSize: 16 * MiB });
    }));

  it('is not smaller than the image it is made of, and never becomes smaller', () =>
    inDirectory(async (root, images) => {
      const base = { path: await qcow2(join(root, 'base')), format: 'qcow2' } as const;
      await expect(images.createOverlay(join(root, 'a'), base, MiB)).rejects.toEqual(refused('too-small'));
      await expect(images.resize(base, MiB)).rejects.toEqual(refused('too-small'));
      await images.resize(base, 32 * MiB);
      expect(await images.virtualSize(base)).toBe(32 * MiB);
    }));

  it('has the checksum of its bytes', () =>
    inDirectory(async (root, images) => {
      await writeFile(join(root, 'a'), 'abc');
      expect(await images.checksum(join(root, 'a'))).toMatch(/^ddaf35a193617abacc417349ae204131/);
    }));

  it('is not left half copied when the copy is given up', () =>
    inDirectory(async (root, images) => {
      const path = await qcow2(join(root, 'a'));
      const given = AbortSignal.abort(new Error('given up'));
      await expect(images.convert({ path, format: 'qcow2' }, join(root, 'b'), { signal: given })).rejects.toThrow();
      expect(await readdir(root)).toEqual(['a']);
    }));
});

describe.skipIf(!host.tools.ok)('a snapshot inside a disk (needs qemu-img)', () => {
  const pattern = (path: string, byte: number): Promise<unknown> =>
    run('qemu-io', ['-f', 'qcow2', '-c', `write -P ${byte} 0 1M`, path]);
  const holds = async (path: string, byte: number, at: string): Promise<boolean> => {
    const { stdout } = await run('qemu-io', ['-r', '-f', 'qcow2', '-c', `read -P ${byte} ${at}`, path]);
    return !stdout.includes('verification failed');
  };

  it('is what a copy is made of, whatever the disk became, on the image that the disk lies on', () =>
    inDirectory(async (root, images) => {
      const base = { path: await qcow2(join(root, 'base')), format: 'qcow2' } as const;
      const disk = { path: join(root, 'disk'), format: 'qcow2', backing: base } as const;
      await images.createOverlay(disk.path, base, 8 * MiB);
      await pattern(disk.path, 1);
      await images.createSnapshot(disk, 'then,a=b');
      await pattern(disk.path, 2);
      await images.resize(disk, 16 * MiB);
      expect(await images.snapshots(disk)).toEqual(['then,a=b']);

      await images.convert(disk, join(root, 'thin'), { snapshot: 'then,a=b', base });
      expect(await holds(join(root, 'thin'), 1, '0 1M')).toBe(true);
      expect(await holds(join(root, 'thin'), 7, '1M 3M')).toBe(true);
      expect((await stat(join(root, 'thin'))).size).toBeLessThan(3 * MiB);
      await images.truncate({ path: join(root, 'thin'), format: 'qcow2' }, 8 * MiB);
      expect(await images.virtualSize({ path: join(root, 'thin'), format: 'qcow2' })).toBe(8 * MiB);

      await images.convert(disk, join(root, 'whole'), { snapshot: 'then,a=b' });
      expect(await holds(join(root, 'whole'), 1, '0 1M')).toBe(true);
      expect(await holds(join(root, 'whole'), 7, '1M 3M')).toBe(true);

      await images.deleteSnapshot(disk, 'then,a=b');
      expect(await images.snapshots(disk)).toEqual([]);
      expect(await holds(disk.path, 2, '0 1M')).toBe(true);
    }));

  it.skipIf(!host.qemu.ok)('is taken and copied while a machine has the disk open (needs QEMU)', () =>
    inDirectory(async (root, images) => {
      const disk = { path: await qcow2(join(root, 'disk')), format: 'qcow2' } as const;
      const disks = [{ ...disk, name: 'root', media: 'disk', bus: 'virtio' }] as const;
      const machine = await startMachine({ ...bare, disks }, join(root, 'machine'), { ...deps, host, paused: true });
      try {
        await machine.snapshotDisks(['root'], 'then');
        expect(await images.snapshots(disk)).toEqual(['then']);
        await images.convert(disk, join(root, 'copy'), { snapshot: 'then' });
        await machine.deleteSnapshot('root', 'then');
        expect(await images.snapshots(disk)).toEqual([]);
      } finally {
        await machine.kill();
      }
      expect(await holds(join(root, 'copy'), 7, '0 4M')).toBe(true);
    }),
  );
});
