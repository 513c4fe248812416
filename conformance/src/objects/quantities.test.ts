import type { Json, JsonObject } from '@drover/api';
import { expect } from 'vitest';
import { container } from '../cluster/objects.js';
import { type Scene, suite } from '../suite.js';

const capacities = ({ group }: Scene): string => group('storage.k8s.io/v1', 'csistoragecapacities');
const capacity = (amount: Json): JsonObject => ({
  metadata: { name: 'disks' },
  storageClassName: 'fast',
  capacity: amount,
});

suite('quantities', ({ promises }) => {
  promises('are answered in canonical form', async (scene) => {
    const ANSWERS: readonly (readonly [sent: string | number, answered: string])[] = [
      ['1000m', '1'],
      [0.5, '500m'],
      [1000, '1k'],
      ['1024Mi', '1Gi'],
      ['1.5Gi', '1536Mi'],
      ['0.1Ki', '102400m'],
      ['1e4', '10e3'],
      ['0.1n', '1n'],
      ['10Ei', '9223372036854775807'],
      ['1.500', '1.500'],
    ];
    for (const [sent, answered] of ANSWERS) {
      const made = await scene.api.post(capacities(scene), capacity(sent), { query: { dryRun: 'All' } });
      expect(made.textAt('capacity'), String(sent)).toBe(answered);
    }
  });

  promises('are so in templates, and in what a patch changes', async ({ api, core }) => {
    const resources = { limits: { cpu: '1000m', memory: 1073741824 }, requests: { cpu: 0.5 } };
    await api.post(core('podtemplates'), {
      metadata: { name: 'sized' },
      template: { spec: { containers: [container('app', { resources })] } },
    });
    const kept = await api.get(core('podtemplates', 'sized'));
    expect(kept.at('template.spec.containers.0.resources')).toEqual({
      limits: { cpu: '1', memory: '1073741824' },
      requests: { cpu: '500m' },
    });
    await api.post(core('resourcequotas'), { metadata: { name: 'sized' }, spec: { hard: { cpu: 1 } } });
    const patched = await api.patch('merge', core('resourcequotas', 'sized'), {
      spec: { hard: { cpu: 1.5, memory: '1024Mi' } },
    });
    expect(patched.at('spec.hard')).toEqual({ cpu: '1500m', memory: '1Gi' });
  });

  promises('are refused in the words of their reader', async (scene) => {
    const refused = async (amount: Json) =>
      (await scene.api.post(capacities(scene), capacity(amount))).textAt('message');
    const says = 'CSIStorageCapacity in version "v1" cannot be handled as a CSIStorageCapacity:';
    expect(await refused('1K')).toBe(`${says} unable to parse quantity's suffix`);
    expect(await refused(true)).toBe(
      `${says} quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'`,
    );
  });
});
