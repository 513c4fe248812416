import { describe, expect, it } from 'vitest';
import { TestCluster } from './test-cluster.js';

const EVENTS = '/api/v1/namespaces/default/events';
const MINUTE = 60_000;

const event = (name: string) => ({
  apiVersion: 'v1',
  kind: 'Event',
  metadata: { name, namespace: 'default' },
  involvedObject: { kind: 'Pod', namespace: 'default', name: 'pod' },
  reason: 'Testing',
  message: 'a test',
  type: 'Normal',
});

describe('an Event', () => {
  it('is deleted an hour after it was made', async () => {
    await using cluster = await TestCluster.open();
    await cluster.create(EVENTS, event('first'));
    await cluster.clock.advance(30 * MINUTE);
    await cluster.create(EVENTS, event('second'));
    await cluster.clock.advance(29 * MINUTE);
    await cluster.quiet();
    expect(await cluster.get(`${EVENTS}/first`)).toBeDefined();
    await cluster.clock.advance(2 * MINUTE);
    await cluster.untilThere(`${EVENTS}/first`, false);
    expect(await cluster.get(`${EVENTS}/second`)).toBeDefined();
  });

  it('is kept for an hour more when it is written again', async () => {
    await using cluster = await TestCluster.open();
    await cluster.create(EVENTS, event('counted'));
    await cluster.clock.advance(50 * MINUTE);
    await cluster.merge(`${EVENTS}/counted`, { count: 2 });
    await cluster.clock.advance(50 * MINUTE);
    await cluster.quiet();
    expect(await cluster.get(`${EVENTS}/counted`)).toBeDefined();
    await cluster.clock.advance(11 * MINUTE);
    await cluster.untilThere(`${EVENTS}/counted`, false);
  });
});
