import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../object.js';
import { protobufTables } from '../schemas.js';
import { ProtobufDecoder } from './decode.js';
import { type ProtobufDocument, ProtobufEncoder } from './encode.js';
import { readEnvelope } from './envelope.js';

const encoder = new ProtobufEncoder(protobufTables());
const decoder = new ProtobufDecoder(protobufTables());

/** Bytes as they would be written in Go: what is no printable character by its number. */
const printed = (bytes: Uint8Array): string =>
  Buffer.from(bytes)
    .toString('latin1')
    .replace(/[^ -~]/g, (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`);

const document = (apiVersion: string, kind: string, fields: JsonObject): ProtobufDocument => ({
  apiVersion,
  kind,
  ...fields,
});

/** A document's own message, without its envelope. */
const message = (of: ProtobufDocument): string => printed(readEnvelope(encoder.encode(of).subarray(4)).raw);

const after = (of: ProtobufDocument): unknown => decoder.decode(encoder.encode(of));

describe('a document in protobuf', () => {
  // Each as kube-apiserver 1.32 answered.
  it('has an envelope, and every field that is no pointer', () => {
    const status = document('v1', 'Status', {
      metadata: {},
      status: 'Failure',
      message: 'configmaps "nope" not found',
      reason: 'NotFound',
      details: { name: 'nope', kind: 'configmaps' },
      code: 404,
    });
    expect(printed(encoder.encode(status))).toBe(
      'k8s\\x00\\x0a\\x0c\\x0a\\x02v1\\x12\\x06Status\\x12U\\x0a\\x06\\x0a\\x00\\x12\\x00\\x1a\\x00\\x12\\x07Failure' +
        '\\x1a\\x1bconfigmaps "nope" not found"\\x08NotFound*\\x18\\x0a\\x04nope\\x12\\x00\\x1a\\x0aconfigmaps(\\x002\\x00' +
        '0\\x94\\x03\\x1a\\x00"\\x00',
    );
  });

  it('of before there were groups has no version', () => {
    const versions = { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [] };
    expect(printed(encoder.encode(versions))).toBe(
      'k8s\\x00\\x0a\\x0f\\x0a\\x00\\x12\\x0bAPIVersions\\x12\\x04\\x0a\\x02v1\\x1a\\x00"\\x00',
    );
  });

  it('has the entries of a map by their keys, and bytes as they are', () => {
    const secret = document('v1', 'Secret', { data: { b: 'AP8=', a: '' }, type: 'Opaque', immutable: false });
    expect(message(secret)).toBe(
      '\\x0a\\x10\\x0a\\x00\\x12\\x00\\x1a\\x00"\\x00*\\x002\\x008\\x00B\\x00' +
        '\\x12\\x05\\x0a\\x01a\\x12\\x00\\x12\\x07\\x0a\\x01b\\x12\\x02\\x00\\xff\\x1a\\x06Opaque(\\x00',
    );
  });

  it('tells a pointer to zero from none', () => {
    const lease = (spec: JsonObject): ProtobufDocument =>
      document('coordination.k8s.io/v1', 'Lease', { metadata: { name: 'a' }, spec });
    expect(message(lease({}))).toMatch(/\\x12\\x00$/);
    expect(message(lease({ leaseTransitions: 0, holderIdentity: '' }))).toMatch(/\\x12\\x04\\x0a\\x00\(\\x00$/);
  });
});

describe('what was encoded', () => {
  const meta = { name: 'a', creationTimestamp: '2023-11-14T22:13:20Z' };
  it.each<[string, ProtobufDocument]>([
    ['texts of several bytes a character', document('v1', 'ConfigMap', { data: { k: 'ü€😀'.repeat(40), l: 'é' } })],
    ['a long text', document('v1', 'ConfigMap', { data: { k: 'x'.repeat(100_000) } })],
    [
      'whole numbers of every size',
      document('scheduling.k8s.io/v1', 'PriorityClass', { metadata: { ...meta, generation: 2 ** 52 }, value: -5 }),
    ],
    [
      'a time in microseconds, and one before 1970',
      document('coordination.k8s.io/v1', 'Lease', {
        spec: { acquireTime: '2024-05-05T05:05:05.500001Z', renewTime: '1960-05-05T05:05:05.000000Z' },
      }),
    ],
    [
      'numbers or texts, and quantities',
      document('apps/v1', 'Deployment', {
        spec: {
          replicas: 0,
          selector: { matchLabels: { a: 'b' } },
          strategy: { rollingUpdate: { maxSurge: '25%', maxUnavailable: 0 } },
          template: {
            metadata: {},
            spec: {
              containers: [{ name: 'c', resources: { limits: { cpu: '500m' } }, livenessProbe: { exec: {} } }],
            },
          },
        },
      }),
    ],
    [
      'any JSON',
      document('apps/v1', 'ControllerRevision', { metadata: meta, data: { z: [1, null, '<&>'], a: {} }, revision: 3 }),
    ],
    [
      'schemas, with their choices',
      document('apiextensions.k8s.io/v1', 'CustomResourceDefinition', {
        spec: {
          group: 'example.com',
          names: { plural: 'cups', kind: 'Cup' },
          scope: 'Cluster',
          versions: [
            {
              name: 'v1',
              served: true,
              storage: true,
              schema: {
                openAPIV3Schema: {
                  type: 'object',
                  properties: {
                    list: { type: 'array', items: { type: 'number', minimum: -1.5, default: 2 } },
                    map: { additionalProperties: { type: 'string' } },
                    open: { additionalProperties: false },
                  },
                },
              },
            },
          ],
        },
      }),
    ],
  ])('is read back: %s', (_name, sent) => {
    expect(after(sent)).toMatchObject(sent);
  });

  it('has no field that the kind does not know', () => {
    expect(after(document('v1', 'ConfigMap', { colour: 'red' }))).not.toHaveProperty('colour');
  });
});

describe('a list in pieces', () => {
  const items = Array.from({ length: 5 }, (_, index) => ({ metadata: { name: `a${index}` }, data: { k: 'v' } }));

  it.each([
    ['v1', 'ConfigMapList'],
    ['meta.k8s.io/v1', 'PartialObjectMetadataList'],
    // Its metadata stands after its items.
    ['meta.k8s.io/v1beta1', 'PartialObjectMetadataList'],
  ])('is the list as a whole: %s %s', (apiVersion, kind) => {
    const head = { apiVersion, kind, metadata: { resourceVersion: '7', remainingItemCount: 3 } };
    const whole = { ...head, items };
    const pieces = [encoder.encodeItems(head, items.slice(0, 2)), encoder.encodeItems(head, items.slice(2))];
    const { before, after: end } = encoder.encodeList(
      head,
      pieces.reduce((sum, { length }) => sum + length, 0),
    );
    expect(Buffer.concat([before, ...pieces, end])).toEqual(Buffer.from(encoder.encode(whole)));
  });
});

describe('an event in protobuf', () => {
  it('is a frame behind its length, with the object in its envelope', () => {
    const object = document('v1', 'ConfigMap', { metadata: { name: 'a' } });
    const frame = Buffer.from(encoder.encodeEvent('ADDED', object));
    const { length } = encoder.encode(object);
    expect(frame.readUInt32BE()).toBe(frame.length - 4);
    expect(frame.subarray(4, -length)).toEqual(
      Buffer.from([0x0a, 5, ...Buffer.from('ADDED'), 0x12, length + 2, 0x0a, length]),
    );
    expect(frame.subarray(-length)).toEqual(Buffer.from(encoder.encode(object)));
  });
});

describe('a kind without a protobuf form', () => {
  it('is not encoded', () => {
    const cup = document('example.com/v1', 'Cup', {});
    expect(encoder.encodes(cup)).toBe(false);
    expect(() => encoder.encode(cup)).toThrow('example.com/v1/Cup has no protobuf form');
  });
});

describe('an encoder', () => {
  it('refuses a number that is none, and goes on with the next document', () => {
    const lease = document('coordination.k8s.io/v1', 'Lease', { spec: { leaseTransitions: Number.POSITIVE_INFINITY } });
    expect(() => encoder.encode(lease)).toThrow(RangeError);
    expect(after(document('v1', 'ConfigMap', { metadata: { name: 'a' } }))).toMatchObject({ metadata: { name: 'a' } });
  });
});
