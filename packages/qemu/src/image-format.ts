import { ImageRefused } from './image-refused.js';

/** How much of a file's beginning and end decides its format. */
export const HEAD_BYTES = 64 * 1024;
export const TAIL_BYTES = 512;

/** What a file is, as far as its first bytes tell. */
export interface Recognized {
  readonly format: 'qcow2' | 'raw';
  /** Whether a raw image is one of a CD. */
  readonly iso: boolean;
}

interface Mark {
  readonly name: string;
  readonly at: number;
  readonly bytes: Buffer;
}

const mark = (name: string, bytes: string, at = 0): Mark => ({ name, at, bytes: Buffer.from(bytes, 'latin1') });

const FOREIGN: readonly Mark[] = [
  mark('vmdk', 'KDMV'),
  mark('vmdk', 'COWD'),
  mark('vmdk', '# Disk DescriptorFile'),
  mark('vdi', '\x7f\x10\xda\xbe', 0x40),
  mark('vhdx', 'vhdxfile'),
  mark('vhd', 'conectix'),
  mark('qed', 'QED\0'),
  mark('parallels', 'WithoutFreeSpace'),
  mark('parallels', 'WithouFreSpacExt'),
  mark('bochs', 'Bochs Virtual HD Image'),
  mark('cloop', '#!/bin/sh\n#V2.0 Format'),
  mark('ova', 'ustar', 257),
];

/** Formats with their mark in the last sector. */
const FOREIGN_TAIL: readonly Mark[] = [mark('vhd', 'conectix'), mark('dmg', 'koly')];

const COMPRESSED: readonly Mark[] = [
  mark('gzip', '\x1f\x8b'),
  mark('xz', '\xfd7zXZ\0'),
  mark('zstd', '\x28\xb5\x2f\xfd'),
  mark('bzip2', 'BZh'),
  mark('zip', 'PK\x03\x04'),
  mark('7z', '7z\xbc\xaf\x27\x1c'),
  mark('lz4', '\x04\x22\x4d\x18'),
];

const QCOW = Buffer.from('QFI\xfb', 'latin1');
const LUKS = mark('LUKS', 'LUKS\xba\xbe');
const ISO = mark('iso', 'CD001', 32_769);
const GPT = mark('gpt', 'EFI PART', 512);
const SECTOR = 512;

/**
 * The format of a file by its own bytes, never by its name; anything that is not known to be something else is a raw
 * disk. A raw image whose own tables say that it should be longer is refused as truncated.
 *
 * @throws ImageRefused
 */
export function recognize(head: Buffer, tail: Buffer, fileSize: number): Recognized {
  if (fileSize === 0) throw new ImageRefused('empty', 'the file is empty');
  if (head.subarray(0, 4).equals(QCOW)) return { format: 'qcow2', iso: false };
  const foreign = find(head, FOREIGN) ?? find(tail, FOREIGN_TAIL);
  if (foreign) throw new ImageRefused('format', `the file is a ${foreign} image; only qcow2, raw and ISO are accepted`);
  const packed = find(head, COMPRESSED);
  if (packed) throw new ImageRefused('compressed', `the file is compressed with ${packed}; unpack it first`);
  if (has(head, LUKS)) throw new ImageRefused('encrypted', 'the file is an encrypted volume (LUKS)');
  if (/^\s*(<!doctype|<html|<\?xml|\{)/i.test(head.subarray(0, 256).toString('latin1'))) {
    throw new ImageRefused('format', 'the file is a text document, perhaps an error page, and not an image');
  }
  const iso = has(head, ISO);
  const promised = iso ? isoLength(head) : gptLength(head);
  if (promised > fileSize) {
    throw new ImageRefused('truncated', `the image should have ${promised} bytes and the file has ${fileSize}`);
  }
  if (fileSize % SECTOR !== 0) {
    throw new ImageRefused(
      'truncated',
      `a disk has whole sectors of ${SECTOR} bytes, and the file has ${fileSize} bytes`,
    );
  }
  return { format: 'raw', iso };
}

/** What the primary volume descriptor says (ECMA-119, 8.4.8 and 8.4.12). */
function isoLength(head: Buffer): number {
  const descriptor = 16 * 2048;
  if (head.length < descriptor + 2048) return descriptor + 2048;
  return head.readUInt32LE(descriptor + 80) * head.readUInt16LE(descriptor + 128);
}

/** The end of the backup header that the partition table's header names (UEFI Specification 2.10, 5.3.2). */
function gptLength(head: Buffer): number {
  if (!has(head, GPT)) return 0;
  if (head.length < GPT.at + SECTOR) return GPT.at + SECTOR;
  return (Number(head.readBigUInt64LE(GPT.at + 32)) + 1) * SECTOR;
}

function find(bytes: Buffer, marks: readonly Mark[]): string | undefined {
  return marks.find((one) => has(bytes, one))?.name;
}

function has(bytes: Buffer, { at, bytes: expected }: Mark): boolean {
  return bytes.subarray(at, at + expected.length).equals(expected);
}
