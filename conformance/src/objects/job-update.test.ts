import type { Json, JsonObject } from '@drover/api';
import { expect } from 'vitest';
import { container } from '../cluster/objects.js';
import { type Scene, suite } from '../suite.js';

const job = (name: string, spec: JsonObject = {}): JsonObject => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name },
  spec: {
    suspend: true,
    template: {
      metadata: { labels: { a: 'b' } },
      spec: { restartPolicy: 'Never', containers: [container('app')] },
    },
    ...spec,
  },
});

suite('a job', ({ promises }) => {
  const jobs = ({ group }: Scene, ...rest: string[]) => group('batch/v1', 'jobs', ...rest);
  const changed = async (scene: Scene, name: string, spec: Json) =>
    scene.api.patch('merge', jobs(scene, name), { spec });

  promises('selects its pods by what it was made with', async (scene) => {
    await scene.api.post(jobs(scene), job('selects'));
    const put = await scene.api.put(jobs(scene, 'selects'), job('selects'));
    expect(put.status).toBe(422);
    expect(put.text).toContain('spec.selector: Required value');
    for (const selector of [null, { matchLabels: { x: 'y' } }]) {
      const { status, text } = await changed(scene, 'selects', { selector });
      expect(status).toBe(422);
      expect(text).toMatch(/spec\.selector/);
    }
  });

  promises('that runs keeps the template of its pods', async (scene) => {
    await scene.api.post(jobs(scene), job('runs', { suspend: false }));
    const image = { template: { spec: { containers: [{ ...container('app'), image: 'example.com/other' }] } } };
    const { status, text } = await changed(scene, 'runs', image);
    expect(status).toBe(422);
    expect(text).toMatch(/spec\.template: Invalid value: .*field is immutable/);
  });

  promises('that is suspended and never ran may be told where its pods are to run', async (scene) => {
    await scene.api.post(jobs(scene), job('suspended'));
    const placed = await changed(scene, 'suspended', { template: { spec: { nodeSelector: { disk: 'fast' } } } });
    expect(placed.status, placed.text).toBe(200);
    const other = { template: { spec: { containers: [{ ...container('app'), image: 'example.com/other' }] } } };
    expect((await changed(scene, 'suspended', other)).status).toBe(422);
    expect((await changed(scene, 'suspended', { suspend: false })).status).toBe(200);
  });

  promises('keeps how many pods are to succeed, unless it is indexed and grows with its parallelism', async (scene) => {
    await scene.api.post(jobs(scene), job('counts', { completions: 2 }));
    expect((await changed(scene, 'counts', { completions: 3 })).text).toMatch(/spec\.completions: .*immutable/);
    await scene.api.post(jobs(scene), job('grows', { completions: 2, parallelism: 2, completionMode: 'Indexed' }));
    expect((await changed(scene, 'grows', { completions: 3, parallelism: 3 })).status).toBe(200);
    expect((await changed(scene, 'grows', { completions: 4 })).status).toBe(422);
    expect((await changed(scene, 'grows', { completionMode: 'NonIndexed' })).text).toMatch(/spec\.completionMode/);
  });

  promises('may change how many run at once, and how often they may fail', async (scene) => {
    await scene.api.post(jobs(scene), job('bends'));
    const { status, text } = await changed(scene, 'bends', {
      parallelism: 5,
      backoffLimit: 1,
      activeDeadlineSeconds: 60,
    });
    expect(status, text).toBe(200);
  });
});
