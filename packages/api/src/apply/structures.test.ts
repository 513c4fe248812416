import { describe, expect, it } from 'vitest';
import type { Json, JsonObject, KubeObject } from '../object.js';
import { openSchema } from '../schema/open-schema.js';
import type { Schema } from '../schema/schema.js';
import { applyObject } from './server-side-apply.js';
import { updateManagedFields } from './update.js';

const text: Schema = { type: 'string' };
const fields = (properties: Record<string, Schema>, more: Schema = {}): Schema => ({
  type: 'object',
  properties,
  ...more,
});
const schema = openSchema(
  fields({
    spec: fields({
      set: { type: 'array', items: text, 'x-kubernetes-list-type': 'set' },
      plain: { type: 'array', items: text },
      keyed: {
        type: 'array',
        items: fields({ name: text, port: { type: 'integer', default: 80 }, value: text }),
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['name', 'port'],
      },
      atomic: fields({ a: text, b: text }, { 'x-kubernetes-map-type': 'atomic' }),
      struct: fields({ a: text, b: text }),
      map: { type: 'object', additionalProperties: fields({ a: text, b: text }) },
      free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
      number: { 'x-kubernetes-int-or-string': true },
    }),
  }),
);
const write = (manager: string) => ({ manager, schema, time: '2026-01-01T00:00:00Z' });
const object = (spec: JsonObject): KubeObject =>
  ({ apiVersion: 'a/v1', kind: 'A', metadata: { name: 'x' }, spec }) as unknown as KubeObject;
const specOf = (kube: KubeObject): Json | undefined => (kube as unknown as JsonObject)['spec'];
const fieldsOf = (kube: KubeObject, name: string): Json | undefined =>
  kube.metadata.managedFields?.find(({ manager }) => manager === name)?.fieldsV1?.['f:spec'];
const apply = (live: KubeObject | undefined, spec: JsonObject, manager: string, force = false): KubeObject =>
  applyObject({ live, applied: object(spec), force }, write(manager));

describe('ownership goes through', () => {
  it.each<[string, JsonObject, JsonObject]>([
    ['a set by its members', { set: ['x', 'y'] }, { 'f:set': { 'v:"x"': {}, 'v:"y"': {} } }],
    ['a plain list as a whole', { plain: ['x'] }, { 'f:plain': {} }],
    [
      'a keyed list by its keys, given or not',
      { keyed: [{ name: 'a', value: '1' }] },
      { 'f:keyed': { 'k:{"name":"a","port":80}': { '.': {}, 'f:name': {}, 'f:value': {} } } },
    ],
    ['an atomic object as a whole', { atomic: { a: '1' } }, { 'f:atomic': {} }],
    ['an object by its fields', { struct: { a: '1' } }, { 'f:struct': { 'f:a': {} } }],
    ['an empty object as itself', { struct: {} }, { 'f:struct': {} }],
    ['a map by its keys and their fields', { map: { k: { a: '1' } } }, { 'f:map': { 'f:k': { '.': {}, 'f:a': {} } } }],
    [
      'a free form by its fields, its lists whole',
      { free: { a: { b: [1] } } },
      { 'f:free': { 'f:a': { '.': {}, 'f:b': {} } } },
    ],
    ['a number or text', { number: '80%' }, { 'f:number': {} }],
  ])('%s', (_name, spec, expected) => {
    expect(fieldsOf(apply(undefined, spec, 'me'), 'me')).toEqual(expected);
  });
});

describe('applying', () => {
  it.each<[string, JsonObject, JsonObject, JsonObject]>([
    ['joins sets', { set: ['a', 'b'] }, { set: ['c'] }, { set: ['a', 'b', 'c'] }],
    [
      'joins maps',
      { map: { k: { a: '1' } } },
      { map: { k: { b: '2' }, l: { a: '3' } } },
      { map: { k: { a: '1', b: '2' }, l: { a: '3' } } },
    ],
    ['joins free forms', { free: { a: { b: 1 } } }, { free: { a: { c: 2 } } }, { free: { a: { b: 1, c: 2 } } }],
    [
      'tells elements apart by all their keys',
      { keyed: [{ name: 'a', port: 1 }] },
      { keyed: [{ name: 'a' }] },
      { keyed: [{ name: 'a', port: 1 }, { name: 'a' }] },
    ],
  ])('%s', (_name, theirs, mine, expected) => {
    expect(specOf(apply(apply(undefined, theirs, 'you'), mine, 'me'))).toEqual(expected);
  });

  it.each<[string, JsonObject, JsonObject, string]>([
    ['a plain list', { plain: ['a'] }, { plain: ['b'] }, '.spec.plain'],
    ['an atomic object', { atomic: { a: '1' } }, { atomic: { b: '2' } }, '.spec.atomic'],
    [
      'a field of an element',
      { keyed: [{ name: 'a', value: '1' }] },
      { keyed: [{ name: 'a', value: '2' }] },
      '.spec.keyed[name="a",port=80].value',
    ],
    ['a field of a map', { map: { k: { a: '1' } } }, { map: { k: { a: '2' } } }, '.spec.map.k.a'],
  ])('conflicts about %s as a whole', (_name, theirs, mine, path) => {
    expect(() => apply(apply(undefined, theirs, 'you'), mine, 'me')).toThrow(`conflict with "you": ${path}`);
  });

  it.each<[string, JsonObject, JsonObject, JsonObject]>([
    ['members of sets', { set: ['a', 'b'] }, { set: ['a'] }, { set: ['a'] }],
    ['keys of maps', { map: { k: { a: '1' }, l: { a: '1' } } }, { map: { k: { a: '1' } } }, { map: { k: { a: '1' } } }],
    ['elements', { keyed: [{ name: 'a' }, { name: 'b' }] }, { keyed: [{ name: 'b' }] }, { keyed: [{ name: 'b' }] }],
    ['fields of free forms', { free: { a: 1, b: 2 } }, { free: { a: 1 } }, { free: { a: 1 } }],
    ['whole objects', { struct: { a: '1' }, number: 1 }, { number: 1 }, { number: 1 }],
  ])('takes away %s it says no more', (_name, before, after, expected) => {
    expect(specOf(apply(apply(undefined, before, 'me'), after, 'me'))).toEqual(expected);
  });

  it('refuses an element without its key', () => {
    const keyless = openSchema(
      fields({
        spec: {
          type: 'array',
          items: fields({ k: text }),
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['k'],
        },
      }),
    );
    const applied = { ...object({}), spec: [{}] } as unknown as KubeObject;
    expect(() => applyObject({ applied, force: false }, { ...write('me'), schema: keyless })).toThrow(
      'omits key field "k"',
    );
    expect(
      updateManagedFields({ updated: applied }, { ...write('me'), schema: keyless }).metadata.managedFields,
    ).toHaveLength(1);
  });

  it('turns an object into a list when its owner says so', () => {
    const loose = openSchema(fields({ spec: { 'x-kubernetes-preserve-unknown-fields': true } }));
    const first = applyObject({ applied: object({ a: { b: 1 } }), force: false }, { ...write('me'), schema: loose });
    const second = applyObject(
      { live: first, applied: object({ a: ['x'] }), force: false },
      { ...write('me'), schema: loose },
    );
    expect(specOf(second)).toEqual({ a: ['x'] });
  });
});
