import type { Project, ResourceQuota } from '@drover/api';
import { describe, expect, it } from 'vitest';
import { message } from '../i18n/message.js';
import { stored } from '../testing/stored.js';
import {
  containerAnnotation,
  limitIn,
  namespaceUse,
  percentOf,
  projectUse,
  rowFaults,
  rowsOf,
  shareAnnotation,
  shareFaults,
  sharesOf,
  shown,
} from './quota.js';

const limit = { limitsCpu: '4', requestsStorage: '50Gi', extended: { 'count/virtualmachines.kubevirt.io': '5' } };
const share = { limitsCpu: '1', requestsStorage: '10Gi', extended: { 'count/virtualmachines.kubevirt.io': '2' } };
const project: Project = {
  apiVersion: 'management.cattle.io/v3',
  kind: 'Project',
  metadata: { name: 'p-one', namespace: 'c-m-1' },
  spec: {
    clusterName: 'c-m-1',
    displayName: 'One',
    resourceQuota: { limit, usedLimit: { limitsCpu: '3' } },
    namespaceDefaultResourceQuota: { limit: share },
  },
};
const quota = (namespace: string, hard: Record<string, string>, used: Record<string, string>) =>
  stored<ResourceQuota>({
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: {
      namespace,
      name: 'default-abcde',
      labels: {
        'field.cattle.io/projectId': 'p-one',
        'resourcequota.management.cattle.io/default-resource-quota': 'true',
      },
    },
    spec: { hard },
    status: { hard, used },
  });

describe('the form of a project’s quota', () => {
  it('says of a project what it was told', () => {
    const rows = rowsOf(project);
    expect(rows.map(({ name }) => name)).toEqual([
      'limits.cpu',
      'requests.storage',
      'count/virtualmachines.kubevirt.io',
    ]);
    expect([limitIn(rows, 'limit'), limitIn(rows, 'share')]).toEqual([limit, share]);
  });

  it.each([
    ['limits.cpu', '', '', ['limits.cpu limit', 'limits.cpu share']],
    ['limits.cpu', '4', 'one', ['limits.cpu share']],
    ['pods', '1500m', '1', ['pods limit']],
    ['limits.memory', '1Gi', '2Gi', ['limits.memory share']],
    ['limits.memory', '1Gi', ' 512Mi ', []],
  ])('finds in %s of %j and %j what is wrong', (name, whole, part, faults) => {
    expect([...rowFaults([{ name, limit: whole, share: part }]).keys()]).toEqual(faults);
  });
});

describe('the form of a namespace', () => {
  it('asks for what is filled in, and else for the project’s default', () => {
    const asked = '{"limit":{"limitsCpu":"2"}}';
    const namespace = {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { annotations: { 'field.cattle.io/resourceQuota': asked } },
    } as const;
    const shares = sharesOf(namespace, project);
    expect([...shares]).toEqual([
      ['limits.cpu', '2'],
      ['requests.storage', ''],
      ['count/virtualmachines.kubevirt.io', ''],
    ]);
    expect(shareAnnotation(shares)).toEqual({ 'field.cattle.io/resourceQuota': asked });
    expect(shareAnnotation(new Map([['limits.cpu', '']]))).toEqual({ 'field.cattle.io/resourceQuota': null });
    expect(shareFaults(new Map([['limits.cpu', 'lots']])).get('limits.cpu')).toEqual(message('quota.fault.cores'));
  });

  it('says nothing of containers where nothing was filled in', () => {
    const name = 'field.cattle.io/containerDefaultResourceLimit';
    expect(containerAnnotation({ limitsCpu: '' })).toEqual({ [name]: null });
    expect(containerAnnotation({ limitsCpu: '1', requestsCpu: '' })).toEqual({ [name]: '{"limitsCpu":"1"}' });
  });
});

describe('the use of a quota', () => {
  const quotas = [
    quota('red', { 'limits.cpu': '2' }, { 'limits.cpu': '1500m' }),
    quota('blue', { 'limits.cpu': '1' }, { 'limits.cpu': '500m' }),
  ];

  it('is what the namespaces of the project use together', () => {
    expect(projectUse(project, quotas)[0]).toEqual({
      name: 'limits.cpu',
      limit: 4_000_000_000n,
      shared: 3_000_000_000n,
      used: 2_000_000_000n,
    });
  });

  it('of a namespace is what its own quota says', () => {
    expect(namespaceUse('red', quotas)).toEqual([
      { name: 'limits.cpu', limit: 2_000_000_000n, shared: undefined, used: 1_500_000_000n },
    ]);
  });

  it.each([
    ['limits.cpu', 1_500_000_000n, '1.5'],
    ['limits.memory', 8n * 1024n ** 3n * 1_000_000_000n, '8 GiB'],
    ['pods', 3_000_000_000n, '3'],
  ])('of %s is shown as people read it', (name, amount, words) => {
    expect(shown(name, amount)).toBe(words);
  });

  it('of a quota of nothing is all of it', () => expect(percentOf(0n, 0n)).toBe(100));
});
