import { ImageRefused } from './image-refused.js';

/** What a qcow2 header says about an image that passed. */
export interface Qcow2Header {
  readonly version: 2 | 3;
  readonly virtualSize: number;
  readonly clusterSize: number;
}

const V2_LENGTH = 72;
const V3_LENGTH = 104;

/** Bits of `incompatible_features` (https://www.qemu.org/docs/master/interop/qcow2.html). */
const DIRTY = 1n << 0n;
const CORRUPT = 1n << 1n;
const EXTERNAL_DATA = 1n << 2n;
const COMPRESSION_TYPE = 1n << 3n;
const EXTENDED_L2 = 1n << 4n;
const KNOWN = DIRTY | CORRUPT | EXTERNAL_DATA | COMPRESSION_TYPE | EXTENDED_L2;

const EXTERNAL_DATA_NAME = 0x44415441;
const LAST_EXTENSION = 0;

/** QEMU's own bound of the level 1 table (QCOW_MAX_L1_SIZE in block/qcow2.h). */
const MAX_L1_BYTES = 32 * 1024 * 1024;

/**
 * Reads a qcow2 header before any other program does, and refuses what makes QEMU open other files (a backing file, an
 * external data file), what is damaged, and what promises more than `maxVirtualBytes`.
 *
 * @throws ImageRefused
 */
export function readQcow2Header(head: Buffer, fileSize: number, maxVirtualBytes: number): Qcow2Header {
  if (head.length < V2_LENGTH) throw new ImageRefused('truncated', 'the file ends within the qcow2 header');
  const version = head.readUInt32BE(4);
  if (version !== 2 && version !== 3) {
    throw new ImageRefused('format', `the file is a qcow image of version ${version}; 2 and 3 are accepted`);
  }
  refuseOtherFiles(head, version);
  if (head.readUInt32BE(32) !== 0) throw new ImageRefused('encrypted', 'the qcow2 image is encrypted');
  const clusterBits = head.readUInt32BE(20);
  if (clusterBits < 9 || clusterBits > 21) damaged(`cluster size 2^${clusterBits}`);
  const clusterSize = 2 ** clusterBits;
  const virtualSize = Number(head.readBigUInt64BE(24));
  if (virtualSize === 0) throw new ImageRefused('empty', 'the qcow2 image has no size');
  if (virtualSize > maxVirtualBytes) {
    throw new ImageRefused(
      'too-large',
      `the image is ${virtualSize} bytes large; at most ${maxVirtualBytes} are accepted`,
    );
  }
  checkTables(head, { version, virtualSize, clusterSize }, fileSize);
  return { version, virtualSize, clusterSize };
}

function refuseOtherFiles(head: Buffer, version: 2 | 3): void {
  if (head.readBigUInt64BE(8) !== 0n || head.readUInt32BE(16) !== 0) {
    throw new ImageRefused('backing-file', 'the qcow2 image needs a backing file; merge it into one image first');
  }
  if (version === 2) return;
  if (head.length < V3_LENGTH) throw new ImageRefused('truncated', 'the file ends within the qcow2 header');
  const features = head.readBigUInt64BE(72);
  if ((features & EXTERNAL_DATA) !== 0n || extensions(head).includes(EXTERNAL_DATA_NAME)) {
    throw new ImageRefused(
      'data-file',
      'the qcow2 image keeps its data in another file; merge it into one image first',
    );
  }
  if ((features & CORRUPT) !== 0n) throw new ImageRefused('corrupt', 'the qcow2 image is marked as corrupt');
  if ((features & DIRTY) !== 0n) throw new ImageRefused('corrupt', 'the qcow2 image was not closed in order');
  if ((features & ~KNOWN) !== 0n) damaged(`unknown features 0x${(features & ~KNOWN).toString(16)}`);
}

/** The types of the header's extensions, as far as the header's cluster holds them. */
function extensions(head: Buffer): readonly number[] {
  const types: number[] = [];
  const length = head.readUInt32BE(100);
  if (length < V3_LENGTH || length % 8 !== 0) damaged(`header length ${length}`);
  let at = length;
  while (at + 8 <= head.length) {
    const type = head.readUInt32BE(at);
    if (type === LAST_EXTENSION) break;
    types.push(type);
    at += 8 + Math.ceil(head.readUInt32BE(at + 4) / 8) * 8;
  }
  return types;
}

function checkTables(head: Buffer, { virtualSize, clusterSize }: Qcow2Header, fileSize: number): void {
  const l1Entries = head.readUInt32BE(36);
  const l1Offset = Number(head.readBigUInt64BE(40));
  const refcountOffset = Number(head.readBigUInt64BE(48));
  const refcountClusters = head.readUInt32BE(56);
  const perL1Entry = clusterSize * (clusterSize / (extendedL2(head) ? 16 : 8));
  if (l1Entries * 8 > MAX_L1_BYTES) damaged(`a level 1 table of ${l1Entries} entries`);
  if (l1Entries * perL1Entry < virtualSize) damaged('the level 1 table does not cover the size');
  if (refcountClusters === 0) damaged('no reference counts');
  for (const [offset, length] of [
    [l1Offset, l1Entries * 8],
    [refcountOffset, refcountClusters * clusterSize],
  ] as const) {
    if (offset % clusterSize !== 0) damaged('a table that is not aligned');
    if (offset + length > fileSize) {
      throw new ImageRefused('truncated', 'the file ends before the tables of the qcow2 image do');
    }
  }
}

/** With subclusters an entry of a level 2 table takes 16 bytes instead of 8. */
function extendedL2(head: Buffer): boolean {
  return head.readUInt32BE(4) === 3 && (head.readBigUInt64BE(72) & EXTENDED_L2) !== 0n;
}

function damaged(what: string): never {
  throw new ImageRefused('corrupt', `the qcow2 header is damaged: ${what}`);
}
