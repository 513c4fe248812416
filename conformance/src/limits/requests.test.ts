import { expect } from 'vitest';
import { configMap, pod } from '../cluster/objects.js';
import { suite } from '../suite.js';

suite('limits of requests', ({ promises, ours }) => {
  promises('a body of more than 3 MiB is refused', async ({ api, core }) => {
    const made = await api.post(core('configmaps'), configMap('huge', { x: 'x'.repeat(3 * 1024 * 1024 + 1) }));
    expect(made.outcome).toBe('413 RequestEntityTooLarge');
  });

  promises('a ConfigMap holds a mebibyte', async ({ api, core }) => {
    expect((await api.post(core('configmaps'), configMap('full', { x: 'x'.repeat(1024 * 1024) }))).status).toBe(201);
    const more = await api.post(core('configmaps'), configMap('over', { x: 'x'.repeat(1024 * 1024 + 1) }));
    expect(more.outcome).toBe('422 Invalid');
  });

  promises('large bodies are read after large answers, on the same connection', async ({ api, core }) => {
    const large = configMap(
      'large',
      Object.fromEntries(Array.from({ length: 300 }, (_none, at) => [`key-${at}`, 'x'.repeat(1024)])),
    );
    const outcomes = new Set<string>();
    for (let time = 0; time < 100; time++)
      outcomes.add((await api.post(core('configmaps'), large, { query: { dryRun: 'All' } })).outcome);
    expect([...outcomes]).toEqual(['201']);
  });

  promises('JSON that is nested ten thousand deep is refused, and the server lives on', async ({ api, core }) => {
    const deep = `{"metadata":{"name":"deep"},"data":${'{"a":'.repeat(10_001)}1${'}'.repeat(10_001)}}`;
    expect((await api.post(core('configmaps'), deep)).status).toBe(400);
    expect((await api.get('/readyz')).status).toBe(200);
  });

  promises('a YAML bomb is refused', async ({ api, core }) => {
    const bomb = [
      'a: &a [x,x,x,x,x,x,x,x,x]',
      ...['b', 'c', 'd', 'e', 'f', 'g', 'h', 'i'].map((name, index) => {
        const before = 'abcdefgh'.charAt(index);
        return `${name}: &${name} [${Array.from({ length: 9 }, () => `*${before}`).join(',')}]`;
      }),
    ].join('\n');
    expect((await api.post(core('configmaps'), bomb, { type: 'application/yaml' })).status).toBe(400);
  });

  promises('a JSON patch has at most ten thousand operations', async ({ api, core }) => {
    await api.post(core('configmaps'), configMap('patched', { a: '1' }));
    const operations = Array.from({ length: 10_001 }, () => ({ op: 'test', path: '/data/a', value: '1' }));
    const answer = await api.patch('json', core('configmaps', 'patched'), operations);
    expect(answer.outcome).toBe('413 RequestEntityTooLarge');
  });

  promises('ports to forward are numbers of ports', async ({ api, core }) => {
    await api.post(core('pods'), pod('forwarded'));
    const refused = async (ports: string): Promise<readonly string[]> => {
      const answer = await api.get(core('pods', 'forwarded', 'portforward'), { ports });
      return [answer.outcome, answer.textAt('message')];
    };
    const why = (ports: string, fault: string): string[] => [
      '400 BadRequest',
      `cannot convert to []int32: strconv.ParseUint: parsing "${ports}": ${fault}`,
    ];
    expect(await refused('abc')).toEqual(why('abc', 'invalid syntax'));
    expect(await refused('-1')).toEqual(why('-1', 'invalid syntax'));
    expect(await refused('70000')).toEqual(why('70000', 'value out of range'));
  });

  ours('of many faults the first hundred are told', 'tells all of them, or runs out of time', async (scene) => {
    const { api, core } = scene;
    const labels = Object.fromEntries(Array.from({ length: 40_000 }, (_none, index) => [`bad key ${index}`, 'x y']));
    const refused = await api.post(core('configmaps'), configMap('faulty', {}, { labels }));
    expect(refused.outcome).toBe('422 Invalid');
    expect(refused.causes).toHaveLength(100);
    expect(refused.textAt('message')).toMatch(/, and \d+ more\]$/);
    expect(refused.bytes.length).toBeLessThan(128 * 1024);
  });

  promises('every answer carries the id that the audit log has', async ({ api, core }) => {
    const id = 'a3f2c7d0-5e1b-4a9e-9a51-9b0b1b6f3c11';
    expect((await api.get(core('configmaps'))).headers['audit-id']).toMatch(/^[0-9a-f-]{36}$/);
    expect((await api.get(core('configmaps'), {}, { 'audit-id': id })).headers['audit-id']).toBe(id);
  });

  promises('answers may not be kept by anybody on the way', async ({ api, core }) => {
    expect((await api.get(core('configmaps'))).headers['cache-control']).toBe('no-cache, private');
  });

  promises('a timeout that is none is refused', async ({ api, core }) => {
    const answer = await api.post(core('configmaps'), configMap('timed'), { query: { timeout: 'soon' } });
    expect(answer.outcome).toBe('400 BadRequest');
  });

  promises('flow control says by which schema and level a request was let in', async ({ api, core }) => {
    const { headers } = await api.get(core('configmaps'));
    expect(headers['x-kubernetes-pf-flowschema-uid']).toMatch(/^[0-9a-f-]{36}$/);
    expect(headers['x-kubernetes-pf-prioritylevel-uid']).toMatch(/^[0-9a-f-]{36}$/);
  });

  promises('the default flow schemas and priority levels are there', async ({ api }) => {
    const schemas = await api.get('/apis/flowcontrol.apiserver.k8s.io/v1/flowschemas');
    expect(schemas.names).toEqual(expect.arrayContaining(['exempt', 'catch-all', 'global-default', 'probes']));
    const levels = await api.get('/apis/flowcontrol.apiserver.k8s.io/v1/prioritylevelconfigurations');
    expect(levels.names).toEqual(expect.arrayContaining(['exempt', 'catch-all', 'global-default', 'leader-election']));
  });
});
