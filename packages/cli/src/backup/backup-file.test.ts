import { type Entry, FIRST_REVISION, type Page, toRevision } from '@drover/store';
import { describe, expect, it } from 'vitest';
import { decodeBackup, encodeBackup, type KeptFile } from './backup-file.js';
import { BackupDamaged } from './record.js';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const taken = Date.UTC(2020, 1, 3);
const files: KeptFile[] = [{ name: 'ca.pem', content: bytes('line\nline\n') }];
const page: Page = {
  revision: toRevision(9),
  more: 0,
  entries: [
    { key: '/a', value: bytes('{"a":1}\n'), revision: toRevision(3), created: toRevision(2) },
    { key: '/ü "quoted"\n', value: new Uint8Array(), revision: toRevision(9), created: toRevision(9) },
    { key: '/z', value: new Uint8Array(70_000).fill(10), revision: toRevision(5), created: toRevision(5) },
  ],
};
const whole = Buffer.concat([...encodeBackup({ version: '1.2.3', taken }, files, page)]);

/** Reads a backup that comes in pieces of `size` bytes, to its end. */
async function read(backup: Uint8Array, size = 65_536): Promise<{ head: object; files: object; entries: Entry[] }> {
  async function* pieces() {
    for (let at = 0; at < backup.byteLength; at += size) yield backup.subarray(at, at + size);
  }
  const { entries, ...rest } = await decodeBackup(pieces());
  const found: Entry[] = [];
  for await (const entry of entries) found.push(entry);
  return { ...rest, entries: found };
}

describe('a backup', () => {
  it.each([1_000, 65_536, whole.byteLength])('is read as it was written, in pieces of %i bytes', async (size) => {
    const found = await read(whole, size);
    expect(found.head).toEqual({ version: '1.2.3', taken, revision: 9 });
    expect(found.files).toEqual([{ name: 'ca.pem', content: Buffer.from('line\nline\n') }]);
    expect(found.entries).toEqual(page.entries);
  });

  it('says in its first line what it is', () => {
    expect(JSON.parse(whole.toString().split('\n')[0] as string)).toMatchObject({
      drover: 'backup',
      version: '1.2.3',
      taken: '2020-02-03T00:00:00.000Z',
      revision: 9,
      entries: 3,
    });
  });

  it('of an empty store is one too', async () => {
    const empty = { revision: FIRST_REVISION, entries: [], more: 0 };
    const found = await read(Buffer.concat([...encodeBackup({ version: '1', taken }, [], empty)]));
    expect(found).toMatchObject({ files: [], entries: [] });
  });
});

describe('a backup that is not as it was written', () => {
  const places = Array.from({ length: 60 }, (_, index) => Math.floor((index * (whole.byteLength - 1)) / 59));

  it('is refused wherever it ends too early', async () => {
    for (const end of places) await expect(read(whole.subarray(0, end))).rejects.toThrow(BackupDamaged);
  });

  it('is refused whichever byte of it is another one', async () => {
    for (const place of places) {
      const other = Buffer.from(whole);
      other[place] = (other[place] as number) ^ 1;
      await expect(read(other), `byte ${place}`).rejects.toThrow(BackupDamaged);
    }
  });

  it('is refused when something follows', async () => {
    await expect(read(Buffer.concat([whole, bytes('x')]))).rejects.toThrow('there is more after its end');
  });

  it.each([
    ['any other file', 'not a backup at all'.repeat(10_000), 'not a backup'],
    ['another format', whole.toString('latin1').replace('"format":1', '"format":2'), 'has format 2'],
    ['a file that a server does not have', whole.toString('latin1').replace('ca.pem', '../x.y'), 'a file in it'],
  ])('is refused by name: %s', async (_, text, words) => {
    await expect(read(Buffer.from(text, 'latin1'))).rejects.toThrow(words);
  });
});
