import { describe, expect, it } from 'vitest';
import { emptyImport, importFaults, importObject } from './import-form.js';

describe('importObject', () => {
  it('is the document of the Harvester guide', () => {
    expect(importObject({ ...emptyImport, name: 'hv1' })).toEqual({
      apiVersion: 'provisioning.cattle.io/v1',
      kind: 'Cluster',
      metadata: { name: 'hv1', namespace: 'fleet-default', labels: { 'provider.cattle.io': 'harvester' } },
      spec: { agentEnvVars: [] },
    });
  });

  it('never lets a label hide what the cluster is', () => {
    const labels = [{ name: 'provider.cattle.io', value: 'other' }];
    expect(importObject({ ...emptyImport, name: 'hv1', labels }).metadata.labels).toEqual({
      'provider.cattle.io': 'harvester',
    });
  });
});

describe('importFaults', () => {
  const fields = (part: Partial<typeof emptyImport>): string[] => [
    ...importFaults({ ...emptyImport, name: 'hv1', ...part }, ['taken']).keys(),
  ];

  it.each([
    [{}, []],
    [{ name: 'Hv 1' }, ['name']],
    [{ name: '1hv' }, ['name']],
    [{ name: 'taken' }, ['name']],
    [{ labels: [{ name: 'a b', value: '' }] }, ['labels.0']],
    [{ labels: [{ name: 'example.org/site', value: 'a' }] }, []],
    [{ agentEnvVars: [{ name: '1X', value: '' }] }, ['agentEnvVars.0']],
  ])('%j', (part, faults) => {
    expect(fields(part)).toEqual(faults);
  });
});
