/** A file of an ISO image. */
export interface IsoFile {
  /** Without slashes: the image is flat. At most 64 characters. */
  readonly name: string;
  readonly content: Uint8Array;
}

/** Thrown for a label or a name that the format cannot hold. */
export class IsoError extends Error {
  override readonly name = 'IsoError';
}

const SECTOR = 2048;

/** Joliet names have at most 64 UCS-2 characters (Joliet Specification 1.0). */
const MAX_NAME = 64;

/** Sixteen sectors that belong to boot code come before the first descriptor (ECMA-119, 6.2.1). */
const SYSTEM_SECTORS = 16;

/** Where things lie: descriptors, path tables, directories, then the files. */
const PRIMARY = SYSTEM_SECTORS;
const SUPPLEMENTARY = PRIMARY + 1;
const TERMINATOR = SUPPLEMENTARY + 1;
const PATH_TABLES = { primaryLittle: 19, primaryBig: 20, jolietLittle: 21, jolietBig: 22 } as const;
const FIRST_DIRECTORY = 23;

/** A root directory alone makes a path table of one record with a one-byte name. */
const PATH_TABLE_BYTES = 10;

interface Placed extends IsoFile {
  readonly sector: number;
}

/**
 * An ISO 9660 image with `files` in its root, by their own names for Linux (Rock Ridge) and Windows (Joliet). Equal input
 * gives equal bytes: nothing of the time of writing is in it. `label` is what the volume is found by, at most 16
 * characters for Joliet's sake.
 *
 * @throws IsoError
 */
export function isoImage({ label, files }: { readonly label: string; readonly files: readonly IsoFile[] }): Uint8Array {
  check(label, files);
  const shortNames = files.map((_file, index) => `FILE${String(index).padStart(4, '0')}.;1`);
  const rockSize = sectorsOf(directorySize(files, (file, index) => rockRidgeEntry(file.name, shortNames[index] ?? '')));
  const jolietSize = sectorsOf(directorySize(files, (file) => jolietEntry(file.name)));
  const jolietAt = FIRST_DIRECTORY + rockSize;
  let next = jolietAt + jolietSize;
  const placed: Placed[] = files.map((file) => {
    const sector = next;
    next += sectorsOf(file.content.length);
    return { ...file, sector };
  });
  const image = Buffer.alloc(next * SECTOR);
  const write = (sector: number, bytes: Uint8Array): void => image.set(bytes, sector * SECTOR);
  write(PRIMARY, descriptor('primary', label, next, FIRST_DIRECTORY, rockSize));
  write(SUPPLEMENTARY, descriptor('joliet', label, next, jolietAt, jolietSize));
  write(TERMINATOR, Buffer.from([255, ...Buffer.from('CD001'), 1]));
  write(PATH_TABLES.primaryLittle, pathTable(FIRST_DIRECTORY, 'little'));
  write(PATH_TABLES.primaryBig, pathTable(FIRST_DIRECTORY, 'big'));
  write(PATH_TABLES.jolietLittle, pathTable(jolietAt, 'little'));
  write(PATH_TABLES.jolietBig, pathTable(jolietAt, 'big'));
  const byShortName = placed.map((file, index) => ({
    file,
    entry: rockRidgeEntry(file.name, shortNames[index] ?? ''),
  }));
  const byName = placed.map((file) => ({ file, entry: jolietEntry(file.name) }));
  byName.sort((a, b) => Buffer.compare(a.entry.identifier, b.entry.identifier));
  write(FIRST_DIRECTORY, directory(FIRST_DIRECTORY, rockSize, byShortName, ROCK_RIDGE_ROOT));
  write(jolietAt, directory(jolietAt, jolietSize, byName, { self: NOTHING, parent: NOTHING }));
  for (const { sector, content } of placed) write(sector, content);
  return image;
}

function check(label: string, files: readonly IsoFile[]): void {
  if (!/^[A-Za-z0-9_-]{1,16}$/.test(label)) {
    throw new IsoError(`"${label}" is not a label of 1 to 16 letters, digits, "_" and "-"`);
  }
  const seen = new Set<string>();
  for (const { name } of files) {
    if (!/^[^/\\:;*?\p{Cc}\p{Surrogate}]+$/u.test(name) || name === '.' || name === '..' || name.length > MAX_NAME) {
      throw new IsoError(`${JSON.stringify(name)} is not a file name of 1 to ${MAX_NAME} characters`);
    }
    if (seen.has(name)) throw new IsoError(`${JSON.stringify(name)} is there twice`);
    seen.add(name);
  }
  if (files.length > 1000) throw new IsoError('at most 1000 files fit in the root directory');
}

/** The name of a directory record, and what stands in its system use field. */
interface Entry {
  readonly identifier: Buffer;
  readonly systemUse: Buffer;
}

const NOTHING = Buffer.alloc(0);

function jolietEntry(name: string): Entry {
  return { identifier: Buffer.from(name, 'utf16le').swap16(), systemUse: NOTHING };
}

/** PX: mode, links, owner (RRIP 1.12, 4.1.1). NM: the name (4.1.4). */
function rockRidgeEntry(name: string, shortName: string): Entry {
  const text = Buffer.from(name, 'utf8');
  const nm = Buffer.concat([Buffer.from('NM'), Buffer.from([5 + text.length, 1, 0]), text]);
  return { identifier: Buffer.from(shortName), systemUse: Buffer.concat([posix(0o100444, 1), nm]) };
}

/** SP says that system use fields are in use (SUSP 1.12, 5.3); ER names the extension (5.5). */
const ROCK_RIDGE_ROOT = {
  self: Buffer.concat([
    Buffer.from('SP'),
    Buffer.from([7, 1, 0xbe, 0xef, 0]),
    posix(0o040555, 2),
    extensionReference(),
  ]),
  parent: posix(0o040555, 2),
};

function posix(mode: number, links: number): Buffer {
  const fields = [mode, links, 0, 0].map(both32);
  return Buffer.concat([Buffer.from('PX'), Buffer.from([36, 1]), ...fields]);
}

function extensionReference(): Buffer {
  const id = Buffer.from('RRIP_1991A');
  const about = Buffer.from('THE ROCK RIDGE INTERCHANGE PROTOCOL PROVIDES SUPPORT FOR POSIX FILE SYSTEM SEMANTICS');
  const head = Buffer.from([8 + id.length + about.length, 1, id.length, about.length, 0, 1]);
  return Buffer.concat([Buffer.from('ER'), head, id, about]);
}

/** A directory record (ECMA-119, 9.1). */
function record(sector: number, size: number, isDirectory: boolean, { identifier, systemUse }: Entry): Buffer {
  const named = 33 + identifier.length + (identifier.length % 2 === 0 ? 1 : 0);
  const length = named + systemUse.length + (systemUse.length % 2);
  if (length > 255) throw new IsoError('a file name takes more bytes than a directory record holds');
  const bytes = Buffer.alloc(length);
  bytes[0] = length;
  both32(sector).copy(bytes, 2);
  both32(size).copy(bytes, 10);
  EPOCH.copy(bytes, 18);
  bytes[25] = isDirectory ? 2 : 0;
  both16(1).copy(bytes, 28);
  bytes[32] = identifier.length;
  identifier.copy(bytes, 33);
  systemUse.copy(bytes, named);
  return bytes;
}

/** 1 January 1980, 0:00 UTC: a moment every reader can show. */
const EPOCH = Buffer.from([80, 1, 1, 0, 0, 0, 0]);

/** Records do not cross sectors (ECMA-119, 6.8.1.1). */
function layOut(records: readonly Buffer[]): { readonly offsets: readonly number[]; readonly size: number } {
  let at = 0;
  const offsets = records.map(({ length }) => {
    if ((at % SECTOR) + length > SECTOR) at = sectorsOf(at) * SECTOR;
    const offset = at;
    at += length;
    return offset;
  });
  return { offsets, size: at };
}

function directorySize(files: readonly IsoFile[], entryOf: (file: IsoFile, index: number) => Entry): number {
  const roots = [rootRecord(0, 0, 0, ROCK_RIDGE_ROOT.self), rootRecord(0, 0, 1, ROCK_RIDGE_ROOT.parent)];
  return layOut([...roots, ...files.map((file, index) => record(0, 0, false, entryOf(file, index)))]).size;
}

function rootRecord(sector: number, sectors: number, name: 0 | 1, systemUse: Buffer): Buffer {
  return record(sector, sectors * SECTOR, true, { identifier: Buffer.from([name]), systemUse });
}

function directory(
  sector: number,
  sectors: number,
  entries: readonly { readonly file: Placed; readonly entry: Entry }[],
  root: { readonly self: Buffer; readonly parent: Buffer },
): Buffer {
  const records = [
    rootRecord(sector, sectors, 0, root.self),
    rootRecord(sector, sectors, 1, root.parent),
    ...entries.map(({ file, entry }) => record(file.sector, file.content.length, false, entry)),
  ];
  const { offsets } = layOut(records);
  const bytes = Buffer.alloc(sectors * SECTOR);
  for (const [index, one] of records.entries()) one.copy(bytes, offsets[index]);
  return bytes;
}

/** A path table with the root alone (ECMA-119, 9.4). */
function pathTable(rootSector: number, order: 'little' | 'big'): Buffer {
  const bytes = Buffer.alloc(PATH_TABLE_BYTES);
  bytes[0] = 1;
  if (order === 'little') bytes.writeUInt32LE(rootSector, 2);
  else bytes.writeUInt32BE(rootSector, 2);
  if (order === 'little') bytes.writeUInt16LE(1, 6);
  else bytes.writeUInt16BE(1, 6);
  return bytes;
}

/** A volume descriptor (ECMA-119, 8.4; Joliet's escape sequence for UCS-2 level 3 in 8.5.6). */
function descriptor(kind: 'primary' | 'joliet', label: string, sectors: number, root: number, size: number): Buffer {
  const joliet = kind === 'joliet';
  const bytes = Buffer.alloc(SECTOR);
  const text = (value: string, at: number, length: number): void => {
    const padded = joliet ? value.padEnd(length / 2) : value.padEnd(length);
    if (joliet) Buffer.from(padded, 'utf16le').swap16().copy(bytes, at, 0, length);
    else bytes.write(padded, at, length, 'ascii');
  };
  bytes[0] = joliet ? 2 : 1;
  bytes.write('CD001', 1, 'ascii');
  bytes[6] = 1;
  text('', 8, 32);
  text(label, 40, 32);
  both32(sectors).copy(bytes, 80);
  if (joliet) bytes.write('%/E', 88, 'ascii');
  both16(1).copy(bytes, 120);
  both16(1).copy(bytes, 124);
  both16(SECTOR).copy(bytes, 128);
  both32(PATH_TABLE_BYTES).copy(bytes, 132);
  bytes.writeUInt32LE(joliet ? PATH_TABLES.jolietLittle : PATH_TABLES.primaryLittle, 140);
  bytes.writeUInt32BE(joliet ? PATH_TABLES.jolietBig : PATH_TABLES.primaryBig, 148);
  rootRecord(root, size, 0, NOTHING).copy(bytes, 156);
  for (const [at, length] of [
    [190, 128],
    [318, 128],
    [446, 128],
    [574, 128],
  ] as const)
    text('', at, length);
  for (const [at, length] of [
    [702, 37],
    [739, 37],
    [776, 37],
  ] as const)
    bytes.fill(joliet ? 0 : 0x20, at, at + length);
  for (const at of [813, 830, 847, 864]) bytes.write('0000000000000000', at, 'ascii');
  bytes[881] = 1;
  return bytes;
}

function sectorsOf(bytes: number): number {
  return Math.ceil(bytes / SECTOR);
}

/** A number in both byte orders (ECMA-119, 7.3.3). */
function both32(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt32LE(value, 0);
  bytes.writeUInt32BE(value, 4);
  return bytes;
}

/** A number in both byte orders (ECMA-119, 7.2.3). */
function both16(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt16LE(value, 0);
  bytes.writeUInt16BE(value, 2);
  return bytes;
}
