import type { KubeObject, ObjectMeta } from '@drover/api';
import { describe, expect, it } from 'vitest';
import { plain } from '../strategies/plain.js';
import { finalizerWarnings, metadataShape, placeInNamespace, validateMetadata } from './metadata.js';

const builtin = { nameRule: plain.nameRule, qualifiedFinalizers: true };
const wrongIn = (metadata: ObjectMeta, old?: ObjectMeta): string[] =>
  validateMetadata({ name: 'a', ...metadata }, builtin, old).map(({ field, message }) => `${field}: ${message}`);

describe("an object's metadata", () => {
  it.each<[ObjectMeta, string]>([
    [{ name: '' }, 'metadata.name: Required value: name or generateName is required'],
    [{ generateName: 'A_' }, 'metadata.generateName: Invalid value: "A_": a lowercase RFC 1123 subdomain'],
    [
      { finalizers: ['bare'] },
      'metadata.finalizers[0]: Invalid value: "bare": name is neither a standard finalizer name nor is it fully qualified',
    ],
    [{ finalizers: ['orphan', 'foregroundDeletion'] }, 'finalizer orphan and foregroundDeletion cannot be both set'],
    [
      { ownerReferences: [{ apiVersion: '', kind: 'A', name: 'a', uid: 'u' }] },
      'metadata.ownerReferences.apiVersion: Invalid value: "": version must not be empty',
    ],
    [
      { ownerReferences: [{ apiVersion: 'v1', kind: 'Event', name: 'a', uid: 'u' }] },
      '/v1, Kind=Event is disallowed from being an owner',
    ],
  ])('is refused: %j', (metadata, why) => {
    expect(wrongIn(metadata).join()).toContain(why);
  });

  it('has one controller at most, and says which two there would be', () => {
    const owner = (name: string) => ({ apiVersion: 'v1', kind: 'A', name, uid: name, controller: true });
    expect(wrongIn({ ownerReferences: [owner('x'), owner('y')] }).join()).toContain(
      'Only one reference can have Controller set to true. Found "true" in references for A/x and A/y',
    );
  });

  it('is taken with a prefix that ends with a dash, and with finalizers that have a domain', () => {
    expect(wrongIn({ generateName: 'a-', finalizers: ['kubernetes', 'lab.io/hold'] })).toEqual([]);
  });

  it('comes with a word about new finalizers of custom objects that have no domain', () => {
    expect(finalizerWarnings({ finalizers: ['bare', 'a.io/x', 'old', 'orphan'] }, { finalizers: ['old'] })).toEqual([
      'metadata.finalizers: "bare": prefer a domain-qualified finalizer name to avoid accidental conflicts with other finalizer writers',
    ]);
  });

  it('is marked deleted by nobody who updates the object', () => {
    const time = '2020-01-01T00:00:00Z';
    expect(wrongIn({ deletionTimestamp: time, deletionGracePeriodSeconds: 5 }, {})).toEqual([
      'metadata.deletionTimestamp: Invalid value: 2020-01-01 00:00:00 +0000 UTC: field is immutable',
      'metadata.deletionGracePeriodSeconds: Invalid value: 5: field is immutable',
    ]);
    expect(wrongIn({ deletionTimestamp: time }, { deletionTimestamp: time })).toEqual([]);
  });

  it.each<[unknown, string, string]>([
    [
      'x',
      'json: cannot unmarshal string into Go struct field Pod.metadata of type v1.ObjectMeta',
      'cannot restore struct from: string',
    ],
    [
      { uid: 1 },
      'json: cannot unmarshal number into Go struct field ObjectMeta.metadata.uid of type types.UID',
      'cannot convert int64 to types.UID',
    ],
    [
      { annotations: { a: ['b'] } },
      'json: cannot unmarshal array into Go struct field ObjectMeta.metadata.annotations of type string',
      'unrecognized type: string',
    ],
    [
      { annotations: ['b'] },
      'json: cannot unmarshal array into Go struct field ObjectMeta.metadata.annotations of type map[string]string',
      'cannot restore map from slice',
    ],
    [
      { finalizers: [1] },
      'json: cannot unmarshal number into Go struct field ObjectMeta.metadata.finalizers of type string',
      'cannot convert int64 to string',
    ],
    [
      { labels: { a: true } },
      'json: cannot unmarshal bool into Go struct field ObjectMeta.metadata.labels of type string',
      'unrecognized type: string',
    ],
    [
      { finalizers: 'x' },
      'json: cannot unmarshal string into Go struct field ObjectMeta.metadata.finalizers of type []string',
      'cannot restore slice from string',
    ],
    [
      { ownerReferences: [1] },
      'json: cannot unmarshal number into Go struct field ObjectMeta.metadata.ownerReferences of type v1.OwnerReference',
      'cannot restore struct from: int64',
    ],
  ])('has to have its shape: %j', (metadata, decoding, conversion) => {
    expect(metadataShape(metadata, 'Pod')).toEqual({ decoding, conversion });
  });

  it('has the namespace of the path, and none where the kind has none', () => {
    const object = (namespace?: string): KubeObject => ({
      apiVersion: 'v1',
      kind: 'A',
      metadata: namespace === undefined ? {} : { namespace },
    });
    const placed = (said: string | undefined, path: string | undefined): string | undefined => {
      const sent = object(said);
      placeInNamespace(sent, path);
      return sent.metadata.namespace;
    };
    expect([placed(undefined, 'a'), placed('a', 'a'), placed('a', undefined)]).toEqual(['a', 'a', undefined]);
    expect(() => placed('b', 'a')).toThrow('does not match the namespace sent on the request');
  });
});
