import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../object.js';
import { openSchema } from '../schema/open-schema.js';
import type { Schema } from '../schema/schema.js';
import { keyed, machine, map, schemaOf, set, struct, text } from '../testing/machine-schema.js';
import { FieldSet } from './field-set.js';
import { fieldSetOf, underSchema, withNamedParents } from './fields-of.js';

const spec = schemaOf(machine).root.child('spec');
const free = openSchema({ type: 'object', properties: { any: { 'x-kubernetes-preserve-unknown-fields': true } } });
const paths = (fields: FieldSet): string[] => [...fields.paths()].sort();

describe('the fields of an object', () => {
  it.each<[string, Json, string[]]>([
    ['a number', { cores: 2 }, ['.cores']],
    ['a fraction', { load: 0.5 }, ['.load']],
    ['a text', { image: 'x' }, ['.image']],
    ['a truth', { running: true }, ['.running']],
    ['an untruth', { running: false }, ['.running']],
    ['a null', { image: 'x', delay: null }, ['.delay', '.image']],
    ['members of a set', { zones: ['a', 'b'] }, ['.zones[="a"]', '.zones[="b"]']],
    ['members of a set that come again', { zones: ['a', 'b', 'a', 'a'] }, ['.zones[="a"]', '.zones[="b"]']],
    ['truths that are members', { flags: [true, false, true] }, ['.flags[=false]', '.flags[=true]']],
    ['numbers that are members', { tags: [1, 2, 3] }, ['.tags[=1]', '.tags[=2]', '.tags[=3]']],
    ['an atomic struct, empty', { node: {} }, ['.node']],
    ['an atomic struct that is null', { node: null }, ['.node']],
    ['an atomic struct', { node: { zone: 'z', rack: '1' } }, ['.node']],
    ['an atomic map, empty', { sealed: {} }, ['.sealed']],
    ['an atomic map that is null', { sealed: null }, ['.sealed']],
    ['an atomic map', { sealed: { a: 'b' } }, ['.sealed']],
    ['an atomic list, empty', { boot: [] }, ['.boot']],
    ['an atomic list that is null', { boot: null }, ['.boot']],
    ['an atomic list of a null', { boot: [null] }, ['.boot']],
    ['an atomic list', { boot: ['net', 'net'] }, ['.boot']],
    ['a keyed list, empty', { disks: [] }, []],
    [
      'an item with what it holds',
      { rules: [{ name: 'r', labels: { a: '1' } }] },
      ['.rules[name="r"]', '.rules[name="r"].labels.a', '.rules[name="r"].name'],
    ],
    [
      'items by all their keys',
      { ports: [{ port: 1, protocol: 'UDP' }, { port: 1 }, { port: 2, protocol: null }] },
      [
        '.ports[port=1,protocol="TCP"]',
        '.ports[port=1,protocol="TCP"].port',
        '.ports[port=1,protocol="UDP"]',
        '.ports[port=1,protocol="UDP"].port',
        '.ports[port=1,protocol="UDP"].protocol',
        '.ports[port=2,protocol=null]',
        '.ports[port=2,protocol=null].port',
        '.ports[port=2,protocol=null].protocol',
      ],
    ],
    [
      'items that share a key, by the key alone',
      {
        disks: [
          { name: 'a', size: 1 },
          { name: 'b', size: 2 },
          { name: 'a', serial: 's' },
        ],
      },
      ['.disks[name="a"]', '.disks[name="b"]', '.disks[name="b"].name', '.disks[name="b"].size'],
    ],
  ])('are told: %s', (_what, value, expected) => {
    expect(paths(fieldSetOf(value, spec))).toEqual(expected.sort());
  });

  it.each<[string, JsonObject, string[]]>([
    ['values', { a: 'x', b: 1, c: 0.5, d: true, e: false }, ['.a', '.b', '.c', '.d', '.e']],
    ['a null', { a: null }, ['.a']],
    ['an object, and what is in it', { a: { b: 'x', c: 0 } }, ['.a', '.a.b', '.a.c']],
    ['an empty object', { a: {} }, ['.a']],
    ['a list, whatever is in it', { a: ['x'], b: [], c: [null], d: [{ name: 'y' }] }, ['.a', '.b', '.c', '.d']],
  ])('are told where no schema is: %s', (_what, value, expected) => {
    expect(paths(fieldSetOf(value, free.root.child('any')))).toEqual(expected);
  });
});

const P = (...elements: string[]): FieldSet => FieldSet.path(...elements);
const union = (...sets: FieldSet[]): FieldSet => sets.reduce((all, one) => all.union(one), FieldSet.EMPTY);

describe('a field that the schema names', () => {
  const itself: Schema = { $ref: '#/components/schemas/Nested' };
  const nested: Schema = {
    type: 'object',
    properties: { named: itself, list: keyed(itself, 'name'), value: { type: 'number' } },
    additionalProperties: itself,
  };
  const { root } = openSchema(nested, { Nested: nested });

  it.each<[string, FieldSet, string[]]>([
    ['a value in one', P('f:named', 'f:named', 'f:value'), ['.named', '.named.named', '.named.named.value']],
    [
      'values below keys of maps, which are none',
      union(P('f:named', 'f:a', 'f:named', 'f:value'), P('f:a', 'f:named', 'f:value'), P('f:a', 'f:b', 'f:value')),
      ['.a.b.value', '.a.named', '.a.named.value', '.named', '.named.a.named', '.named.a.named.value'],
    ],
    [
      'a value below an item, which is none',
      P('f:named', 'f:list', 'k:{"name":"a"}', 'f:named', 'f:a', 'f:value'),
      ['.named', '.named.list', '.named.list[name="a"].named', '.named.list[name="a"].named.a.value'],
    ],
  ])('is held by who holds %s', (_what, held, expected) => {
    expect(paths(withNamedParents(held, root))).toEqual(expected);
  });
});

describe('fields under another schema', () => {
  const granular: Record<string, Schema> = {
    node: struct({ zone: text, rack: text }),
    zones: set(text),
    disks: keyed(struct({ name: text, bus: text, serial: text }), 'name', 'bus'),
    labels: map(text),
    other: struct({ size: text }),
    free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true, properties: { zones: set(text) } },
  };
  const whole = { 'x-kubernetes-map-type': 'atomic', 'x-kubernetes-list-type': 'atomic' } as const;
  const atomic: Record<string, Schema> = {
    ...granular,
    node: { ...granular['node'], ...whole },
    zones: { ...granular['zones'], ...whole },
    disks: { ...granular['disks'], ...whole },
    labels: { ...granular['labels'], ...whole },
    free: { ...granular['free'], properties: { zones: { ...granular['zones'], ...whole } } },
  };
  const parts = union(
    P('f:node', 'f:zone'),
    P('f:zones', 'v:"a"'),
    P('f:labels', 'f:x'),
    P('f:disks', 'k:{"bus":"sata","name":"root"}', 'f:serial'),
    P('f:other', 'f:size'),
  );
  const wholes = union(P('f:node'), P('f:zones'), P('f:labels'), P('f:disks'), P('f:other', 'f:size'));
  const under = (fields: FieldSet, properties: Record<string, Schema>): FieldSet =>
    underSchema(fields, schemaOf(properties).root.child('spec'));

  it('are whole values where those are atomic now', () => {
    expect(paths(under(parts, atomic))).toEqual(['.disks', '.labels', '.node', '.other.size', '.zones']);
  });

  it.each<[string, FieldSet, Record<string, Schema>]>([
    ['parts stay parts', parts, granular],
    ['whole values stay whole', wholes, atomic],
    ['whole values stay so where they are not atomic any more', wholes, granular],
    [
      'items and empty values stay',
      union(wholes, P('f:disks', 'k:{"bus":"sata","name":"root"}'), P('f:other')),
      granular,
    ],
    ['fields that no schema knows stay', union(P('f:free'), P('f:free', 'f:any')), atomic],
  ])('are the same fields: %s', (_what, fields, properties) => {
    expect(under(fields, properties)).toBe(fields);
  });

  it('are whole values beside fields that no schema knows', () => {
    const fields = union(P('f:free'), P('f:free', 'f:any'), P('f:free', 'f:zones'), P('f:free', 'f:zones', 'v:"a"'));
    expect(paths(under(fields, atomic))).toEqual(['.free', '.free.any', '.free.zones']);
    expect(under(fields, granular)).toBe(fields);
  });
});
