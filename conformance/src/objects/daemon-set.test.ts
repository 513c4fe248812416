import type { JsonObject } from '@drover/api';
import { expect } from 'vitest';
import { container } from '../cluster/objects.js';
import { type Scene, suite } from '../suite.js';

const GENERATION = 'deprecated.daemonset.template.generation';
const daemonSet = (name: string): JsonObject => ({
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  metadata: { name },
  spec: {
    selector: { matchLabels: { app: 'web' } },
    template: { metadata: { labels: { app: 'web' } }, spec: { containers: [container('app')] } },
  },
});

suite('a daemon set', ({ promises }) => {
  const sets = ({ group }: Scene, ...rest: string[]) => group('apps/v1', 'daemonsets', ...rest);

  promises('counts its templates in an annotation that nobody else writes', async (scene) => {
    const { api } = scene;
    const count = async () => {
      const { body } = await api.get(sets(scene, 'counts'));
      return (body as { metadata: { annotations: Record<string, string> } }).metadata.annotations[GENERATION];
    };
    await api.post(sets(scene), daemonSet('counts'));
    expect(await count()).toBe('1');
    await api.patch('merge', sets(scene, 'counts'), { metadata: { annotations: { [GENERATION]: '7' } } });
    await api.patch('merge', sets(scene, 'counts'), { spec: { minReadySeconds: 1 } });
    expect(await count()).toBe('1');
    await api.patch('merge', sets(scene, 'counts'), { spec: { template: { metadata: { labels: { more: 'yes' } } } } });
    expect(await count()).toBe('2');
  });
});
