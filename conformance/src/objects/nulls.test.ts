import type { JsonObject } from '@drover/api';
import { expect } from 'vitest';
import { define, specSchema } from '../cluster/definition.js';
import { container, deployment, pod } from '../cluster/objects.js';
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

  promises('is a time that nobody said, wherever times are always told', async ({ api, core, group }) => {
    const made = await api.post(group('batch/v1', 'cronjobs'), {
      metadata: { name: 'times' },
      spec: {
        schedule: '0 0 1 1 *',
        suspend: true,
        jobTemplate: { spec: { template: { spec: { restartPolicy: 'Never', containers: [container('app')] } } } },
      },
    });
    expect(made.at('spec.jobTemplate.metadata')).toEqual({ creationTimestamp: null });
    expect(made.at('spec.jobTemplate.spec.template.metadata')).toEqual({ creationTimestamp: null });
    expect(made.at('metadata.managedFields.0.fieldsV1.f:spec.f:jobTemplate.f:metadata')).toBeUndefined();
    await api.post(core('pods'), pod('times'));
    const status = {
      conditions: [{ type: 'Example', status: 'True' }],
      containerStatuses: [
        {
          name: 'app',
          image: 'app:1',
          imageID: '',
          ready: false,
          restartCount: 0,
          state: { terminated: { exitCode: 1 } },
          lastState: { running: {} },
        },
      ],
    };
    const told = await api.patch('merge', core('pods', 'times', 'status'), { status }, { fieldManager: 'teller' });
    expect(told.at('status.conditions')).toEqual([
      { type: 'Example', status: 'True', lastProbeTime: null, lastTransitionTime: null },
    ]);
    expect(told.at('status.startTime')).toBeUndefined();
    expect(told.at('status.containerStatuses.0.state.terminated')).toEqual({
      exitCode: 1,
      startedAt: null,
      finishedAt: null,
    });
    expect(told.at('status.containerStatuses.0.lastState.running')).toEqual({ startedAt: null });
    expect(told.at('metadata.managedFields.0.fieldsV1.f:status.f:conditions')).toEqual({
      '.': {},
      'k:{"type":"Example"}': {
        '.': {},
        'f:lastProbeTime': {},
        'f:lastTransitionTime': {},
        'f:status': {},
        'f:type': {},
      },
    });
  });

  promises('is a time of conditions, of each kind that has them', async ({ api, group }) => {
    const conditions = [{ type: 'Example', status: 'True' }];
    const spec = { selector: { matchLabels: { app: 'a' } } };
    const template = { metadata: { labels: { app: 'a' } }, spec: { containers: [container('app')] } };
    const conditionsOf = async (groupVersion: string, plural: string, made: JsonObject): Promise<unknown> => {
      await api.post(group(groupVersion, plural), { metadata: { name: 'conditions' }, spec: { ...spec, ...made } });
      const path = group(groupVersion, plural, 'conditions', 'status');
      return (await api.patch('merge', path, { status: { conditions } })).at('status.conditions.0');
    };
    const [own] = conditions;
    const workload = { template, replicas: 0 };
    expect(await conditionsOf('apps/v1', 'replicasets', workload)).toEqual({ ...own, lastTransitionTime: null });
    expect(await conditionsOf('apps/v1', 'deployments', workload)).toEqual({
      ...own,
      lastTransitionTime: null,
      lastUpdateTime: null,
    });
  });

  promises('is no time of a condition that has to say it', async ({ api, group }) => {
    const budget = { metadata: { name: 'timeless' }, spec: { selector: {} } };
    await api.post(group('policy/v1', 'poddisruptionbudgets'), budget);
    const condition = { type: 'Example', status: 'True', reason: 'Test', message: 'none' };
    const path = group('policy/v1', 'poddisruptionbudgets', 'timeless', 'status');
    const refused = await api.patch('merge', path, { status: { conditions: [condition] } });
    expect(refused.outcome).toBe('422 Invalid');
    expect(refused.causes).toEqual(['status.conditions[0].lastTransitionTime']);
  });

  promises('is the time of an event that nobody said', async ({ api, core, namespace }) => {
    const made = await api.post(core('events'), { metadata: { name: 'event' }, involvedObject: { namespace } });
    expect([made.at('eventTime'), made.at('firstTimestamp'), made.at('lastTimestamp')]).toEqual([null, null, null]);
  });

  promises('under a key of metadata is an empty text in custom kinds as well', async (scene) => {
    const flags = await define(scene, 'flags', specSchema({}));
    const made = await scene.api.post(flags.path(), flags.object('keys', {}, { labels: { tier: null } }));
    expect(made.at('metadata.labels')).toEqual({ tier: '' });
  });
});
