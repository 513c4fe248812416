import { describe, expect, it } from 'vitest';
import { parseClaimTemplates } from './template.js';

const entry = (changes: object = {}, spec: object = {}): object => ({
  metadata: { name: 'web-disk-0-ab1cd', annotations: { 'harvesterhci.io/imageId': 'default/image-x7k2p' } },
  spec: {
    accessModes: ['ReadWriteMany'],
    resources: { requests: { storage: '20Gi' } },
    volumeMode: 'Block',
    storageClassName: 'lh-6f0e',
    ...spec,
  },
  ...changes,
});

describe('claim templates of a machine', () => {
  it('are read as the console writes them', () => {
    expect(parseClaimTemplates(JSON.stringify([entry()]))).toMatchObject([
      { name: 'web-disk-0-ab1cd', imageId: 'default/image-x7k2p', storageClassName: 'lh-6f0e', sizeBytes: 20n << 30n },
    ]);
  });

  it('are none where the annotation is absent or empty', () => {
    expect(parseClaimTemplates(undefined)).toEqual([]);
    expect(parseClaimTemplates('[]')).toEqual([]);
  });

  it.each<[string, string, RegExp]>([
    ['broken JSON', '[', /not JSON/],
    ['no list', '{}', /expected a JSON list/],
    ['a nameless entry', JSON.stringify([entry({ metadata: {} })]), /\[0\].metadata.name/],
    ['a path as name', JSON.stringify([entry({ metadata: { name: '../x' } })]), /\[0\].metadata.name/],
    ['no size', JSON.stringify([entry({}, { resources: {} })]), /resources.requests: expected an object/],
    ['a size of nothing', JSON.stringify([entry({}, { resources: { requests: { storage: '0' } } })]), /such as 10Gi/],
    ['an unknown access mode', JSON.stringify([entry({}, { accessModes: ['All'] })]), /"All" is none of/],
    [
      'a data source of another kind',
      JSON.stringify([entry({}, { dataSource: { kind: 'VolumePopulator', name: 'x' } })]),
      /dataSource.kind: expected VolumeSnapshot or PersistentVolumeClaim/,
    ],
    ['a storage migration', JSON.stringify([entry({ targetVolume: 'x' })]), /targetVolume: .* not supported/],
    ['the same name twice', JSON.stringify([entry(), entry()]), /two entries are named/],
  ])('are refused with %s', (_, annotation, sentence) => {
    expect(() => parseClaimTemplates(annotation)).toThrow(sentence);
  });
});
