import { describe, expect, it } from 'vitest';
import { acceptEntries, documentMedia, representation } from './negotiation.js';

const none = new URLSearchParams();
const builtin = { builtin: true, plural: false };
const custom = { builtin: false, plural: false };
const JSON_TYPE = 'application/json';
const PROTOBUF = 'application/vnd.kubernetes.protobuf';
const AS_TABLE = ';as=Table;v=v1;g=meta.k8s.io';
const AS_METADATA = ';as=PartialObjectMetadata;v=v1;g=meta.k8s.io';
const KUBECTL =
  'application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json';
const TYPES = 'application/json, application/yaml, application/vnd.kubernetes.protobuf';

describe('the form of an answer', () => {
  it.each([
    [undefined, 'object', 'v1', 'json'],
    ['*/*', 'object', 'v1', 'json'],
    [JSON_TYPE, 'object', 'v1', 'json'],
    [KUBECTL, 'table', 'v1', 'json'],
    ['application/json;as=Table;v=v1beta1;g=meta.k8s.io', 'table', 'v1beta1', 'json'],
    [`${JSON_TYPE}${AS_METADATA},application/json`, 'metadata', 'v1', 'json'],
    ['application/json;as=Table;v=v2;g=meta.k8s.io,application/json', 'object', 'v1', 'json'],
    ['application/json;q=0.1,application/json;as=Table;v=v1;g=meta.k8s.io', 'table', 'v1', 'json'],
    ['application/yaml', 'object', 'v1', 'yaml'],
    [PROTOBUF, 'object', 'v1', 'protobuf'],
    [`${PROTOBUF}, ${JSON_TYPE}`, 'object', 'v1', 'protobuf'],
    [`${PROTOBUF};q=0.2, ${JSON_TYPE};q=0.5`, 'object', 'v1', 'json'],
    [`${PROTOBUF};stream=watch`, 'object', 'v1', 'protobuf'],
    [`${PROTOBUF};type=watch`, 'object', 'v1', 'protobuf'],
    [`${PROTOBUF}${AS_METADATA}`, 'metadata', 'v1', 'protobuf'],
  ])('for Accept: %s is %s, %s, in %s', (accept, form, version, media) => {
    expect(representation(accept, none, builtin)).toEqual({ form, version, media, pretty: false });
  });

  it('is no Table in protobuf', () => {
    const accept = `${PROTOBUF}${AS_TABLE},${JSON_TYPE}${AS_TABLE}`;
    expect(representation(accept, none, builtin)).toMatchObject({ form: 'table', media: 'json' });
    expect(() => representation(`${PROTOBUF}${AS_TABLE}`, none, builtin)).toThrow(`accepted: ${TYPES}`);
  });

  it('of custom kinds is protobuf for their metadata alone', () => {
    expect(representation(`${PROTOBUF},${JSON_TYPE}`, none, custom).media).toBe('json');
    expect(representation(`${PROTOBUF}${AS_METADATA}`, none, custom).media).toBe('protobuf');
    expect(() => representation(PROTOBUF, none, custom)).toThrow(`accepted: ${TYPES}`);
  });

  it.each([
    ['application/json;as=Table;v=v9;g=meta.k8s.io', `only the following media types are accepted: ${TYPES}`],
    ['application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io', 'only the following media types are accepted'],
    [`${PROTOBUF};stream=log`, 'only the following media types are accepted'],
    [`${PROTOBUF};sv=1`, 'only the following media types are accepted'],
    ['text/html', `406: Not Acceptable\n\nAvailable representations: ${TYPES}`],
    ['application/cbor', '406: Not Acceptable'],
    ['constructor', '406: Not Acceptable'],
  ])('for %s is refused', (accept, why) => {
    expect(() => representation(accept, none, builtin)).toThrow(why);
  });

  it('of a collection has its own name for metadata', () => {
    const accept = 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io';
    expect(representation(accept, none, { builtin: true, plural: true }).form).toBe('metadata');
  });

  it('is for people when they ask', () => {
    expect(representation(undefined, new URLSearchParams('pretty'), builtin).pretty).toBe(true);
    expect(representation(undefined, new URLSearchParams('pretty=false'), builtin).pretty).toBe(false);
  });
});

describe('entries of an Accept header', () => {
  it('go by their weights, and those that name a type before those that do not', () => {
    const types = acceptEntries('*/*,a/*,b/b;q=0.1,a/a;q=0.5').map(({ type }) => type);
    expect(types).toEqual(['a/a', 'b/b', 'a/*', '*/*']);
  });

  it('are bounded', () => {
    expect(acceptEntries('a/b,'.repeat(10_000))).toHaveLength(32);
  });
});

describe('the media type of a Status', () => {
  it.each([
    [undefined, 'json'],
    [PROTOBUF, 'protobuf'],
    [`${PROTOBUF}${AS_METADATA}`, undefined],
    [`${PROTOBUF}${AS_METADATA},application/yaml`, 'yaml'],
    ['text/html', undefined],
  ])('for Accept: %s is %s', (accept, media) => {
    expect(documentMedia(accept)).toBe(media);
  });
});
