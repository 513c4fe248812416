import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../object.js';
import { machine, schemaOf } from '../testing/machine-schema.js';
import { FieldSet } from './field-set.js';
import { removeFields } from './remove.js';

const spec = schemaOf(machine).root.child('spec');
/** The set of these fields, as FieldsV1 writes them. */
const fields = (of: JsonObject): FieldSet => FieldSet.decode(of);

const rules = [{ name: 'r', hosts: [{ host: 'a' }, { host: 'b' }] }, { name: 's' }];
const labelled = [
  { name: 'r', labels: { x: '1', y: '2' } },
  { name: 's', labels: { z: '3' } },
];
const groups = { one: ['a', 'b'], two: ['c', 'd'] };
const limits = { one: { a: { x: 1 }, b: { y: 2 } }, two: { c: { z: 3 } } };

describe('an object without some of its fields', () => {
  it.each<[string, JsonObject, JsonObject, Json]>([
    ['is null when that is all there was', { image: 'x' }, { 'f:image': {} }, null],
    ['is the same without none', { image: 'x' }, {}, { image: 'x' }],
    ['has the others', { image: 'x', cores: 1 }, { 'f:image': {} }, { cores: 1 }],
    ['has nothing of an object that goes', { image: 'x', free: { a: 'b' } }, { 'f:free': {} }, { image: 'x' }],
    [
      'has null for a set that lost its last member',
      { flags: [false] },
      { 'f:flags': { 'v:false': {} } },
      { flags: null },
    ],
    ['keeps members that are not meant', { flags: [false] }, { 'f:flags': { 'v:true': {} } }, { flags: [false] }],
    ['keeps the other members', { flags: [true, false] }, { 'f:flags': { 'v:true': {} } }, { flags: [false] }],
    ['has nothing of a set that goes', { flags: [true, false] }, { 'f:flags': {} }, null],
    ['keeps the order of members', { tags: [1, 2, 3, 4] }, { 'f:tags': { 'v:1': {}, 'v:4': {} } }, { tags: [2, 3] }],
    ['keeps texts that are members', { zones: ['a', 'b'] }, { 'f:zones': { 'v:"a"': {} } }, { zones: ['b'] }],
    [
      'keeps items by all their keys',
      { ports: [{ port: 1 }, { port: 1, protocol: 'UDP' }, { port: 2 }] },
      { 'f:ports': { 'k:{"port":1,"protocol":"TCP"}': {} } },
      { ports: [{ port: 1, protocol: 'UDP' }, { port: 2 }] },
    ],
    ['has nothing of an atomic list', { boot: ['net', 'net'] }, { 'f:boot': {} }, null],
    ['has nothing of an atomic struct', { node: { zone: 'a', rack: '1' } }, { 'f:node': {} }, null],
    [
      'has null for an atomic struct of which a part goes',
      { node: { zone: 'a' } },
      { 'f:node': { 'f:zone': {} } },
      { node: null },
    ],

    ['has nothing of a list of lists', { rules }, { 'f:rules': {} }, null],
    ['loses an item', { rules }, { 'f:rules': { 'k:{"name":"s"}': {} } }, { rules: [rules[0] as Json] }],
    ['loses an item with lists in it', { rules }, { 'f:rules': { 'k:{"name":"r"}': {} } }, { rules: [{ name: 's' }] }],
    [
      'loses an item of an item',
      { rules },
      { 'f:rules': { 'k:{"name":"r"}': { 'f:hosts': { 'k:{"host":"a"}': {} } } } },
      { rules: [{ name: 'r', hosts: [{ host: 'b' }] }, { name: 's' }] },
    ],
    ['keeps all items but one that is not there', { rules }, { 'f:rules': { 'k:{"name":"x"}': {} } }, { rules }],
    [
      'keeps all items of an item but one that is not there',
      { rules },
      { 'f:rules': { 'k:{"name":"r"}': { 'f:hosts': { 'k:{"host":"x"}': {} } } } },
      { rules },
    ],
    ['keeps what a path does not lead to', { rules }, { 'v:"b"': {} }, { rules }],

    ['has nothing of a list of maps', { rules: labelled }, { 'f:rules': {} }, null],
    [
      'loses an item with a map',
      { rules: labelled },
      { 'f:rules': { 'k:{"name":"r"}': {} } },
      { rules: [labelled[1] as Json] },
    ],
    [
      'loses a key of a map in an item',
      { rules: labelled },
      { 'f:rules': { 'k:{"name":"r"}': { 'f:labels': { 'f:x': {} } } } },
      { rules: [{ name: 'r', labels: { y: '2' } }, labelled[1] as Json] },
    ],
    [
      'keeps a map in an item without a key that is not there',
      { rules: labelled },
      { 'f:rules': { 'k:{"name":"r"}': { 'f:labels': { 'f:q': {} } } } },
      { rules: labelled },
    ],
    [
      'keeps maps in items that are not there',
      { rules: labelled },
      { 'f:rules': { 'k:{"name":"q"}': { 'f:name': {} } } },
      { rules: labelled },
    ],

    ['has nothing of a map of sets', { groups }, { 'f:groups': {} }, null],
    ['loses a set under a key', { groups }, { 'f:groups': { 'f:one': {} } }, { groups: { two: ['c', 'd'] } }],
    [
      'loses a member under a key',
      { groups },
      { 'f:groups': { 'f:one': { 'v:"a"': {} } } },
      { groups: { one: ['b'], two: ['c', 'd'] } },
    ],
    ['keeps sets without a key that is not there', { groups }, { 'f:groups': { 'f:q': {} } }, { groups }],
    [
      'keeps members without one that is not there',
      { groups },
      { 'f:groups': { 'f:one': { 'v:"q"': {} } } },
      { groups },
    ],
    [
      'loses a key that is null',
      { groups: { one: null, two: ['c'] } },
      { 'f:groups': { 'f:one': {} } },
      { groups: { two: ['c'] } },
    ],
    ['keeps sets that a path does not lead to', { groups }, { 'v:"a"': {} }, { groups }],

    ['has nothing of a map of maps', { limits }, { 'f:limits': {} }, null],
    ['loses a map under a key', { limits }, { 'f:limits': { 'f:one': {} } }, { limits: { two: limits.two } }],
    [
      'loses a key under a key',
      { limits },
      { 'f:limits': { 'f:one': { 'f:a': {} } } },
      { limits: { one: { b: { y: 2 } }, two: limits.two } },
    ],
    ['keeps maps without a key that is not there', { limits }, { 'f:limits': { 'f:q': {} } }, { limits }],
    ['keeps keys without one that is not there', { limits }, { 'f:limits': { 'f:one': { 'f:q': {} } } }, { limits }],
    [
      'loses a key that is null in a map',
      { limits: { one: null, two: {} } },
      { 'f:limits': { 'f:one': {} } },
      { limits: { two: {} } },
    ],
    ['keeps maps that a path does not lead to', { limits }, { 'f:one': {} }, { limits }],
    [
      'has null for a map that lost its last key',
      { limits: { one: { a: null } } },
      { 'f:limits': { 'f:one': {} } },
      { limits: null },
    ],
    [
      'has null for an inner map that lost its last key',
      { limits: { one: { a: null } } },
      { 'f:limits': { 'f:one': { 'f:a': {} } } },
      { limits: { one: null } },
    ],
    [
      'has null for a map at any depth that lost its last key',
      { limits: { one: { a: { x: null } } } },
      { 'f:limits': { 'f:one': { 'f:a': { 'f:x': {} } } } },
      { limits: { one: { a: null } } },
    ],
  ])('%s', (_what, value, gone, left) => {
    expect(removeFields(value, fields(gone), spec)).toEqual(left);
  });
});
