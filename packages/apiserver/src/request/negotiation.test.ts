import { describe, expect, it } from 'vitest';
import { acceptEntries, representation } from './negotiation.js';

const none = new URLSearchParams();
const KUBECTL =
  'application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json';

describe('the form of an answer', () => {
  it.each([
    [undefined, 'object', 'v1'],
    ['*/*', 'object', 'v1'],
    ['application/json', 'object', 'v1'],
    [KUBECTL, 'table', 'v1'],
    ['application/json;as=Table;v=v1beta1;g=meta.k8s.io', 'table', 'v1beta1'],
    ['application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io,application/json', 'metadata', 'v1'],
    ['application/vnd.kubernetes.protobuf, application/json', 'object', 'v1'],
    [
      'application/vnd.kubernetes.protobuf;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1;g=meta.k8s.io',
      'table',
      'v1',
    ],
    ['application/json;as=Table;v=v2;g=meta.k8s.io,application/json', 'object', 'v1'],
    ['application/json;q=0.1,application/json;as=Table;v=v1;g=meta.k8s.io', 'table', 'v1'],
  ])('for Accept: %s is %s, %s', (accept, form, version) => {
    expect(representation(accept, none)).toEqual({ form, version, pretty: false });
  });

  it.each([
    [
      'application/vnd.kubernetes.protobuf',
      'only the following media types are accepted: application/json, application/yaml',
    ],
    ['application/json;as=Table;v=v9;g=meta.k8s.io', 'only the following media types are accepted'],
    ['application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io', 'only the following media types are accepted'],
    ['text/html', '406: Not Acceptable'],
    ['application/cbor', '406: Not Acceptable'],
  ])('for %s is refused', (accept, why) => {
    expect(() => representation(accept, none)).toThrow(why);
  });

  it('of a collection has its own name for metadata', () => {
    const accept = 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io';
    expect(representation(accept, none, true).form).toBe('metadata');
  });

  it('may be YAML', () => {
    expect(representation('application/yaml', none)).toMatchObject({ form: 'object', yaml: true });
  });

  it('is for people when they ask', () => {
    expect(representation(undefined, new URLSearchParams('pretty')).pretty).toBe(true);
    expect(representation(undefined, new URLSearchParams('pretty=false')).pretty).toBe(false);
  });

  it('looks at a bounded number of entries', () => {
    expect(acceptEntries('a/b,'.repeat(10_000))).toHaveLength(32);
  });
});
