import { expect } from 'vitest';
import { conditionOf } from '../cluster/definition.js';
import { eventually } from '../cluster/eventually.js';
import { configMap } from '../cluster/objects.js';
import { suite } from '../suite.js';

const NAMESPACES = '/api/v1/namespaces';

suite('namespaces', ({ promises }) => {
  promises('begin active, with their name as a label', async ({ api, namespace }) => {
    const made = await api.get(`${NAMESPACES}/${namespace}`);
    expect(made.body).toMatchObject({
      metadata: { labels: { 'kubernetes.io/metadata.name': namespace } },
      spec: { finalizers: ['kubernetes'] },
      status: { phase: 'Active' },
    });
  });

  promises('get a service account and the authority of the cluster', async ({ api, core }) => {
    const account = await eventually(
      () => api.get(core('serviceaccounts', 'default')),
      ({ status }) => status === 200,
    );
    expect(account.status).toBe(200);
    const authority = await eventually(
      () => api.get(core('configmaps', 'kube-root-ca.crt')),
      ({ status }) => status === 200,
    );
    expect(authority.textAt('data.ca')).toBe('');
    expect(authority.text).toContain('BEGIN CERTIFICATE');
  });

  promises('get them again when somebody deletes them', async ({ api, core }) => {
    const first = await eventually(
      () => api.get(core('serviceaccounts', 'default')),
      ({ status }) => status === 200,
    );
    await api.delete(core('serviceaccounts', 'default'));
    const again = await eventually(
      () => api.get(core('serviceaccounts', 'default')),
      ({ status, text }) => status === 200 && !text.includes(first.textAt('metadata.uid')),
    );
    expect(again.status).toBe(200);
  });

  promises('take what is in them along', async ({ api, unique }) => {
    const name = `${unique}-full`;
    await api.post(NAMESPACES, { metadata: { name } });
    await api.post(`${NAMESPACES}/${name}/configmaps`, configMap('inside'));
    await api.post(`${NAMESPACES}/${name}/secrets`, { metadata: { name: 'inside' } });
    const deleted = await api.delete(`${NAMESPACES}/${name}`);
    expect(deleted.body).toMatchObject({ kind: 'Namespace', status: { phase: 'Terminating' } });
    const left = await eventually(
      () => api.get(`${NAMESPACES}/${name}`),
      ({ status }) => status === 404,
    );
    expect(left.status).toBe(404);
    expect((await api.get(`${NAMESPACES}/${name}/configmaps`)).names).toEqual([]);
  });

  promises('let nothing new in while they end, and say what they wait for', async ({ api, unique }) => {
    const name = `${unique}-held`;
    await api.post(NAMESPACES, { metadata: { name } });
    const held = `${NAMESPACES}/${name}/configmaps`;
    await api.post(held, configMap('held', {}, { finalizers: ['example.com/hold'] }));
    await api.delete(`${NAMESPACES}/${name}`);
    const late = await api.post(held, configMap('late'));
    expect(late.outcome).toBe('403 Forbidden');
    expect(late.at('details.causes')).toEqual([
      expect.objectContaining({ reason: 'NamespaceTerminating', field: 'metadata.namespace' }),
    ]);
    const waiting = await eventually(
      () => api.get(`${NAMESPACES}/${name}`),
      ({ body }) => conditionOf(body, 'NamespaceFinalizersRemaining') === 'True',
    );
    expect(conditionOf(waiting.body, 'NamespaceContentRemaining')).toBe('True');
    expect(waiting.text).toContain('example.com/hold in 1 resource instances');
    await api.patch('merge', `${held}/held`, { metadata: { finalizers: null } });
    const left = await eventually(
      () => api.get(`${NAMESPACES}/${name}`),
      ({ status }) => status === 404,
    );
    expect(left.status).toBe(404);
  });

  promises('of the system cannot be deleted', async ({ api }) => {
    for (const name of ['default', 'kube-system', 'kube-public']) {
      expect((await api.delete(`${NAMESPACES}/${name}`)).outcome).toBe('403 Forbidden');
    }
  });

  promises('that the system needs are there', async ({ api }) => {
    expect((await api.get(NAMESPACES)).names).toEqual(
      expect.arrayContaining(['default', 'kube-node-lease', 'kube-public', 'kube-system']),
    );
  });

  promises('cannot be deleted as a collection', async ({ api }) => {
    expect((await api.delete(NAMESPACES)).outcome).toBe('405 MethodNotAllowed');
  });
});
