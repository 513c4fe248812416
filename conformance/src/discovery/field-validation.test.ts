import { expect } from 'vitest';
import { define, specSchema } from '../cluster/definition.js';
import { configMap, deployment } from '../cluster/objects.js';
import { suite } from '../suite.js';

const misspelt = (name: string) => ({
  ...deployment(name),
  spec: { ...(deployment(name)['spec'] as object), replica: 3 },
});

suite('field validation', ({ promises }) => {
  promises('Strict refuses a field that the kind does not have', async ({ api, group }) => {
    const answer = await api.post(group('apps/v1', 'deployments'), misspelt('strict'), {
      query: { fieldValidation: 'Strict' },
    });
    expect(answer.outcome).toBe('400 BadRequest');
    expect(answer.textAt('message')).toContain('strict decoding error: unknown field "spec.replica"');
  });

  promises('Warn accepts it, drops it, and says so', async ({ api, group }) => {
    const answer = await api.post(group('apps/v1', 'deployments'), misspelt('warn'), {
      query: { fieldValidation: 'Warn' },
    });
    expect(answer.status).toBe(201);
    expect(answer.at('spec.replica')).toBeUndefined();
    expect(answer.warnings).toEqual(['unknown field "spec.replica"']);
  });

  promises('Warn is what happens to whoever says nothing', async ({ api, group }) => {
    const answer = await api.post(group('apps/v1', 'deployments'), misspelt('silent'));
    expect(answer.warnings).toEqual(['unknown field "spec.replica"']);
  });

  promises('Ignore drops it without a word', async ({ api, group }) => {
    const answer = await api.post(group('apps/v1', 'deployments'), misspelt('ignore'), {
      query: { fieldValidation: 'Ignore' },
    });
    expect(answer.status).toBe(201);
    expect(answer.warnings).toEqual([]);
  });

  promises('a field that is given twice is refused by Strict and named by Warn', async ({ api, core }) => {
    const twice = '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"twice"},"data":{"a":"1","a":"2"}}';
    const strict = await api.post(core('configmaps'), twice, { query: { fieldValidation: 'Strict' } });
    expect(strict.textAt('message')).toContain('strict decoding error: duplicate field "data.a"');
    const warned = await api.post(core('configmaps'), twice, { query: { fieldValidation: 'Warn' } });
    expect(warned.warnings).toEqual(['duplicate field "data.a"']);
    expect(warned.at('data.a')).toBe('2');
  });

  promises('patches are validated as what they make of the object', async ({ api, group }) => {
    await api.post(group('apps/v1', 'deployments'), deployment('patched'));
    const path = group('apps/v1', 'deployments', 'patched');
    const query = { fieldValidation: 'Strict' };
    for (const type of ['merge', 'strategic'] as const) {
      const answer = await api.patch(type, path, { spec: { replica: 2 } }, query);
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(answer.textAt('message')).toContain('unknown field "spec.replica"');
    }
  });

  promises('apply refuses a field without a schema in any case', async ({ api, group }) => {
    const answer = await api.apply(group('apps/v1', 'deployments', 'applied'), 'tester', misspelt('applied'), {
      fieldValidation: 'Ignore',
    });
    expect(answer.status).toBe(500);
    expect(answer.textAt('message')).toContain('.spec.replica: field not declared in schema');
  });

  promises('custom kinds are held to their schema in the same way', async (scene) => {
    const { api } = scene;
    const kettles = await define(scene, 'kettles', specSchema({ litres: { type: 'integer' } }));
    const kettle = (name: string) => kettles.object(name, { spec: { litres: 1, liters: 2 } });
    const strict = await api.post(kettles.path(), kettle('strict'), { query: { fieldValidation: 'Strict' } });
    expect(strict.textAt('message')).toContain('strict decoding error: unknown field "spec.liters"');
    const warned = await api.post(kettles.path(), kettle('warned'));
    expect(warned.warnings).toEqual(['unknown field "spec.liters"']);
    expect(warned.at('spec')).toEqual({ litres: 1 });
  });

  promises('another word than the three is refused', async ({ api, core }) => {
    const answer = await api.post(core('configmaps'), configMap('loud'), { query: { fieldValidation: 'Loud' } });
    expect(answer.status).toBe(422);
    expect(answer.textAt('message')).toContain('fieldValidation');
  });
});
