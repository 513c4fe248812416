import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { IsoError, isoImage } from './iso9660.js';
import { noCloudSeed } from './seed.js';
import { temporaryDirectory } from './testing/fixture.js';

const run = promisify(execFile);
const xorriso = await run('xorriso', ['-version']).then(
  () => true,
  () => false,
);

/** The names and contents in the Joliet tree, read by the format's own rules. */
function jolietFiles(image: Uint8Array): Record<string, string> {
  const bytes = Buffer.from(image);
  const root = 17 * 2048 + 156;
  const [at, size] = [bytes.readUInt32LE(root + 2) * 2048, bytes.readUInt32LE(root + 10)];
  const files: Record<string, string> = {};
  for (let record = at; record < at + size; ) {
    const length = bytes[record] ?? 0;
    if (length === 0) {
      record = Math.ceil((record + 1) / 2048) * 2048;
      continue;
    }
    const name = Buffer.from(bytes.subarray(record + 33, record + 33 + (bytes[record + 32] ?? 0)));
    const [from, bytesLong] = [bytes.readUInt32LE(record + 2) * 2048, bytes.readUInt32LE(record + 10)];
    if (name.length > 1) files[name.swap16().toString('utf16le')] = String(bytes.subarray(from, from + bytesLong));
    record += length;
  }
  return files;
}

const many = Array.from({ length: 200 }, (_, index) => ({
  name: `a rather long file name, number ${index}`,
  content: Buffer.from(`content ${index}`),
}));

describe('an ISO image', () => {
  it.skipIf(!xorriso)('is read back by another program, names, contents and label (needs xorriso)', async () => {
    await using home = await temporaryDirectory();
    const path = join(home.path, 'image');
    const files = [
      ...many,
      { name: 'ünï😀', content: Buffer.alloc(5000, 'x') },
      { name: 'empty', content: Buffer.alloc(0) },
    ];
    await writeFile(path, isoImage({ label: 'cidata', files }));
    const { stderr } = await run('xorriso', [
      '-osirrox',
      'on',
      '-indev',
      path,
      '-extract',
      '/',
      join(home.path, 'out'),
    ]);
    expect(stderr).toContain("Volume id    : 'cidata'");
    for (const { name, content } of files) {
      expect((await readFile(join(home.path, 'out', name))).equals(content)).toBe(true);
    }
  });

  it('shows Windows the same names and contents', () => {
    const files = jolietFiles(isoImage({ label: 'x', files: many }));
    expect(files).toEqual(Object.fromEntries(many.map(({ name, content }) => [name, String(content)])));
  });

  it('is the same for the same files', () => {
    expect(isoImage({ label: 'x', files: many })).toEqual(isoImage({ label: 'x', files: many }));
  });

  it.each(['', '.', '..', 'a/b', 'a\\b', 'a\nb', 'a;1', '\ud800', 'x'.repeat(65)])('has no file called %j', (name) => {
    expect(() => isoImage({ label: 'x', files: [{ name, content: Buffer.alloc(0) }] })).toThrow(IsoError);
  });

  it.each(['', 'with space', 'x'.repeat(17), "a'b"])('has no label %j', (label) => {
    expect(() => isoImage({ label, files: [] })).toThrow(IsoError);
  });

  it('has no two files of one name', () => {
    const file = { name: 'a', content: Buffer.alloc(0) };
    expect(() => isoImage({ label: 'x', files: [file, file] })).toThrow('twice');
  });
});

describe('a NoCloud seed', () => {
  it('holds what cloud-init looks for', () => {
    const seed = { instanceId: 'i-1', localHostname: 'web', userData: '#cloud-config\n', networkData: 'version: 2\n' };
    expect(jolietFiles(noCloudSeed(seed))).toEqual({
      'meta-data': '{"instance-id":"i-1","local-hostname":"web"}\n',
      'user-data': '#cloud-config\n',
      'network-config': 'version: 2\n',
    });
  });

  it('keeps hostile text inside its own value', () => {
    const hostile = 'a"\ninstance-id: other\n#';
    const files = jolietFiles(noCloudSeed({ instanceId: 'i-1', localHostname: hostile, userData: '' }));
    expect(JSON.parse(files['meta-data'] ?? '')).toEqual({ 'instance-id': 'i-1', 'local-hostname': hostile });
  });
});
