import { ApiError, events, namespaces } from '@drover/api';
import { describe, expect, it } from 'vitest';
import { openTestCluster } from '../testing/cluster.js';
import { EventRecorder } from './recorder.js';

describe('an event', () => {
  it('is told once, and counted when it happens again, also to another recorder', async () => {
    await using lab = await openTestCluster();
    const about = await lab.client.create(namespaces, {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'team' },
    });
    for (const times of [2, 1]) {
      await using recorder = new EventRecorder({ ...lab, component: 'harvester', host: 'lab' });
      for (let turn = 0; turn < times; turn += 1) recorder.warning(about, 'Failed', 'it broke');
      await lab.clock.advance(1000);
    }
    const { items } = await lab.client.list(events);
    expect(items).toMatchObject([
      {
        metadata: { namespace: 'default' },
        involvedObject: { kind: 'Namespace', name: 'team', uid: about.metadata.uid },
        type: 'Warning',
        reason: 'Failed',
        message: 'it broke',
        count: 3,
        firstTimestamp: '2026-01-01T00:00:00Z',
        source: { component: 'harvester', host: 'lab' },
      },
    ]);
  });

  it('that cannot be written is nobody’s problem', async () => {
    await using lab = await openTestCluster({
      before: ({ verb, kind }) => {
        if (verb === 'create' && kind?.kind === 'Event') throw new ApiError('Forbidden', 'no');
      },
    });
    const about = await lab.client.create(namespaces, {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'team' },
    });
    await using recorder = new EventRecorder({ ...lab, component: 'harvester', host: 'lab' });
    recorder.normal(about, 'Fine', 'nothing happened');
  });
});
