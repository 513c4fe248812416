import type { Schema } from '@drover/api';
import { expect, it } from 'vitest';
import { builtinSchemaV2, customComponentV2 } from './schema-v2.js';

const inside = (schema: Schema): Schema | undefined =>
  customComponentV2({ type: 'object', properties: { field: schema } }).properties?.['field'];

// What a kube-apiserver 1.32.13 publishes of the same schemas.
it('nothing is said of what may be null, or may have unknown fields', () => {
  const properties = { x: { type: 'string' } } as const;
  expect(inside({ type: 'object', nullable: true, properties })).toEqual({});
  expect(inside({ type: 'object', 'x-kubernetes-preserve-unknown-fields': true, properties })).toEqual({
    'x-kubernetes-preserve-unknown-fields': true,
  });
  expect(inside({ type: 'array' })).toEqual({});
});

it('a required field that may be null need not be there', () => {
  const properties = { a: { type: 'string', nullable: true }, b: { type: 'string' } } as const;
  expect(inside({ type: 'object', required: ['a', 'b'], properties })).toMatchObject({ required: ['b'] });
  expect(inside({ type: 'object', required: ['a'], properties })).not.toHaveProperty('required');
});

it('alternatives and defaults are left out, bounds and extensions are not', () => {
  expect(
    inside({ type: 'integer', minimum: 1, default: 2, anyOf: [{ minimum: 3 }], 'x-kubernetes-validations': [] }),
  ).toEqual({ type: 'integer', minimum: 1, 'x-kubernetes-validations': [] });
  expect(inside({ 'x-kubernetes-int-or-string': true, anyOf: [{ type: 'integer' }, { type: 'string' }] })).toEqual({
    'x-kubernetes-int-or-string': true,
  });
});

it('a kind that may have any field is an object of its kind', () => {
  const kinds = [{ group: 'example.org', version: 'v1', kind: 'Thing' }];
  const schema: Schema = {
    type: 'object',
    'x-kubernetes-preserve-unknown-fields': true,
    'x-kubernetes-group-version-kind': kinds,
    properties: { spec: { type: 'object' } },
  };
  expect(customComponentV2(schema)).toEqual({ type: 'object', 'x-kubernetes-group-version-kind': kinds });
});

it('built-in references stand by themselves, without defaults', () => {
  const allOf = [{ $ref: '#/components/schemas/A' }];
  const schema: Schema = { type: 'object', properties: { a: { default: {}, allOf } } };
  expect(builtinSchemaV2(schema)).toEqual({ type: 'object', properties: { a: { $ref: '#/definitions/A' } } });
});
