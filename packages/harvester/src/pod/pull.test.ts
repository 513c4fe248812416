import { FakeClock } from '@drover/kit';
import { describe, expect, it } from 'vitest';
import type { Lookup } from '../registry/lookup.js';
import { delayOf, Pulls } from './pull.js';

const missing: Lookup = { found: false, code: 'NotFound', error: 'not found' };

describe('an image that cannot run here', () => {
  it('is told of as the kubelet tells of one it cannot pull, with the kubelet’s back-off', async () => {
    const clock = new FakeClock();
    const pulls = new Pulls(clock, 'drover:v1');
    let asked = 0;
    const look = () =>
      pulls.state('uid/c', 'rancher/rancher-agent:v2.12.0', async () => {
        asked += 1;
        return missing;
      });
    expect(await look()).toMatchObject({
      reason: 'ErrImagePull',
      message: 'rpc error: code = NotFound desc = not found',
      news: [
        { type: 'normal', reason: 'Pulling', message: 'Pulling image "rancher/rancher-agent:v2.12.0"' },
        {
          type: 'warning',
          reason: 'Failed',
          message: 'Failed to pull image "rancher/rancher-agent:v2.12.0": rpc error: code = NotFound desc = not found',
        },
        { type: 'warning', reason: 'Failed', message: 'Error: ErrImagePull' },
      ],
    });
    await clock.advance(2000);
    expect(await look()).toMatchObject({
      reason: 'ImagePullBackOff',
      againMs: 8000,
      message:
        'Back-off pulling image "rancher/rancher-agent:v2.12.0": ErrImagePull: rpc error: code = NotFound desc = not found',
      news: [
        { reason: 'BackOff', message: 'Back-off pulling image "rancher/rancher-agent:v2.12.0"' },
        { message: 'Error: ImagePullBackOff' },
      ],
    });
    expect(asked).toBe(1);
    await clock.advance(8000);
    expect(await look()).toMatchObject({ reason: 'ErrImagePull' });
    expect(asked).toBe(2);
    await clock.advance(19_000);
    expect(await look()).toMatchObject({ reason: 'ImagePullBackOff', againMs: 1000 });
  });

  it('that its registry has cannot run all the same, and that is said', async () => {
    const pulls = new Pulls(new FakeClock(), 'drover:v1');
    const state = await pulls.state('uid/c', 'debian:12', async () => ({ found: true, digest: 'sha256:abc' }));
    expect(state).toMatchObject({
      reason: 'ErrImagePull',
      message:
        'image "docker.io/library/debian:12" was found (sha256:abc), but this host runs no containers: it can run only drover:v1',
    });
  });

  it('that is none is not asked for, and told of once', async () => {
    const pulls = new Pulls(new FakeClock(), 'drover:v1');
    const never = () => Promise.reject(new Error('asked'));
    expect(await pulls.state('uid/c', 'No Image', never)).toMatchObject({
      reason: 'InvalidImageName',
      news: [{ reason: 'InspectFailed' }, { reason: 'Failed' }],
    });
    expect(await pulls.state('uid/c', 'No Image', never)).toMatchObject({ reason: 'InvalidImageName', news: [] });
  });

  it.each([
    [1, 10_000],
    [2, 20_000],
    [5, 160_000],
    [6, 300_000],
    [60, 300_000],
  ])('after %i failures waits %i ms', (failures, ms) => {
    expect(delayOf(failures)).toBe(ms);
  });
});
