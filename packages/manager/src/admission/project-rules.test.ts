import type { AdmissionReview, Identity, Project } from '@drover/api';
import { describe, expect, it } from 'vitest';
import { CLUSTER, project } from '../testing/bindings.js';
import { admitProject } from './project-rules.js';

const OWNER: Identity = { name: 'u-owner', groups: ['system:authenticated'], extra: {} };
const SERVER: Identity = { name: 'system:apiserver', groups: ['system:masters'], extra: {} };
const admit = (object: Project, old?: Project, identity = OWNER): void => {
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
  admitProject(review);
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

  it.each(['system', 'P-one', 'p-one.two', `p-${'a'.repeat(39)}`])('is not called %s', (name) => {
    expect(() => admit(project(name))).toThrow('must be "p-" and at most 38');
  });

  it('may leave the rest of its name to the server', () => {
    const { name: _, ...metadata } = mine.metadata;
    expect(() => admit({ ...mine, metadata: { ...metadata, generateName: 'p-' }, status: {} })).not.toThrow();
    expect(() => admit({ ...mine, metadata: { ...metadata, generateName: 'kube-' }, status: {} })).toThrow(
      'must be "p-"',
    );
  });
});
