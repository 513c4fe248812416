import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../object.js';
import { conflictsOf, History } from '../testing/history.js';
import { integer, machine, schemaOf, set, struct, text } from '../testing/machine-schema.js';
import type { Write } from './write.js';

const schema = schemaOf(machine);

describe('a field with one value', () => {
  it('stays, whoever updated other fields, when it is applied again', () => {
    const history = new History()
      .apply('a', { image: 'x' })
      .update('b', { image: 'x', cores: 2 })
      .apply('a', { image: 'y' });
    expect(history.spec).toEqual({ image: 'y', cores: 2 });
    expect(history.owners).toEqual({ 'a applies': ['.image'], 'b updates': ['.cores'] });
  });

  it('is a conflict once another changed it, until forced', () => {
    const history = new History().apply('a', { image: 'x' }).update('b', { image: 'z' });
    expect(history.owners).toEqual({ 'b updates': ['.image'] });
    expect(conflictsOf(() => history.apply('a', { image: 'x' }))).toEqual(['.image: conflict with "b" using v1']);
    expect(history.force('a', { image: 'x' }).owners).toEqual({ 'a applies': ['.image'] });
  });

  it('goes when its only applier leaves it out', () => {
    const history = new History().apply('a', { image: 'x', cores: 1 }).apply('a', { image: 'x' });
    expect(history.spec).toEqual({ image: 'x' });
    expect(history.owners).toEqual({ 'a applies': ['.image'] });
  });

  it('stays when another applier or updater has it too', () => {
    const shared = new History()
      .apply('a', { cores: 1, image: 'x' })
      .apply('b', { cores: 1 })
      .apply('a', { image: 'x' });
    expect(shared.spec).toEqual({ cores: 1, image: 'x' });
    const updated = new History().apply('a', { image: 'x' }).update('b', { image: 'x', cores: 1 });
    updated.apply('a', { image: 'x', cores: 1 }).apply('a', { image: 'x' });
    expect(updated.spec).toEqual({ image: 'x', cores: 1 });
    expect(updated.owners).toEqual({ 'a applies': ['.image'], 'b updates': ['.cores'] });
  });

  it('belongs to whoever applies the same, without conflict, and conflicts when one of them changes it', () => {
    const history = new History().apply('a', { cores: 1 }).apply('b', { cores: 1 });
    expect(history.owners).toEqual({ 'a applies': ['.cores'], 'b applies': ['.cores'] });
    expect(conflictsOf(() => history.apply('a', { cores: 2 }))).toEqual(['.cores: conflict with "b"']);
  });

  it('is nobody’s once it was updated away', () => {
    const history = new History().apply('a', { image: 'x', cores: 1 }).update('b', { image: 'x' });
    expect(history.owners).toEqual({ 'a applies': ['.image'] });
    expect(history.apply('a', { image: 'x', cores: 1 }).spec).toEqual({ image: 'x', cores: 1 });
  });

  it('can be taken from a manager by updating it, and applied away only by who applied it', () => {
    const history = new History().apply('a', { cores: 1 }).update('b', { cores: 5 }).apply('a', {});
    expect(history.spec).toEqual({ cores: 5 });
    expect(history.owners).toMatchObject({ 'b updates': ['.cores'] });
  });

  it('leaves no manager behind that manages nothing', () => {
    const history = new History().update('a', { image: 'x' }).update('b', undefined);
    expect(history.owners).toEqual({});
    const applied = new History().update('a', { image: 'x' }).apply('b', undefined);
    expect(applied.owners).toEqual({ 'a updates': ['', '.image'] });
  });

  it('that is applied as null is owned, and is a change of what was there', () => {
    const history = new History().update('a', { cores: 1, labels: { x: 'y' } });
    expect(conflictsOf(() => history.apply('b', { cores: null }))).toEqual(['.cores: conflict with "a" using v1']);
    expect(history.apply('b', { labels: null }).spec).toEqual({ cores: 1, labels: { x: 'y' } });
    expect(history.owners).toMatchObject({ 'b applies': ['.labels'] });
  });

  it('may change from a number to a text', () => {
    const history = new History().apply('a', { delay: 5 });
    expect(history.apply('a', { delay: '5s' }).spec).toEqual({ delay: '5s' });
    expect(conflictsOf(() => history.apply('b', { delay: 5 }))).toEqual(['.delay: conflict with "a"']);
  });
});

describe('a set', () => {
  it('takes members of all, and loses those of one', () => {
    const history = new History()
      .apply('a', { tags: [1, 2] })
      .update('b', { tags: [1, 2, 3] })
      .apply('a', { tags: [2, 4] });
    expect(history.spec).toEqual({ tags: [2, 3, 4] });
    expect(history.owners).toEqual({ 'a applies': ['.tags[=2]', '.tags[=4]'], 'b updates': ['.tags[=3]'] });
  });

  it('shares members that two apply or update', () => {
    const history = new History()
      .apply('a', { tags: [1, 2] })
      .apply('b', { tags: [2, 3] })
      .apply('a', { tags: [1] });
    expect(history.spec).toEqual({ tags: [1, 2, 3] });
    expect(history.owners).toEqual({ 'a applies': ['.tags[=1]'], 'b applies': ['.tags[=2]', '.tags[=3]'] });
  });

  it('comes in the order that is applied last', () => {
    const twice = new History().apply('a', { tags: [1, 2, 3] }).apply('a', { tags: [3, 1, 2] });
    expect(twice.spec).toEqual({ tags: [3, 1, 2] });
    const mixed = new History().apply('a', { tags: [1, 2, 3, 4] }).update('b', { tags: [1, 2, 3, 4, 5] });
    expect(mixed.apply('a', { tags: [4, 3, 2, 1] }).spec).toEqual({ tags: [4, 5, 3, 2, 1] });
  });

  it('goes with the last of its members', () => {
    expect(new History().apply('a', { image: 'x', tags: [1] }).apply('a', { image: 'x' }).spec).toEqual({ image: 'x' });
  });

  it('that is applied empty has no fields', () => {
    const history = new History().apply('a', { tags: [] });
    expect(history.spec).toEqual({ tags: [] });
    expect(history.owners).toEqual({});
  });
});

describe('an atomic value', () => {
  it('is owned and replaced as a whole', () => {
    const history = new History().apply('a', { boot: ['disk', 'net'], node: { zone: 'z', rack: '1' } });
    expect(history.owners).toEqual({ 'a applies': ['.boot', '.node'] });
    expect(history.apply('a', { boot: ['net'], node: { zone: 'y' } }).spec).toEqual({
      boot: ['net'],
      node: { zone: 'y' },
    });
    expect(conflictsOf(() => history.apply('b', { node: { rack: '2' } }))).toEqual(['.node: conflict with "a"']);
    expect(history.force('b', { node: { rack: '2' } }).spec).toEqual({ boot: ['net'], node: { rack: '2' } });
  });

  it('in free form is each list, while objects are not', () => {
    const history = new History().apply('a', { free: { list: [1, 2], object: { x: 1 } } });
    history.update('b', { free: { list: [1, 2], object: { x: 1, y: 2 } } });
    expect(history.owners).toEqual({
      'a applies': ['.free.list', '.free.object', '.free.object.x'],
      'b updates': ['.free.object.y'],
    });
    expect(conflictsOf(() => history.apply('c', { free: { list: [1], object: { y: 3 } } }))).toEqual([
      '.free.list: conflict with "a"',
      '.free.object.y: conflict with "b" using v1',
    ]);
  });

  it('in free form may turn into another structure', () => {
    const history = new History().apply('a', { free: { x: 'text' } }).apply('a', { free: { x: { y: 1 } } });
    expect(history.spec).toEqual({ free: { x: { y: 1 } } });
    expect(history.owners).toEqual({ 'a applies': ['.free.x', '.free.x.y'] });
    expect(history.force('b', { free: { x: [1] } }).spec).toEqual({ free: { x: [1] } });
  });
});

describe('a keyed list', () => {
  it('has an element of each manager, and fields of several in one element', () => {
    const history = new History().apply('a', { disks: [{ name: 'root', size: 1 }] });
    history.apply('b', { disks: [{ name: 'root', serial: 's' }, { name: 'data' }] });
    expect(history.spec).toEqual({ disks: [{ name: 'root', size: 1, serial: 's' }, { name: 'data' }] });
    expect(history.owners).toEqual({
      'a applies': ['.disks[name="root"]', '.disks[name="root"].name', '.disks[name="root"].size'],
      'b applies': [
        '.disks[name="data"]',
        '.disks[name="root"]',
        '.disks[name="data"].name',
        '.disks[name="root"].name',
        '.disks[name="root"].serial',
      ],
    });
    expect(history.apply('a', {}).spec).toEqual({ disks: [{ name: 'root', serial: 's' }, { name: 'data' }] });
  });

  it('loses an element of its only manager, with what others put into it', () => {
    const dangling = new History().apply('a', { disks: [{ name: 'root' }, { name: 'data' }] });
    dangling.update('b', { disks: [{ name: 'root' }, { name: 'data', options: ['ro'] }] });
    expect(dangling.apply('a', { disks: [{ name: 'root' }] }).spec).toEqual({ disks: [{ name: 'root' }] });
  });

  it('keeps an element that another applies', () => {
    const history = new History().apply('a', { disks: [{ name: 'root' }, { name: 'data' }] });
    history.apply('b', { disks: [{ name: 'data' }, { name: 'swap' }] }).apply('a', { disks: [{ name: 'root' }] });
    expect(history.spec).toEqual({ disks: [{ name: 'root' }, { name: 'data' }, { name: 'swap' }] });
  });

  it('takes the default of a key that is left out, and tells elements apart by all keys', () => {
    const history = new History().apply('a', { ports: [{ port: 1 }, { port: 1, protocol: 'UDP' }, { port: 2 }] });
    expect(history.owners['a applies']?.slice(0, 3)).toEqual([
      '.ports[port=1,protocol="TCP"]',
      '.ports[port=1,protocol="UDP"]',
      '.ports[port=2,protocol="TCP"]',
    ]);
    history.apply('b', { ports: [{ port: 1, protocol: 'TCP', name: 'web' }] });
    expect(conflictsOf(() => history.apply('a', { ports: [{ port: 1, name: 'api' }] }))).toEqual([
      '.ports[port=1,protocol="TCP"].name: conflict with "b"',
    ]);
  });

  it('is told in the order of its keys, numbers as numbers', () => {
    const { owners } = new History().apply('a', { ports: [{ port: 443 }, { port: 80 }] });
    expect(owners['a applies']?.slice(0, 2)).toEqual([
      '.ports[port=80,protocol="TCP"]',
      '.ports[port=443,protocol="TCP"]',
    ]);
  });
});

describe('nested structures', () => {
  it.each<[string, JsonObject, JsonObject, JsonObject]>([
    [
      'a value in a list of lists',
      { rules: [{ name: 'r', hosts: [{ host: 'a', weight: 1 }] }] },
      { rules: [{ name: 'r', hosts: [{ host: 'a', weight: 2 }] }] },
      { rules: [{ name: 'r', hosts: [{ host: 'a', weight: 2 }] }] },
    ],
    [
      'a key and a value in a list of lists',
      { rules: [{ name: 'r', hosts: [{ host: 'a', weight: 1 }] }] },
      { rules: [{ name: 'q', hosts: [{ host: 'b', weight: 2 }] }] },
      { rules: [{ name: 'q', hosts: [{ host: 'b', weight: 2 }] }] },
    ],
    [
      'a key of a map in a list',
      { rules: [{ name: 'r', labels: { a: '1' } }] },
      { rules: [{ name: 'r', labels: { b: '2' } }] },
      { rules: [{ name: 'r', labels: { b: '2' } }] },
    ],
    ['a set in a map', { groups: { a: ['x'] } }, { groups: { a: ['y'] } }, { groups: { a: ['y'] } }],
    ['a key of a map of sets', { groups: { a: ['x'] } }, { groups: { b: ['x'] } }, { groups: { b: ['x'] } }],
    [
      'a key in the middle',
      { limits: { a: { b: { c: 1 } } } },
      { limits: { a: { d: { c: 2 } } } },
      { limits: { a: { d: { c: 2 } } } },
    ],
    ['everything in a struct', { firmware: { kind: 'efi', secure: 1 }, image: 'x' }, { image: 'x' }, { image: 'x' }],
  ])('change with their only applier: %s', (_what, before, after, expected) => {
    expect(new History().apply('a', before).apply('a', after).spec).toEqual(expected);
  });

  it('keep what another put beside an applied field', () => {
    const history = new History().apply('a', { firmware: { kind: 'efi' } });
    history.update('b', { firmware: { kind: 'efi', secure: 1, options: { x: 'y' } } });
    expect(history.apply('a', {}).spec).toEqual({ firmware: { secure: 1, options: { x: 'y' } } });
  });

  it('go with the applied parts when an updater has nothing in them', () => {
    const history = new History().apply('a', { image: 'x', limits: { a: { b: { c: 1, d: 2 } } } });
    history.apply('b', { limits: { a: { b: { d: 2 } } } }).apply('a', { image: 'x' });
    expect(history.spec).toEqual({ image: 'x', limits: { a: { b: { d: 2 } } } });
    expect(history.apply('b', {}).spec).toEqual({ image: 'x' });
  });

  it('own an empty struct as itself', () => {
    const history = new History().apply('a', { firmware: {} }).update('b', { firmware: { kind: 'efi' } });
    expect(history.owners).toEqual({ 'a applies': ['.firmware'], 'b updates': ['.firmware.kind'] });
    expect(history.apply('a', { firmware: { features: ['x'], slots: [{ slot: 's' }] } }).spec).toEqual({
      firmware: { kind: 'efi', features: ['x'], slots: [{ slot: 's' }] },
    });
  });

  it('own a map that is empty, and lose it when its applier does', () => {
    const history = new History().apply('a', { image: 'x', labels: {} });
    expect(history.owners).toEqual({ 'a applies': ['.image', '.labels'] });
    expect(history.apply('a', { image: 'x' }).spec).toEqual({ image: 'x' });
  });
});

describe('items that share a key', () => {
  const twice = {
    disks: [
      { name: 'a', size: 1 },
      { name: 'a', size: 2 },
      { name: 'b', size: 3 },
    ],
  };

  it('are owned as one, by their key alone', () => {
    expect(new History().update('u', { tags: [1, 1, 3] }).owners).toEqual({
      'u updates': ['', '.tags', '.tags[=1]', '.tags[=3]'],
    });
    expect(new History().update('u', twice).owners['u updates']).toEqual([
      '',
      '.disks',
      '.disks[name="a"]',
      '.disks[name="b"]',
      '.disks[name="b"].name',
      '.disks[name="b"].size',
    ]);
  });

  it.each<[string, JsonObject, JsonObject, string[], string[]]>([
    ['a member that is added again', { tags: [1, 3] }, { tags: [1, 1, 3] }, ['', '.tags', '.tags[=3]'], ['.tags[=1]']],
    ['a member that is left once', { tags: [1, 1, 3] }, { tags: [1, 3] }, ['', '.tags', '.tags[=3]'], ['.tags[=1]']],
    [
      'an element that is added again',
      { disks: [{ name: 'a', size: 1 }] },
      {
        disks: [
          { name: 'a', size: 1 },
          { name: 'a', size: 2 },
        ],
      },
      ['', '.disks'],
      ['.disks[name="a"]'],
    ],
    [
      'one of them that changes',
      {
        disks: [
          { name: 'a', size: 1 },
          { name: 'a', size: 2 },
        ],
      },
      {
        disks: [
          { name: 'a', size: 1 },
          { name: 'a', size: 9 },
        ],
      },
      ['', '.disks'],
      ['.disks[name="a"]'],
    ],
    [
      'one that is left',
      {
        disks: [
          { name: 'a', size: 1 },
          { name: 'a', size: 2 },
        ],
      },
      { disks: [{ name: 'a', size: 1 }] },
      ['', '.disks'],
      ['.disks[name="a"]', '.disks[name="a"].name', '.disks[name="a"].size'],
    ],
  ])('go to who changes them: %s', (_what, before, after, first, second) => {
    const history = new History().update('one', before).update('two', after);
    expect(history.owners).toEqual({ 'one updates': first, 'two updates': second });
  });

  it('stay when others are applied', () => {
    expect(new History().update('u', { tags: [1, 1, 3] }).apply('a', { tags: [5] }).spec).toEqual({
      tags: [1, 1, 3, 5],
    });
    const kept = new History().update('u', twice).apply('a', { disks: [{ name: 'c' }] });
    expect(kept.spec).toEqual({ disks: [...twice.disks, { name: 'c' }] });
  });

  it('become the one that is applied, when forced', () => {
    const history = new History().update('u', { tags: [1, 1, 3] });
    expect(conflictsOf(() => history.apply('a', { tags: [1] }))).toEqual(['.tags[=1]: conflict with "u" using v1']);
    expect(history.force('a', { tags: [1] }).spec).toEqual({ tags: [1, 3] });
    const elements = new History().update('u', twice).force('a', { disks: [{ name: 'a', serial: 's' }] });
    expect(elements.spec).toEqual({
      disks: [
        { name: 'a', serial: 's' },
        { name: 'b', size: 3 },
      ],
    });
  });
});

describe('what is applied and is none of its type', () => {
  const prefix = 'failed to create typed patch object (/one; /v1, Kind=Machine): ';
  it.each<[string, JsonObject, string]>([
    ['a field that is not there', { imge: 'x' }, '.spec.imge: field not declared in schema'],
    ['a text for a number', { cores: 'two' }, '.spec.cores: expected numeric (int or float), got string'],
    ['a number for a text', { image: 1 }, '.spec.image: expected string, got &value.valueUnstructured{Value:1}'],
    ['a text for a truth', { running: 'yes' }, '.spec.running: expected boolean, got &{yes}'],
    ['an object for a list', { tags: { a: 1 } }, '.spec.tags: expected list, got &{map[a:1]}'],
    ['a list for an object', { labels: ['a'] }, '.spec.labels: expected map, got &{[a]}'],
    ['a list for a scalar', { delay: [1] }, '.spec.delay: expected any scalar, got &{[1]}'],
    [
      'an element without its key',
      { disks: [{ size: 1 }] },
      '.spec.disks: element 0: associative list with keys has an element that omits key field "name" (and doesn\'t have default value)',
    ],
    [
      'an element twice',
      { disks: [{ name: 'a' }, { name: 'a' }] },
      '.spec.disks: duplicate entries for key [name="a"]',
    ],
    [
      'a key twice, once by default',
      { ports: [{ port: 1 }, { port: 1, protocol: 'TCP' }] },
      '.spec.ports: duplicate entries for key [port=1,protocol="TCP"]',
    ],
    [
      'a null in a set',
      { tags: [null] },
      ".spec.tags: element 0: associative list without keys has an element that's an explicit null",
    ],
    [
      'no object in a keyed list',
      { disks: ['a'] },
      '.spec.disks: element 0: associative list with keys may not have non-map elements',
    ],
    [
      'several things',
      { cores: 'a', disks: [{ name: 'x', size: 'big' }] },
      'errors:\n  .spec.cores: expected numeric (int or float), got string\n  .spec.disks[name="x"].size: expected numeric (int or float), got string',
    ],
  ])('is refused: %s', (_what, spec, message) => {
    expect(() => new History().apply('a', spec)).toThrow(
      expect.objectContaining({ code: 500, message: `${prefix}${message}` }),
    );
  });
});

describe('versions', () => {
  const second = schemaOf({ ...machine, boot: set(text), cpus: integer });
  const renamed = (from: string, to: string) => (object: JsonObject) => {
    const { [from]: value, ...rest } = (object['spec'] ?? {}) as JsonObject;
    return { ...object, spec: value === undefined ? rest : { ...rest, [to]: value } };
  };
  const versions: NonNullable<Write['versions']> = (apiVersion) => {
    if (apiVersion === 'v1') return { schema, convert: renamed('cpus', 'cores') };
    return apiVersion === 'v2' ? { schema: second, convert: renamed('cores', 'cpus') } : undefined;
  };
  const inSecond = { version: 'v2' };
  const history = () => new History({ versions });

  it('know a field under their own names', () => {
    const both = history().apply('a', { cores: 1 });
    expect(conflictsOf(() => both.apply('b', { cpus: 2 }, inSecond))).toEqual(['.cores: conflict with "a"']);
  });

  it('let a manager apply in another one, and take away what it applied in the first', () => {
    const moved = history().apply('a', { image: 'x', cores: 1 });
    moved.apply('a', { image: 'x' }, inSecond);
    expect(moved.spec).toEqual({ image: 'x' });
    expect(moved.owners).toEqual({ 'a applies v2': ['.image'] });
  });

  it('that are gone take their managers with them', () => {
    const known = history().update('a', { image: 'x' });
    known.options.versions = (version) => (version === 'v2' ? versions('v2') : undefined);
    known.apply('b', { cpus: 1 }, inSecond);
    expect(known.owners).toEqual({ 'b applies v2': ['.cpus'] });
  });

  it('make a value atomic whose parts were owned: the owners own it whole', () => {
    const granular = new History({ schema: schemaOf({ node: struct({ zone: text, rack: text }), image: text }) });
    granular.apply('a', { node: { zone: 'z' } }).update('b', { node: { zone: 'z', rack: '1' } });
    Object.assign(granular.options, { schema });
    granular.apply('c', { image: 'x' });
    expect(granular.owners).toEqual({ 'a applies': ['.node'], 'b updates': ['.node'], 'c applies': ['.image'] });
  });

  it('make an atomic value granular: its owner keeps it', () => {
    const atomic = new History().apply('a', { node: { zone: 'z', rack: '1' } });
    Object.assign(atomic.options, { schema: schemaOf({ node: struct({ zone: text, rack: text }) }) });
    expect(atomic.apply('b', { node: { zone: 'y' } }).spec).toEqual({ node: { zone: 'y', rack: '1' } });
    expect(atomic.owners).toEqual({ 'a applies': ['.node'], 'b applies': ['.node.zone'] });
  });
});
