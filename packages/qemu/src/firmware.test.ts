import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { uefiFirmware } from './firmware.js';
import { temporaryDirectory } from './testing/fixture.js';

const descriptor = (name: string, features: string[], architecture = 'x86_64'): string =>
  JSON.stringify({
    'interface-types': ['uefi'],
    mapping: {
      device: 'flash',
      executable: { filename: `/fw/${name}-code`, format: 'raw' },
      'nvram-template': { filename: `/fw/${name}-vars`, format: 'raw' },
    },
    targets: [{ architecture, machines: ['pc-q35-*'] }],
    features,
  });

describe('UEFI on a host', () => {
  it('is what the packages describe, the first of each kind', async () => {
    await using home = await temporaryDirectory();
    const files = {
      '10-arm.json': descriptor('arm', [], 'aarch64'),
      '20-broken.json': '{',
      '40-enrolled.json': descriptor('enrolled', ['secure-boot', 'requires-smm', 'enrolled-keys']),
      '50-secure.json': descriptor('secure', ['secure-boot', 'requires-smm']),
      '60-plain.json': descriptor('plain', ['acpi-s3']),
      '70-other.json': descriptor('other', []),
    };
    for (const [name, content] of Object.entries(files)) await writeFile(join(home.path, name), content);
    expect(await uefiFirmware(home.path)).toEqual({
      uefi: { code: '/fw/plain-code', varsTemplate: '/fw/plain-vars' },
      secureBoot: { code: '/fw/enrolled-code', varsTemplate: '/fw/enrolled-vars' },
    });
  });

  it('is nothing where none is installed', async () => {
    expect(await uefiFirmware('/nowhere')).toEqual({});
  });
});
