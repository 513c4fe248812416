import { isAbsolute } from 'node:path';
import { DescriptionError, type Layer } from './description.js';
import { text } from './option.js';

/**
 * A chain of layers as QEMU's block options. `backing: null` is said, not left out: without it QEMU would open what the
 * file's header names.
 *
 * @throws DescriptionError
 */
export function layerOptions({ path, format, backing }: Layer, field: string): Readonly<Record<string, unknown>> {
  if (!isAbsolute(path)) throw new DescriptionError(`${field}.path`, 'must be an absolute path');
  if (format !== 'qcow2' && format !== 'raw') {
    throw new DescriptionError(`${field}.format`, `"${String(format)}" is neither qcow2 nor raw`);
  }
  const file = { driver: 'file', filename: text(`${field}.path`, path) };
  if (format === 'raw') {
    if (backing) throw new DescriptionError(`${field}.backing`, 'a raw image has no backing file');
    return { driver: 'raw', file };
  }
  const below = backing && { 'read-only': true, ...layerOptions(backing, `${field}.backing`) };
  return { driver: 'qcow2', file, backing: below ?? null };
}
