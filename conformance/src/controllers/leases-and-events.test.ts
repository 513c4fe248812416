import { expect } from 'vitest';
import { suite } from '../suite.js';

suite('leases', ({ promises }) => {
  promises('are taken by whoever writes first', async ({ api, group }) => {
    const path = group('coordination.k8s.io/v1', 'leases');
    const made = await api.post(path, {
      metadata: { name: 'lock' },
      spec: {
        holderIdentity: 'a',
        leaseDurationSeconds: 15,
        acquireTime: '2024-01-01T00:00:00.000000Z',
        renewTime: '2024-01-01T00:00:00.000000Z',
        leaseTransitions: 0,
      },
    });
    expect(made.status).toBe(201);
    const take = (holderIdentity: string) =>
      api.put(`${path}/lock`, { ...made.body, spec: { ...(made.at('spec') as object), holderIdentity } });
    const outcomes = (await Promise.all([take('b'), take('c'), take('d')])).map(({ status }) => status).sort();
    expect(outcomes).toEqual([200, 409, 409]);
  });

  promises('keep times to the microsecond', async ({ api, group }) => {
    const path = group('coordination.k8s.io/v1', 'leases');
    const made = await api.post(path, {
      metadata: { name: 'exact' },
      spec: { renewTime: '2024-01-01T00:00:00.123456Z' },
    });
    expect(made.at('spec.renewTime')).toBe('2024-01-01T00:00:00.123456Z');
  });

  promises('last some seconds', async ({ api, group }) => {
    const made = await api.post(group('coordination.k8s.io/v1', 'leases'), {
      metadata: { name: 'none' },
      spec: { leaseDurationSeconds: 0 },
    });
    expect(made.causes).toEqual(['spec.leaseDurationSeconds']);
  });
});

suite('events', ({ promises }) => {
  promises(
    'say in the core group, and there alone, that nobody tells of them',
    async ({ api, core, group, namespace }) => {
      const made = await api.post(core('events'), {
        metadata: { name: 'untold' },
        involvedObject: { kind: 'ConfigMap', namespace, name: 'x' },
      });
      expect(made.body).toMatchObject({ reportingComponent: '', reportingInstance: '' });
      const newer = await api.get(group('events.k8s.io/v1', 'events', 'untold'));
      expect(newer.body).not.toHaveProperty('reportingController');
      expect(newer.body).not.toHaveProperty('reportingInstance');
    },
  );

  promises('of both groups are the same objects', async ({ api, core, group, namespace }) => {
    const made = await api.post(core('events'), {
      metadata: { name: 'seen' },
      involvedObject: { kind: 'ConfigMap', namespace, name: 'x' },
      reason: 'Seen',
      message: 'it was seen',
      type: 'Normal',
      count: 1,
    });
    expect(made.status).toBe(201);
    const same = await api.get(group('events.k8s.io/v1', 'events', 'seen'));
    expect(same.body).toMatchObject({
      apiVersion: 'events.k8s.io/v1',
      reason: 'Seen',
      note: 'it was seen',
      regarding: { kind: 'ConfigMap', name: 'x' },
    });
  });

  promises('are found by what they are about', async ({ api, core, namespace }) => {
    await api.post(core('events'), {
      metadata: { name: 'about' },
      involvedObject: { kind: 'Pod', namespace, name: 'y' },
      reason: 'Made',
      type: 'Warning',
    });
    const found = await api.get(core('events'), { fieldSelector: 'involvedObject.name=y,type=Warning,reason=Made' });
    expect(found.names).toEqual(['about']);
  });

  promises('are about something in their namespace', async ({ api, core }) => {
    const made = await api.post(core('events'), {
      metadata: { name: 'elsewhere' },
      involvedObject: { kind: 'Pod', namespace: 'default', name: 'y' },
    });
    expect(made.outcome).toBe('422 Invalid');
    expect(made.causes).toEqual(['involvedObject.namespace']);
  });
});
