import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { objects, parseJson, Reader } from './json.js';

/** UEFI on this host: the code, which machines share, and the template of the variables, which each copies. */
export interface UefiFirmware {
  readonly code: string;
  readonly varsTemplate: string;
}

/** Where packages say which firmware they bring (QEMU's docs/interop/firmware.json). */
const DIRECTORY = '/usr/share/qemu/firmware';

/** The best firmware of each kind for x86-64, in the order in which the descriptors' names rank them. */
export async function uefiFirmware(
  directory = DIRECTORY,
): Promise<{ readonly uefi?: UefiFirmware; readonly secureBoot?: UefiFirmware }> {
  const names = (await readdir(directory).catch(() => [])).filter((name) => name.endsWith('.json')).sort();
  const all = await Promise.all(names.map((name) => readDescriptor(join(directory, name))));
  const usable = all.filter((one) => one !== undefined);
  const uefi = usable.find(({ features }) => !features.includes('requires-smm'));
  const secureBoot = usable.find(({ features }) => features.includes('enrolled-keys'));
  return { ...(uefi ? { uefi: uefi.files } : {}), ...(secureBoot ? { secureBoot: secureBoot.files } : {}) };
}

/** A descriptor of another kind, or one that cannot be read, is nothing to us. */
async function readDescriptor(
  path: string,
): Promise<{ readonly files: UefiFirmware; readonly features: readonly string[] } | undefined> {
  try {
    const reader = new Reader(parseJson(await readFile(path, 'utf8'), path), path);
    const targets = objects(reader.raw('targets'), 'targets', 64);
    const fits = targets.some(
      (target) =>
        target.text('architecture') === 'x86_64' && target.texts('machines').some((type) => type.startsWith('pc-q35')),
    );
    const mapping = reader.object('mapping');
    if (!fits || !reader.texts('interface-types').includes('uefi') || mapping.text('device') !== 'flash') {
      return undefined;
    }
    const executable = mapping.object('executable');
    const template = mapping.object('nvram-template');
    if (executable.text('format') !== 'raw' || template.text('format') !== 'raw') return undefined;
    return {
      files: { code: executable.text('filename'), varsTemplate: template.text('filename') },
      features: reader.texts('features'),
    };
  } catch {
    return undefined;
  }
}
