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
    ['application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io,application/json', 'metadata', 'v1'],
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

  it.each(['application/yaml', 'application/vnd.kubernetes.protobuf', 'text/html'])('for %s is refused', (accept) => {
    expect(() => representation(accept, none)).toThrow('only the following media types are accepted');
  });

  it('is for people when they ask', () => {
    expect(representation(undefined, new URLSearchParams('pretty')).pretty).toBe(true);
    expect(representation(undefined, new URLSearchParams('pretty=false')).pretty).toBe(false);
  });

  it('looks at a bounded number of entries', () => {
    expect(acceptEntries('a/b,'.repeat(10_000))).toHaveLength(32);
  });
});
