import type { Json, JsonObject } from '@drover/api';
import { expect } from 'vitest';
import { DEFINITIONS, type Defined, define, specSchema } from '../cluster/definition.js';
import { eventually } from '../cluster/eventually.js';
import { type Scene, suite } from '../suite.js';

const EVERYTHING = specSchema({
  text: { type: 'string', minLength: 2, maxLength: 5, pattern: '^[a-z]+$' },
  choice: { type: 'string', enum: ['a', 'b'] },
  whole: { type: 'integer', minimum: 1, maximum: 10, multipleOf: 2 },
  number: { type: 'number', minimum: 0, exclusiveMinimum: true },
  int32: { type: 'integer', format: 'int32' },
  yes: { type: 'boolean' },
  either: { 'x-kubernetes-int-or-string': true },
  list: { type: 'array', minItems: 1, maxItems: 3, items: { type: 'string' } },
  map: { type: 'object', maxProperties: 2, additionalProperties: { type: 'integer' } },
  nothing: { type: 'string', nullable: true },
  defaulted: { type: 'string', default: 'given' },
  deep: { type: 'object', default: {}, properties: { inner: { type: 'integer', default: 7 } } },
  needs: { type: 'object', required: ['it'], properties: { it: { type: 'string' } } },
  free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true, properties: { known: { type: 'integer' } } },
  template: {
    type: 'object',
    'x-kubernetes-embedded-resource': true,
    properties: { spec: { type: 'object', properties: { a: { type: 'string' } } } },
  },
  one: {
    type: 'object',
    properties: { a: { type: 'string' }, b: { type: 'string' } },
    oneOf: [{ required: ['a'] }, { required: ['b'] }],
  },
  date: { type: 'string', format: 'date-time' },
  bytes: { type: 'string', format: 'byte' },
  ip: { type: 'string', format: 'ipv4' },
  set: { type: 'array', 'x-kubernetes-list-type': 'set', items: { type: 'string' } },
  keyed: {
    type: 'array',
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': ['key'],
    items: { type: 'object', required: ['key'], properties: { key: { type: 'string' } } },
  },
});

let thingKind: Promise<Defined> | undefined;
const things = (scene: Scene): Promise<Defined> => {
  thingKind ??= define(scene, 'things', EVERYTHING);
  return thingKind;
};

async function make(scene: Scene, spec: Json) {
  const kind = await things(scene);
  return scene.api.post(kind.path(), {
    apiVersion: kind.apiVersion,
    kind: kind.kind,
    metadata: { generateName: 'thing-' },
    spec,
  });
}

/** Specs that are refused, and the fields complained of. */
const refused: Readonly<Record<string, readonly [spec: JsonObject, causes?: readonly string[]]>> = {
  'a text that is too short': [{ text: 'a' }, ['spec.text']],
  'a text that is too long': [{ text: 'abcdef' }, ['spec.text']],
  'a text that does not match the pattern': [{ text: 'AB' }, ['spec.text']],
  'a text where the type is another': [{ whole: '2' }, ['spec.whole']],
  'a value that is no choice': [{ choice: 'c' }, ['spec.choice']],
  'a number that is too small': [{ whole: 0 }, ['spec.whole']],
  'a number that is too large': [{ whole: 12 }, ['spec.whole']],
  'a number that is no multiple': [{ whole: 3 }, ['spec.whole']],
  'a fraction where a whole number is wanted': [{ whole: 2.5 }, ['spec.whole']],
  'a number on an excluded bound': [{ number: 0 }, ['spec.number']],
  'an int-or-string that is neither': [{ either: true }, ['spec.either']],
  'a list that is too short': [{ list: [] }, ['spec.list']],
  'a list that is too long': [{ list: ['a', 'b', 'c', 'd'] }, ['spec.list']],
  'an item of another type': [{ list: ['a', 1] }, ['spec.list[1]']],
  'a map that is too large': [{ map: { a: 1, b: 2, c: 3 } }, ['spec.map']],
  'a value of a map of another type': [{ map: { a: 'x' } }, ['spec.map.a']],
  'a required field that is missing': [{ needs: {} }, ['spec.needs.it']],
  'both of what excludes each other': [{ one: { a: '1', b: '1' } }],
  'neither of what one is needed of': [{ one: {} }],
  'what is no time': [{ date: 'yesterday' }, ['spec.date']],
  'what is no base64': [{ bytes: '%%' }, ['spec.bytes']],
  'what is no address': [{ ip: '1.2.3' }, ['spec.ip']],
  'a set with a member twice': [{ set: ['a', 'b', 'a'] }, ['spec.set[2]']],
  'a keyed list with a key twice': [{ keyed: [{ key: 'a' }, { key: 'a' }] }, ['spec.keyed[1]']],
  'an embedded resource without kind and apiVersion': [
    { template: {} },
    ['spec.template.apiVersion', 'spec.template.kind'],
  ],
  'a known field among preserved ones of another type': [{ free: { known: 'x' } }, ['spec.free.known']],
};

suite('objects of custom kinds', ({ promises }) => {
  for (const [name, [spec, causes]] of Object.entries(refused)) {
    promises(`refuse ${name}`, async (scene) => {
      const made = await make(scene, spec);
      expect(made.outcome).toBe('422 Invalid');
      // Of alternatives, none is the one to blame.
      if (causes !== undefined) expect(new Set(made.causes)).toEqual(new Set(causes));
    });
  }

  promises('take everything that the schema allows', async (scene) => {
    const spec = {
      text: 'abc',
      choice: 'a',
      whole: 4,
      number: 0.5,
      yes: false,
      list: ['x'],
      map: { a: 1 },
      date: '2024-02-29T12:00:00Z',
      bytes: 'aGVsbG8=',
      ip: '10.0.0.1',
      set: ['a', 'b'],
      keyed: [{ key: 'a' }],
      one: { b: '1' },
    };
    const made = await make(scene, spec);
    expect(made.status).toBe(201);
    expect(made.at('spec')).toMatchObject(spec);
  });

  promises('an int-or-string may be either', async (scene) => {
    expect((await make(scene, { either: 80 })).at('spec.either')).toBe(80);
    expect((await make(scene, { either: 'http' })).at('spec.either')).toBe('http');
  });

  promises('lose what their schema does not know', async (scene) => {
    const made = await make(scene, { text: 'abc', unknown: 'x', needs: { it: 'here', more: 1 } });
    expect(made.at('spec.unknown')).toBeUndefined();
    expect(made.at('spec.needs')).toEqual({ it: 'here' });
  });

  promises('keep it where the schema says so', async (scene) => {
    const made = await make(scene, { free: { known: 1, more: { of: ['it'] } } });
    expect(made.at('spec.free')).toEqual({ known: 1, more: { of: ['it'] } });
  });

  promises('keep apiVersion, kind and metadata of embedded resources, and prune the rest', async (scene) => {
    const template = {
      apiVersion: 'v1',
      kind: 'Any',
      metadata: { name: 'in', labels: { a: 'b' } },
      spec: { a: '1', x: 1 },
      x: 1,
    };
    const made = await make(scene, { template });
    expect(made.at('spec.template')).toEqual({
      apiVersion: 'v1',
      kind: 'Any',
      metadata: { name: 'in', labels: { a: 'b' } },
      spec: { a: '1' },
    });
  });

  promises('are filled in with defaults, also inside of defaults', async (scene) => {
    const made = await make(scene, {});
    expect(made.at('spec')).toEqual({ defaulted: 'given', deep: { inner: 7 } });
  });

  promises('keep null where it is allowed, and get the default for it where it is not', async (scene) => {
    const made = await make(scene, { nothing: null, defaulted: null });
    expect(made.at('spec.nothing')).toBeNull();
    expect(made.at('spec.defaulted')).toBe('given');
  });

  promises('are refused where an apply says or leaves null, and no default is for it', async (scene) => {
    const { api } = scene;
    const kind = await things(scene);
    const apply = (name: string, spec: Json, metadata: JsonObject = {}) =>
      api.apply(kind.path(name), 'one', kind.object(name, { spec }, metadata));
    const cases = [
      ['unsaid', null, 'spec: Invalid value: "null": spec in body must be of type object: "null"'],
      ['text', { text: null }, 'spec.text: Invalid value: "null": spec.text in body must be of type string: "null"'],
      ['list', { list: null }, 'spec.list: Invalid value: "null": spec.list in body must be of type array: "null"'],
    ] as const;
    for (const [name, spec, why] of cases) {
      const applied = await apply(name, spec);
      expect(applied.outcome).toBe('422 Invalid');
      expect(applied.textAt('message')).toContain(why);
    }
    const labels = { labels: null };
    const taken = await apply('taken', { nothing: null, defaulted: null, free: { any: null } }, labels);
    expect(taken.at('spec')).toEqual({ nothing: null, defaulted: 'given', deep: { inner: 7 }, free: { any: null } });
    expect((await apply('all', { text: 'abc' })).status).toBe(201);
    expect((await api.post(kind.path(), kind.object('posted', { spec: { text: null } }))).status).toBe(201);
  });

  promises('get defaults that the definition gained later, when they are read', async (scene) => {
    const { api } = scene;
    const jars = await define(scene, 'jars', specSchema({ old: { type: 'string' } }));
    await api.post(jars.path(), jars.object('jam', { spec: { old: 'x' } }));
    await api.patch('json', `${DEFINITIONS}/${jars.name}`, [
      {
        op: 'add',
        path: '/spec/versions/0/schema/openAPIV3Schema/properties/spec/properties/lid',
        value: { type: 'string', default: 'tin' },
      },
    ]);
    const read = await eventually(
      () => api.get(jars.path('jam')),
      (answer) => answer.at('spec.lid') !== undefined,
      5_000,
    );
    expect(read.at('spec')).toEqual({ old: 'x', lid: 'tin' });
    expect((await api.get(jars.path())).at('items.0.spec.lid')).toBe('tin');
  });

  promises('lose fields that the definition lost, when they are read', async (scene) => {
    const { api } = scene;
    const pots = await define(scene, 'pots', specSchema({ kept: { type: 'string' }, lost: { type: 'string' } }));
    await api.post(pots.path(), pots.object('tea', { spec: { kept: 'x', lost: 'y' } }));
    await api.patch('json', `${DEFINITIONS}/${pots.name}`, [
      { op: 'remove', path: '/spec/versions/0/schema/openAPIV3Schema/properties/spec/properties/lost' },
    ]);
    const read = await eventually(
      () => api.get(pots.path('tea')),
      (answer) => answer.at('spec.lost') === undefined,
      5_000,
    );
    expect(read.at('spec')).toEqual({ kept: 'x' });
  });

  promises('count generations by everything but metadata', async (scene) => {
    const { api } = scene;
    const kind = await things(scene);
    const made = await make(scene, { text: 'abc' });
    const path = kind.path(made.textAt('metadata.name'));
    expect(made.at('metadata.generation')).toBe(1);
    expect((await api.patch('merge', path, { metadata: { labels: { a: 'b' } } })).at('metadata.generation')).toBe(1);
    expect((await api.patch('merge', path, { spec: { text: 'abcd' } })).at('metadata.generation')).toBe(2);
  });

  promises('need a resource version to be updated', async (scene) => {
    const kind = await things(scene);
    const name = (await make(scene, {})).textAt('metadata.name');
    const answer = await scene.api.put(kind.path(name), kind.object(name, { spec: {} }));
    expect(answer.outcome).toBe('422 Invalid');
    expect(answer.causes).toEqual(['metadata.resourceVersion']);
  });
});

suite('ratcheting', ({ promises }) => {
  promises('lets what was stored stay, though the schema has become stricter', async (scene) => {
    const { api } = scene;
    const hats = await define(scene, 'hats', specSchema({ size: { type: 'string' }, colour: { type: 'string' } }));
    await api.post(hats.path(), hats.object('top', { spec: { size: 'enormous', colour: 'black' } }));
    await api.patch('json', `${DEFINITIONS}/${hats.name}`, [
      {
        op: 'add',
        path: '/spec/versions/0/schema/openAPIV3Schema/properties/spec/properties/size/maxLength',
        value: 3,
      },
    ]);
    const strict = await eventually(
      () => api.post(hats.path(), hats.object('new', { spec: { size: 'enormous' } }), { query: { dryRun: 'All' } }),
      ({ status }) => status === 422,
    );
    expect(strict.causes).toEqual(['spec.size']);
    const untouched = await api.patch('merge', hats.path('top'), { spec: { colour: 'grey' } });
    expect(untouched.status).toBe(200);
    const touched = await api.patch('merge', hats.path('top'), { spec: { size: 'gigantic' } });
    expect(touched.causes).toEqual(['spec.size']);
  });
});
