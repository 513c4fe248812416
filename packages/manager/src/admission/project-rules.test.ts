import type { AdmissionReview, Identity, Project } from '@drover/api';
import { describe, expect, it } from 'vitest';
import { PROJECT_FINALIZER } from '../projects/project-controller.js';
import { CLUSTER, project } from '../testing/bindings.js';
import { admitProject } from './project-rules.js';

const OWNER: Identity = { name: 'u-owner', groups: ['system:authenticated'], extra: {} };
const SERVER: Identity = { name: 'system:apiserver', groups: ['system:masters'], extra: {} };
const admit = (object: Project, old?: Project, identity = OWNER) => {
  const review: AdmissionReview = {
    operation: old === undefined ? 'CREATE' : 'UPDATE',
    group: 'management.cattle.io',
    resource: 'projects',
    namespace: CLUSTER,
    name: object.metadata.name ?? '',
    object,
    ...(old === undefined ? {} : { old }),
    identity,
    dryRun: false,
  };
  return admitProject(review);
};
const mine = project('p-mine');
const withLabel = (label: string): Project => ({
  ...mine,
  metadata: { ...mine.metadata, labels: { [`authz.management.cattle.io/${label}`]: 'true' } },
});

describe('a project', () => {
  it.each(['system-project', 'default-project'])('is the %s of a cluster by the server alone', (label) => {
    expect(() => admit(withLabel(label))).toThrow('is set by the server alone');
    expect(() => admit(withLabel(label), mine)).toThrow('is set by the server alone');
    expect(() => admit(mine, withLabel(label))).toThrow('is set by the server alone');
    expect(() => admit(withLabel(label), withLabel(label))).not.toThrow();
    expect(() => admit(withLabel(label), undefined, SERVER)).not.toThrow();
  });

  it('of the cluster’s own namespaces goes with the cluster alone', () => {
    const remove = (old: Project, identity: Identity) => () =>
      admitProject({
        operation: 'DELETE',
        group: 'management.cattle.io',
        resource: 'projects',
        namespace: CLUSTER,
        name: old.metadata.name ?? '',
        old,
        identity,
        dryRun: false,
      });
    expect(remove(withLabel('system-project'), OWNER)).toThrow('it holds the namespaces of the cluster itself');
    expect(remove(withLabel('system-project'), SERVER)).not.toThrow();
    expect(remove(withLabel('default-project'), OWNER)).not.toThrow();
  });

  it.each(['system', 'P-one', 'p-one.two', `p-${'a'.repeat(39)}`])('is not called %s', (name) => {
    expect(() => admit(project(name))).toThrow('must be "p-" and at most 38');
  });

  it('keeps the finalizer by which nothing of it is left behind, until the server takes that off', () => {
    const held: Project = {
      ...mine,
      metadata: { ...mine.metadata, finalizers: [PROJECT_FINALIZER, 'mine.example/x'] },
    };
    const without: Project = { ...mine, metadata: { ...mine.metadata, finalizers: [PROJECT_FINALIZER] } };
    expect(() => admit(mine, held)).toThrow('is taken off by the server');
    expect(() => admit(without, held)).not.toThrow();
    expect(() => admit(mine, held, SERVER)).not.toThrow();
  });

  it('may leave the rest of its name to the server', () => {
    const { name: _, ...metadata } = mine.metadata;
    expect(() => admit({ ...mine, metadata: { ...metadata, generateName: 'p-' }, status: {} })).not.toThrow();
    expect(() => admit({ ...mine, metadata: { ...metadata, generateName: 'kube-' }, status: {} })).toThrow(
      'must be "p-"',
    );
  });
});

describe('the quota of a project', () => {
  const CPU = { limitsCpu: '4' };
  const withQuota = (spec: Partial<NonNullable<Project['spec']>>): Project => ({
    ...mine,
    spec: { clusterName: CLUSTER, displayName: 'mine', ...spec },
  });
  const quota = (limit: object, defaults: object = limit, usedLimit?: object): Project =>
    withQuota({
      resourceQuota: { limit, ...(usedLimit && { usedLimit }) },
      namespaceDefaultResourceQuota: { limit: defaults },
    });

  it('limits the same for the project and, by default, for each namespace', () => {
    expect(() => admit(quota(CPU, { limitsCpu: '1' }))).not.toThrow();
    expect(() => admit(quota(CPU, {}))).toThrow(
      'spec.namespaceDefaultResourceQuota.limit: must say how much: spec.resourceQuota.limit limits limits.cpu',
    );
    expect(() => admit(quota({ ...CPU }, { ...CPU, pods: '3' }))).toThrow(
      'spec.resourceQuota.limit: must say how much: spec.namespaceDefaultResourceQuota.limit names pods',
    );
  });

  it('gives no namespace more by default than the project has', () => {
    expect(() => admit(quota(CPU, { limitsCpu: '4001m' }))).toThrow('is more than the whole project has: limits.cpu=4');
  });

  it.each([
    [quota({ limitsCpu: 'four' }), 'spec.resourceQuota.limit.limitsCpu: "four" is not a quantity'],
    [quota(CPU, { limitsCpu: '-1' }), 'spec.namespaceDefaultResourceQuota.limit.limitsCpu: must not be less than 0'],
    [
      withQuota({ containerDefaultResourceLimit: { requestsCpu: '2', limitsCpu: '1' } }),
      'spec.containerDefaultResourceLimit.requestsCpu: must not be more than limitsCpu',
    ],
    [
      withQuota({ containerDefaultResourceLimit: { limitsMemory: 'much' } }),
      'spec.containerDefaultResourceLimit.limitsMemory: "much" is not a quantity',
    ],
  ])('is refused with words where it cannot be (%#)', (project, words) => {
    expect(() => admit(project)).toThrow(words);
  });

  it('does not fall below what was shared out, in whatever units', () => {
    const shared = quota(CPU, { limitsCpu: '1' }, { limitsCpu: '2500m' });
    expect(() => admit(quota({ limitsCpu: '2.5' }, { limitsCpu: '1' }), shared)).not.toThrow();
    expect(() => admit(quota({ limitsCpu: '2' }, { limitsCpu: '1' }), shared)).toThrow(
      'spec.resourceQuota.limit: is less than the namespaces of the project have together: limits.cpu=2500m; lower their shares first',
    );
    expect(() => admit(withQuota({}), shared)).not.toThrow();
  });

  it('keeps the server’s note of what was shared out, whatever others send', () => {
    const shared = quota(CPU, CPU, { limitsCpu: '2' });
    expect(admit(quota(CPU, CPU, { limitsCpu: '0' }), shared)).toMatchObject({
      spec: { resourceQuota: { limit: CPU, usedLimit: { limitsCpu: '2' } } },
    });
    expect(admit(quota(CPU, CPU, { limitsCpu: '0' }))).toMatchObject({ spec: { resourceQuota: { limit: CPU } } });
    expect(admit(quota(CPU, CPU, { limitsCpu: '3' }), shared, SERVER)).toBeUndefined();
  });
});
