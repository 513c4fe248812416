import { randomBytes } from 'node:crypto';
import { type AdmissionReview, isJsonObject, type Project } from '@drover/api';
import type { Limit } from '@drover/api/types/rancher';
import { createFakeClient } from '@drover/client/fake';
import { FakeClock } from '@drover/kit';
import { describe, expect, it } from 'vitest';
import { CLUSTER, project } from '../testing/bindings.js';
import { admitMoreQuota } from './project-quota-rules.js';

const local = createFakeClient({
  clock: new FakeClock(),
  random: randomBytes,
  post: (_, body) => {
    const { spec } = isJsonObject(body) && isJsonObject(body['spec']) ? { spec: body['spec'] } : { spec: {} };
    const owns = { verb: 'own', group: 'management.cattle.io', resource: 'clusters', name: CLUSTER };
    const asked = JSON.stringify(spec['resourceAttributes']) === JSON.stringify(owns);
    return { status: { allowed: asked && spec['user'] === 'u-cluster-owner' } };
  },
});

const limited = (limit: Limit | undefined): Project => ({
  ...project('p-one'),
  spec: { clusterName: CLUSTER, displayName: 'One', ...(limit && { resourceQuota: { limit } }) },
});

function change(
  who: string,
  old: Limit | undefined,
  now: Limit | undefined,
  groups: string[] = [],
): Promise<undefined> {
  const review: AdmissionReview = {
    operation: 'UPDATE',
    group: 'management.cattle.io',
    resource: 'projects',
    namespace: CLUSTER,
    name: 'p-one',
    object: limited(now),
    old: limited(old),
    identity: { name: who, groups, extra: {} },
    dryRun: false,
  };
  return admitMoreQuota(review, () => local);
}

describe('the quota of a project', () => {
  it.each<[Limit, Limit | undefined]>([
    [{ limitsCpu: '4' }, { limitsCpu: '4001m' }],
    [{ limitsCpu: '4', pods: '3' }, { limitsCpu: '4' }],
    [{ limitsCpu: '4' }, undefined],
  ])('of %j becomes %j by an owner of the cluster, not of the project', async (old, now) => {
    await expect(change('u-project-owner', old, now)).rejects.toThrow('only an owner of the cluster may give');
    await change('u-cluster-owner', old, now);
    await change('system:admin', old, now, ['system:masters']);
  });

  it.each<[Limit | undefined, Limit]>([
    [{ limitsCpu: '4' }, { limitsCpu: '2' }],
    [{ limitsCpu: '4' }, { limitsCpu: '4000m', pods: '3' }],
    [undefined, { pods: '3' }],
  ])('of %j becomes %j by who owns the project', (old, now) => change('u-project-owner', old, now));
});
