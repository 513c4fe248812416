import { expect } from 'vitest';
import { define, specSchema } from '../cluster/definition.js';
import { container, deployment } from '../cluster/objects.js';
import { suite } from '../suite.js';

suite('null', ({ promises }) => {
  promises('under a key is an empty text, in built-in kinds', async ({ api, core }) => {
    const made = await api.post(core('configmaps'), {
      metadata: { name: 'keys', labels: { tier: null }, annotations: { note: null } },
      data: { a: null, b: 'c' },
      binaryData: { d: null },
    });
    expect(made.at('data')).toEqual({ a: '', b: 'c' });
    expect(made.at('binaryData')).toEqual({ d: '' });
    expect(made.at('metadata.labels')).toEqual({ tier: '' });
    expect(made.at('metadata.annotations')).toEqual({ note: '' });
  });

  promises('in a list is an empty text, and as a quantity nothing of it', async ({ api, group }) => {
    const made = await api.post(
      group('apps/v1', 'deployments'),
      deployment('lists', [container('app', { args: [null, 'b'], resources: { limits: { cpu: null } } })]),
    );
    expect(made.at('spec.template.spec.containers.0.args')).toEqual(['', 'b']);
    expect(made.at('spec.template.spec.containers.0.resources.limits')).toEqual({ cpu: '0' });
  });

  promises('as a field is one that is not there', async ({ api, group }) => {
    const { spec, ...rest } = deployment('fields');
    const made = await api.post(group('apps/v1', 'deployments'), {
      ...rest,
      spec: { ...Object(spec), replicas: null, minReadySeconds: null },
    });
    expect(made.at('spec.replicas')).toBe(1);
    expect(made.at('spec.minReadySeconds')).toBeUndefined();
  });

  promises('under a key of metadata is an empty text in custom kinds as well', async (scene) => {
    const flags = await define(scene, 'flags', specSchema({}));
    const made = await scene.api.post(flags.path(), flags.object('keys', {}, { labels: { tier: null } }));
    expect(made.at('metadata.labels')).toEqual({ tier: '' });
  });
});
