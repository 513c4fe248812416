import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../object.js';
import { openSchema } from '../schema/open-schema.js';
import { machine, schemaOf } from '../testing/machine-schema.js';
import { typeErrors } from './type-errors.js';

const spec = schemaOf(machine).root.child('spec');

describe('a value of its schema’s type', () => {
  it.each<[string, Json]>([
    ['a text', { image: 'x' }],
    ['a number', { load: 1 }],
    ['a fraction', { load: 0.5 }],
    ['a truth', { running: true }],
    ['an untruth', { running: false }],
    [
      'nulls',
      { image: null, load: null, running: null, labels: null, zones: null, disks: null, boot: null, delay: null },
    ],
    ['a number for one of several', { delay: 5 }],
    ['a text for one of several', { delay: '5s' }],
    ['a truth for one of several', { delay: true }],
    ['sets', { zones: ['a', 'b'], flags: [true, false], tags: [1, 2, 3.5] }],
    ['an empty keyed list', { disks: [] }],
    ['an item', { rules: [{ name: 'r', labels: { a: '1' } }] }],
    ['items that differ in one key', { ports: [{ port: 1 }, { port: 1, protocol: 'UDP' }, { port: 2 }] }],
    ['an item whose key is null', { ports: [{ port: 1, protocol: null }, { port: 1 }] }],
    ['an atomic list with the same twice', { boot: ['net', 'net'] }],
    ['anything where anything may be', { free: { a: null, b: ['x', 1], c: { d: [], e: { f: 'g' } } } }],
  ])('has no faults: %s', (_what, value) => {
    expect(typeErrors(value, spec)).toEqual([]);
  });
});

describe('a value of another type', () => {
  const others: Record<string, Json> = {
    text: 'x',
    number: 1,
    fraction: 0.5,
    truth: true,
    list: ['x'],
    object: { a: 1 },
  };
  const but = (...names: string[]): [string, Json][] =>
    Object.entries(others).filter(([name]) => !names.includes(name));

  it.each(but('text'))('is no text: a %s', (_what, value) => {
    expect(typeErrors({ image: value }, spec)).toEqual([expect.stringMatching(/^\.image: expected string, got /)]);
  });

  it.each(but('number', 'fraction'))('is no number: a %s', (_what, value) => {
    expect(typeErrors({ load: value }, spec)).toEqual([
      expect.stringMatching(/^\.load: expected numeric \(int or float\), got /),
    ]);
  });

  it.each(but('truth'))('is no truth: a %s', (_what, value) => {
    expect(typeErrors({ running: value }, spec)).toEqual([expect.stringMatching(/^\.running: expected boolean, got /)]);
  });

  it.each(but('object'))('is no object: a %s', (_what, value) => {
    expect(typeErrors({ firmware: value }, spec)).toEqual([expect.stringMatching(/^\.firmware: expected map, got /)]);
    expect(typeErrors(value, spec)).toEqual([expect.stringMatching(/^expected map, got /)]);
  });

  it.each(but('list'))('is no list: a %s', (_what, value) => {
    expect(typeErrors({ disks: value }, spec)).toEqual([expect.stringMatching(/^\.disks: expected list, got /)]);
  });

  it.each(but('text', 'list', 'object'))('is no member of a set of texts: a %s', (_what, value) => {
    const member = JSON.stringify(value);
    expect(typeErrors({ zones: [value] }, spec)).toEqual([
      expect.stringContaining(`.zones[=${member}]: expected string`),
    ]);
  });

  it.each(but('truth', 'list', 'object'))('is no member of a set of truths: a %s', (_what, value) => {
    expect(typeErrors({ flags: [value] }, spec)).toEqual([expect.stringContaining('expected boolean')]);
  });

  it.each(but('number', 'fraction', 'list', 'object'))('is no member of a set of numbers: a %s', (_what, value) => {
    expect(typeErrors({ tags: [value] }, spec)).toEqual([expect.stringContaining('expected numeric')]);
  });

  it.each<[string, Json, string]>([
    ['a null', null, "associative list without keys has an element that's an explicit null"],
    ['an object', {}, "associative list without keys has an element that's a map type"],
    ['a list', [], 'not supported: associative list with lists as elements'],
  ])('is no member of any set: %s', (_what, value, message) => {
    for (const name of ['zones', 'flags', 'tags'])
      expect(typeErrors({ [name]: [value] }, spec)).toEqual([`.${name}: element 0: ${message}`]);
  });

  const keyless = (key: string): string =>
    `associative list with keys has an element that omits key field "${key}" (and doesn't have default value)`;
  it.each<[string, Json, string]>([
    ['nothing', {}, keyless('port')],
    ['only the key with a default', { protocol: 'UDP' }, keyless('port')],
    ['everything but its key', { name: 'web' }, keyless('port')],
    ['null', null, 'associative list with keys may not have a null element'],
    ['a list', [], 'associative list with keys may not have non-map elements'],
  ])('is no item of a keyed list: what is %s', (_what, value, message) => {
    expect(typeErrors({ ports: [{ port: 1 }, value, value] }, spec)).toEqual([`.ports: element 1: ${message}`]);
  });

  it.each<[string, JsonObject, string]>([
    ['a key', { port: 'a' }, '.ports[port="a",protocol="TCP"].port: expected numeric (int or float), got string'],
    [
      'a key that is an object',
      { port: {} },
      '.ports[port={},protocol="TCP"].port: expected numeric (int or float), got map[string]interface {}',
    ],
    [
      'a field',
      { port: 1, name: true },
      '.ports[port=1,protocol="TCP"].name: expected string, got &value.valueUnstructured{Value:true}',
    ],
  ])('is told in an item: %s', (_what, item, message) => {
    expect(typeErrors({ ports: [item] }, spec)).toEqual([message]);
  });

  it('is told in a map of an item', () => {
    expect(typeErrors({ rules: [{ name: 'r', labels: { a: 1 } }] }, spec)).toEqual([
      '.rules[name="r"].labels.a: expected string, got &value.valueUnstructured{Value:1}',
    ]);
  });

  it.each<[string, JsonObject, string]>([
    ['a text', { zones: ['a', 'a'] }, '.zones: duplicate entries for key [="a"]'],
    ['a truth', { flags: [true, false, true] }, '.flags: duplicate entries for key [=true]'],
    ['a number', { tags: [1, 2, 1] }, '.tags: duplicate entries for key [=1]'],
    ['an item', { ports: [{ port: 1 }, { port: 1 }] }, '.ports: duplicate entries for key [port=1,protocol="TCP"]'],
    [
      'an item by its default',
      { ports: [{ port: 1, protocol: 'TCP' }, { port: 1 }] },
      '.ports: duplicate entries for key [port=1,protocol="TCP"]',
    ],
  ])('is there twice: %s', (_what, value, message) => {
    expect(typeErrors(value, spec)).toEqual([message]);
  });

  it('may be any where the schema says nothing, and in what preserves unknown fields', () => {
    const { root } = openSchema({
      type: 'object',
      'x-kubernetes-preserve-unknown-fields': true,
      properties: { cores: { type: 'integer' } },
    });
    expect(typeErrors({ cores: 1, other: { a: ['b'] } }, root)).toEqual([]);
    expect(typeErrors({ cores: 'a', other: 1 }, root)).toEqual(['.cores: expected numeric (int or float), got string']);
  });
});
