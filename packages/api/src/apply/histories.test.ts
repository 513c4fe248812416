import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../object.js';
import type { Schema } from '../schema/schema.js';
import { conflictsOf, History } from '../testing/history.js';
import { integer, keyed, machine, schemaOf, struct, text } from '../testing/machine-schema.js';
import type { Write } from './write.js';

// What becomes of an object, and of its fields' owners, after requests of several managers. Each row is a history: its
// requests, and the object and owners that they leave.

type Step = (history: History) => unknown;
type Row = [promise: string, steps: Step[], spec: Json | undefined, owners: Record<string, string[]>];

const applies =
  (manager: string, spec: JsonObject | undefined, version = 'v1'): Step =>
  (history) =>
    history.apply(manager, spec, { version });
const forces =
  (manager: string, spec: JsonObject | undefined, version = 'v1'): Step =>
  (history) =>
    history.force(manager, spec, { version });
const updates =
  (manager: string, spec: JsonObject | undefined, version = 'v1'): Step =>
  (history) =>
    history.update(manager, spec, { version });
/** An apply that others object to. */
const conflicts =
  (manager: string, spec: JsonObject, fields: string[], version = 'v1'): Step =>
  (history) =>
    expect(conflictsOf(() => history.apply(manager, spec, { version }))).toEqual(fields);

const schema = schemaOf(machine);
/** Versions that differ in nothing but their names. */
const alike: NonNullable<Write['versions']> = () => ({ schema, convert: (object) => object });

function holds(steps: Step[], spec: Json | undefined, owners: Record<string, string[]>, versions = alike): void {
  const history = new History({ versions });
  for (const step of steps) step(history);
  expect(history.spec).toEqual(spec);
  const sorted = (all: Record<string, string[]>) =>
    Object.fromEntries(Object.entries(all).map(([who, fields]) => [who, [...fields].sort()]));
  expect(sorted(history.owners)).toEqual(sorted(owners));
}

describe('values', () => {
  it.each<Row>([
    [
      'are added and changed by their applier',
      [applies('a', { cores: 1, image: 'x' }), applies('a', { cores: 2, image: 'x', running: false })],
      { cores: 2, image: 'x', running: false },
      { 'a applies': ['.cores', '.image', '.running'] },
    ],
    [
      'are added and changed by their applier in another version, as which it is known then',
      [applies('a', { cores: 1, image: 'x' }), applies('a', { cores: 2, image: 'x', running: false }, 'v2')],
      { cores: 2, image: 'x', running: false },
      { 'a applies v2': ['.cores', '.image', '.running'] },
    ],
    [
      'that others put beside stay, in whichever version',
      [
        applies('a', { cores: 1, image: 'x' }),
        updates('u', { cores: 1, image: 'x', running: true }, 'v2'),
        applies('a', { cores: 2, image: 'x' }),
      ],
      { cores: 2, image: 'x', running: true },
      { 'a applies': ['.cores', '.image'], 'u updates v2': ['.running'] },
    ],
    [
      'that others changed are theirs until forced, also in another version',
      [
        applies('a', { cores: 1, image: 'x' }),
        updates('u', { cores: 1, image: 'u', running: true }, 'v2'),
        conflicts('a', { cores: 2, image: 'a' }, ['.image: conflict with "u" using v2']),
        forces('a', { cores: 2, image: 'a' }),
      ],
      { cores: 2, image: 'a', running: true },
      { 'a applies': ['.cores', '.image'], 'u updates v2': ['.running'] },
    ],
    [
      'that are left out go',
      [applies('a', { cores: 1, image: 'x', running: false }), applies('a', { image: 'y' })],
      { image: 'y' },
      { 'a applies': ['.image'] },
    ],
    [
      'that are left out in another version go',
      [applies('a', { cores: 1, image: 'x', running: false }), applies('a', { image: 'y' }, 'v2')],
      { image: 'y' },
      { 'a applies v2': ['.image'] },
    ],
    [
      'that another changed stay when they are left out',
      [applies('a', { cores: 2 }), updates('u', { cores: 1 }), applies('a', {})],
      { cores: 1 },
      { 'a applies': [''], 'u updates': ['.cores'] },
    ],
    [
      'leave their applier nothing when another changes all of them',
      [applies('a', { image: 'x' }), updates('u', { image: 'y' })],
      { image: 'y' },
      { 'u updates': ['.image'] },
    ],
    [
      'leave nobody behind when the last of them goes',
      [applies('a', { image: 'x' }), applies('a', undefined)],
      undefined,
      {},
    ],
    [
      'are null as well as anything else',
      [applies('a', { limits: { x: { y: null } } }), applies('b', { limits: { x: null } })],
      { limits: { x: { y: null } } },
      { 'a applies': ['.limits.x', '.limits.x.y'], 'b applies': ['.limits.x'] },
    ],
    [
      'that two apply stay as long as one does',
      [
        applies('a', { firmware: { kind: 'efi', secure: 1 } }),
        applies('b', { firmware: { secure: 1 } }),
        applies('a', { firmware: { kind: 'efi' } }),
      ],
      { firmware: { kind: 'efi', secure: 1 } },
      { 'a applies': ['.firmware.kind'], 'b applies': ['.firmware.secure'] },
    ],
    [
      'that an updater has too stay when their applier leaves them out',
      [
        updates('u', { firmware: { kind: 'efi', secure: 1 } }),
        applies('a', { firmware: { kind: 'efi', secure: 1 } }),
        applies('a', { firmware: { kind: 'efi' } }),
      ],
      { firmware: { kind: 'efi', secure: 1 } },
      { 'a applies': ['.firmware.kind'], 'u updates': ['', '.firmware', '.firmware.kind', '.firmware.secure'] },
    ],
    [
      'of structs go with their only applier',
      [applies('a', { image: 'x', firmware: { options: { x: 'y' } } }), applies('a', { image: 'x' })],
      { image: 'x' },
      { 'a applies': ['.image'] },
    ],
    [
      'of structs stay with another applier',
      [
        applies('a', { image: 'x', firmware: { options: { x: 'y' } } }),
        applies('b', { firmware: { options: { x: 'y' } } }),
        applies('a', { image: 'x' }),
      ],
      { image: 'x', firmware: { options: { x: 'y' } } },
      { 'a applies': ['.image'], 'b applies': ['.firmware.options.x'] },
    ],
  ])('%s', (_promise, steps, spec, owners) => holds(steps, spec, owners));
});

describe('a free form', () => {
  const before = { n: 1, o: { p: { q: 2, list: [1, 2, 3], items: [{ name: 'x', value: 1 }] } } };
  const wanted = { n: 2, o: { p: { q: 2, list: [3, 2, 1], items: [{ name: 'x', value: 1 }] } } };
  const theirs = { n: 1, o: { p: { q: 3, list: [1, 2, 3, 4], items: [{ name: 'x', value: 2 }] } }, r: 5 };

  it.each<string>(['v1', 'v2'])('conflicts where another changed it, and keeps what is beside: %s', (version) => {
    const who = version === 'v1' ? 'u updates' : `u updates ${version}`;
    holds(
      [
        applies('a', { free: before }),
        updates('u', { free: theirs }, version),
        conflicts(
          'a',
          { free: wanted },
          ['q', 'items', 'list'].sort().map((field) => `.free.o.p.${field}: conflict with "u" using ${version}`),
        ),
        forces('a', { free: wanted }),
      ],
      { free: { ...wanted, r: 5 } },
      {
        'a applies': ['.free.n', '.free.o', '.free.o.p', '.free.o.p.q', '.free.o.p.list', '.free.o.p.items'],
        [who]: ['.free.r'],
      },
    );
  });

  it.each<Row>([
    [
      'has its lists replaced whole',
      [applies('a', { free: { list: ['x', 'z'] } }), applies('a', { free: { list: ['x', 'w', 'z', 'y'] } })],
      { free: { list: ['x', 'w', 'z', 'y'] } },
      { 'a applies': ['.free.list'] },
    ],
    [
      'has its lists taken from another by force',
      [
        applies('a', { free: { list: ['x', 'z'] } }),
        updates('u', { free: { list: ['x', 'y', 'z', 'w'] } }),
        forces('a', { free: { list: ['x', 'y', 'z'] } }),
      ],
      { free: { list: ['x', 'y', 'z'] } },
      { 'a applies': ['.free.list'] },
    ],
    [
      'loses what its applier leaves out, with all that others put below it, and keeps what another applies',
      [
        applies('a', { free: { x: { b: null }, y: { d: null } } }),
        applies('b', { free: { x: null, y: { d: null } } }, 'v2'),
        updates('u', { free: { x: { b: { c: null } }, y: { d: { e: null } } } }, 'v3'),
        updates('w', { free: { x: { b: { c: { d: null } } }, y: { d: { e: { f: null } } } } }, 'v2'),
        updates('u', { free: { x: { b: { c: { d: { e: null } } } }, y: { d: { e: { f: { g: null } } } } } }, 'v3'),
        applies('a', undefined, 'v4'),
      ],
      { free: { x: null, y: { d: { e: { f: { g: null } } } } } },
      {
        'b applies v2': ['.free.x', '.free.y', '.free.y.d'],
        'u updates v3': ['.free.y.d.e', '.free.y.d.e.f.g'],
        'w updates v2': ['.free.y.d.e.f'],
      },
    ],
  ])('%s', (_promise, steps, spec, owners) => holds(steps, spec, owners));
});

describe('a set', () => {
  const zones = (list: string): JsonObject => ({ zones: list.split(' ') });
  const members = (list: string): string[] => list.split(' ').map((member) => `.zones[="${member}"]`);

  it.each<Row>([
    [
      'gets members between those that it has',
      [applies('a', zones('p r')), applies('a', zones('p q r s'))],
      zones('p q r s'),
      { 'a applies': members('p q r s') },
    ],
    [
      'keeps members of another in their places',
      [applies('a', zones('p r')), updates('u', zones('p q r s')), applies('a', zones('p x r y'))],
      zones('p q x r s y'),
      { 'a applies': members('p x r y'), 'u updates': members('q s') },
    ],
    [
      'keeps members of another in their places in whichever version',
      [applies('a', zones('p r')), updates('u', zones('p q r s'), 'v2'), applies('a', zones('p x r y'))],
      zones('p q x r s y'),
      { 'a applies': members('p x r y'), 'u updates v2': members('q s') },
    ],
    [
      'has members that are applied and updated',
      [applies('a', zones('p r')), updates('u', zones('p q r s')), applies('a', zones('p q r'))],
      zones('p q r s'),
      { 'a applies': members('p q r'), 'u updates': members('q s') },
    ],
    [
      'has members that are applied and updated in whichever version',
      [applies('a', zones('p r')), updates('u', zones('p q r s'), 'v2'), applies('a', zones('p q r'))],
      zones('p q r s'),
      { 'a applies': members('p q r'), 'u updates v2': members('q s') },
    ],
    [
      'comes in the order of its applier',
      [applies('a', zones('p q r s')), applies('a', zones('p s r q'))],
      zones('p s r q'),
      { 'a applies': members('p q r s') },
    ],
    [
      'gets its order back',
      [applies('a', zones('p q r s')), updates('u', zones('p s r q')), applies('a', zones('p q r s'))],
      zones('p q r s'),
      { 'a applies': members('p q r s') },
    ],
    [
      'gets its order back in another version',
      [applies('a', zones('p q r s')), updates('u', zones('p s r q')), applies('a', zones('p q r s'), 'v2')],
      zones('p q r s'),
      { 'a applies v2': members('p q r s') },
    ],
    [
      'loses what is left out',
      [applies('a', zones('p q r s')), applies('a', zones('p r'))],
      zones('p r'),
      { 'a applies': members('p r') },
    ],
    [
      'loses and gains in another version',
      [applies('a', zones('p q r s')), applies('a', zones('p r t'), 'v2')],
      zones('p r t'),
      { 'a applies v2': members('p r t') },
    ],
    [
      'loses all, and gets others',
      [applies('a', zones('p')), applies('a', zones('q'))],
      zones('q'),
      { 'a applies': members('q') },
    ],
    [
      'does not get back what another removed and its applier leaves out',
      [applies('a', zones('p')), updates('u', zones('q')), forces('a', zones('r'))],
      zones('q r'),
      { 'a applies': members('r'), 'u updates': members('q') },
    ],
    [
      'has members of two appliers and of both',
      [applies('a', zones('p')), applies('b', zones('p q')), forces('a', zones('p r'))],
      zones('p q r'),
      { 'a applies': members('p r'), 'b applies': members('p q') },
    ],
    [
      'keeps what one of two appliers leaves out',
      [applies('a', zones('p')), applies('b', zones('p q')), forces('a', zones('p r')), applies('b', zones('q'))],
      zones('p q r'),
      { 'a applies': members('p r'), 'b applies': members('q') },
    ],
    [
      'that is applied as null may have members of others',
      [applies('a', { zones: null }), applies('b', zones('p q'))],
      zones('p q'),
      { 'a applies': ['.zones'], 'b applies': members('p q') },
    ],
    [
      'that is applied as null loses members of others',
      [applies('a', { zones: null }), applies('b', zones('p q')), applies('b', zones('q'))],
      zones('q'),
      { 'a applies': ['.zones'], 'b applies': members('q') },
    ],
    [
      'that was applied as null gets members',
      [applies('a', { zones: null }), applies('b', zones('p q')), forces('a', zones('r')), applies('b', zones('q'))],
      zones('q r'),
      { 'a applies': members('r'), 'b applies': members('q') },
    ],
  ])('%s', (_promise, steps, spec, owners) => holds(steps, spec, owners));
});

describe('a map', () => {
  const labels = (of: JsonObject | null): JsonObject => ({ labels: of });

  it.each<Row>([
    [
      'that is applied as null may have keys of others',
      [applies('a', labels(null)), applies('b', labels({ p: '1', q: '2' }))],
      labels({ p: '1', q: '2' }),
      { 'a applies': ['.labels'], 'b applies': ['.labels.p', '.labels.q'] },
    ],
    [
      'that is applied as null loses keys of others',
      [applies('a', labels(null)), applies('b', labels({ p: '1', q: '2' })), applies('b', labels({ q: '2' }))],
      labels({ q: '2' }),
      { 'a applies': ['.labels'], 'b applies': ['.labels.q'] },
    ],
    [
      'that was applied as null gets keys',
      [
        applies('a', labels(null)),
        applies('b', labels({ p: '1', q: '2' })),
        forces('a', labels({ r: '3' })),
        applies('b', labels({ q: '2' })),
      ],
      labels({ q: '2', r: '3' }),
      { 'a applies': ['.labels.r'], 'b applies': ['.labels.q'] },
    ],
    [
      'that is atomic is one value, taken from another by force',
      [
        applies('a', { sealed: { p: '1' } }),
        conflicts('b', { sealed: { q: '2' } }, ['.sealed: conflict with "a"']),
        forces('b', { sealed: { q: '2' } }),
      ],
      { sealed: { q: '2' } },
      { 'b applies': ['.sealed'] },
    ],
    [
      'that is atomic has what its applier says, also of what another wanted',
      [
        applies('a', { node: { zone: 'p' } }),
        conflicts('b', { node: { rack: '1' } }, ['.node: conflict with "a"']),
        applies('a', { node: { zone: 'q', rack: '1' } }),
      ],
      { node: { zone: 'q', rack: '1' } },
      { 'a applies': ['.node'] },
    ],
  ])('%s', (_promise, steps, spec, owners) => holds(steps, spec, owners));
});

describe('a keyed list', () => {
  const disks = (...items: JsonObject[]): JsonObject => ({ disks: items });
  const disk = (name: string, ...more: string[]): string[] =>
    ['', '.name', ...more].map((field) => `.disks[name="${name}"]${field}`);

  it.each<Row>([
    [
      'has another item when its applier says so',
      [applies('a', disks({ name: 'p', size: 1 })), applies('a', disks({ name: 'q', size: 2 }))],
      disks({ name: 'q', size: 2 }),
      { 'a applies': disk('q', '.size') },
    ],
    [
      'loses the item that its applier leaves out, and keeps that of another',
      [
        applies('a', disks({ name: 'p' }, { name: 'q' })),
        applies('b', disks({ name: 'r' }), 'v2'),
        applies('a', disks({ name: 'p' }), 'v3'),
      ],
      disks({ name: 'p' }, { name: 'r' }),
      { 'a applies v3': disk('p'), 'b applies v2': disk('r') },
    ],
    [
      'has an item of two that agree',
      [applies('a', disks({ name: 'p', size: 0 })), applies('b', disks({ name: 'p', size: 0 }), 'v2')],
      disks({ name: 'p', size: 0 }),
      { 'a applies': disk('p', '.size'), 'b applies v2': disk('p', '.size') },
    ],
    [
      'conflicts at the field about which two do not agree',
      [
        applies('a', disks({ name: 'p', size: 0 })),
        conflicts('b', disks({ name: 'p', size: 1 }), ['.disks[name="p"].size: conflict with "a"'], 'v2'),
      ],
      disks({ name: 'p', size: 0 }),
      { 'a applies': disk('p', '.size') },
    ],
    [
      'keeps the item that one leaves out and another applies',
      [
        applies('a', disks({ name: 'p' }, { name: 'q' }, { name: 'r' })),
        applies('b', disks({ name: 'r' }, { name: 's' }), 'v2'),
        applies('a', disks({ name: 'p' }), 'v3'),
      ],
      disks({ name: 'p' }, { name: 'r' }, { name: 's' }),
      { 'a applies v3': disk('p'), 'b applies v2': [...disk('r'), ...disk('s')] },
    ],
    [
      'keeps an item of two, without the members of the one that leaves it out',
      [
        applies('a', disks({ name: 'p' }, { name: 'q', options: ['x'] })),
        applies('b', disks({ name: 'q', options: ['y'] }), 'v2'),
        applies('a', disks({ name: 'p' }), 'v3'),
      ],
      disks({ name: 'p' }, { name: 'q', options: ['y'] }),
      { 'a applies v3': disk('p'), 'b applies v2': disk('q', '.options[="y"]') },
    ],
    [
      'keeps, in an item that stays, what an updater put there',
      [
        applies('a', disks({ name: 'p' }, { name: 'q', options: ['x'] })),
        applies('b', disks({ name: 'q', options: ['y'] }), 'v2'),
        updates('u', disks({ name: 'p' }, { name: 'q', options: ['x', 'y', 'z'] }), 'v2'),
        applies('a', disks({ name: 'p' }), 'v3'),
      ],
      disks({ name: 'p' }, { name: 'q', options: ['y', 'z'] }),
      {
        'a applies v3': disk('p'),
        'b applies v2': disk('q', '.options[="y"]'),
        'u updates v2': ['.disks[name="q"].options[="z"]'],
      },
    ],
    [
      'loses, with an item that goes, what an updater put there',
      [
        applies('a', disks({ name: 'p' }, { name: 'q', options: ['x'] })),
        applies('b', disks({ name: 'p', options: ['y'] }), 'v2'),
        updates('u', disks({ name: 'p', options: ['y'] }, { name: 'q', options: ['x', 'z'] }), 'v2'),
        applies('a', disks({ name: 'p' }), 'v3'),
      ],
      disks({ name: 'p', options: ['y'] }),
      { 'a applies v3': disk('p'), 'b applies v2': disk('p', '.options[="y"]') },
    ],
    [
      'has other members of an item when its applier says so',
      [
        applies('a', disks({ name: 'p', options: ['x', 'y'] })),
        applies('a', disks({ name: 'p', options: ['w', 'y'] })),
      ],
      disks({ name: 'p', options: ['w', 'y'] }),
      { 'a applies': disk('p', '.options[="w"]', '.options[="y"]') },
    ],
    [
      'has another item with other members when its applier says so',
      [
        applies('a', disks({ name: 'p', options: ['x', 'y'] })),
        applies('a', disks({ name: 'q', options: ['w', 'y'] })),
      ],
      disks({ name: 'q', options: ['w', 'y'] }),
      { 'a applies': disk('q', '.options[="w"]', '.options[="y"]') },
    ],
    [
      'has other keys in a map of an item when its applier says so',
      [
        applies('a', { rules: [{ name: 'p', labels: { x: '1', y: '2' } }] }),
        applies('a', { rules: [{ name: 'p', labels: { w: '1', y: '3' } }] }),
      ],
      { rules: [{ name: 'p', labels: { w: '1', y: '3' } }] },
      { 'a applies': ['', '.name', '.labels.w', '.labels.y'].map((field) => `.rules[name="p"]${field}`) },
    ],
    [
      'has another item with another map when its applier says so',
      [
        applies('a', { rules: [{ name: 'p', labels: { x: '1', y: '2' } }] }),
        applies('a', { rules: [{ name: 'q', labels: { w: '1', y: '3' } }] }),
      ],
      { rules: [{ name: 'q', labels: { w: '1', y: '3' } }] },
      { 'a applies': ['', '.name', '.labels.w', '.labels.y'].map((field) => `.rules[name="q"]${field}`) },
    ],
  ])('%s', (_promise, steps, spec, owners) => holds(steps, spec, owners));

  it.each<Row>([
    [
      'is owned by the key that all of them have, when another adds to them',
      [
        updates('one', disks({ name: 'p', size: 1 }, { name: 'q', size: 3 })),
        updates('two', disks({ name: 'p', size: 1 }, { name: 'p', serial: 's' }, { name: 'q', size: 3 })),
      ],
      disks({ name: 'p', size: 1 }, { name: 'p', serial: 's' }, { name: 'q', size: 3 }),
      { 'one updates': ['', '.disks', ...disk('q', '.size')], 'two updates': ['.disks[name="p"]'] },
    ],
    [
      'stays as it was owned, when another adds beside them',
      [
        updates('one', disks({ name: 'p', size: 1 }, { name: 'p', size: 2 })),
        updates('two', disks({ name: 'p', size: 1 }, { name: 'p', size: 2 }, { name: 'q', size: 3 })),
      ],
      disks({ name: 'p', size: 1 }, { name: 'p', size: 2 }, { name: 'q', size: 3 }),
      { 'one updates': ['', '.disks', '.disks[name="p"]'], 'two updates': disk('q', '.size') },
    ],
    [
      'goes to who changes a field of one of them',
      [
        updates('one', disks({ name: 'p', size: 1 }, { name: 'p', size: 2 }, { name: 'q', size: 3 })),
        updates('two', disks({ name: 'p', size: 1 }, { name: 'p', size: 2, serial: 's' }, { name: 'q', size: 3 })),
      ],
      disks({ name: 'p', size: 1 }, { name: 'p', size: 2, serial: 's' }, { name: 'q', size: 3 }),
      { 'one updates': ['', '.disks', ...disk('q', '.size')], 'two updates': ['.disks[name="p"]'] },
    ],
    [
      'stays when another field is applied',
      [updates('u', disks({ name: 'p', size: 1 }, { name: 'p', size: 2 })), forces('a', { image: 'x' })],
      { ...disks({ name: 'p', size: 1 }, { name: 'p', size: 2 }), image: 'x' },
      { 'a applies': ['.image'], 'u updates': ['', '.disks', '.disks[name="p"]'] },
    ],
    [
      'becomes the one item that is applied, also when that is one of them',
      [
        updates('u', disks({ name: 'p', size: 1 }, { name: 'p', size: 2 }, { name: 'q', size: 3 })),
        conflicts('a', disks({ name: 'p', size: 2 }), ['.disks[name="p"]: conflict with "u" using v1']),
        forces('a', disks({ name: 'p', size: 4 })),
      ],
      disks({ name: 'p', size: 4 }, { name: 'q', size: 3 }),
      { 'a applies': disk('p', '.size'), 'u updates': ['', '.disks', ...disk('q', '.size')] },
    ],
    [
      'stays when an item beside them is applied',
      [
        updates('u', disks({ name: 'p', size: 1 }, { name: 'p', size: 2 }, { name: 'q', size: 3 })),
        forces('a', disks({ name: 'q', size: 4 })),
      ],
      disks({ name: 'p', size: 1 }, { name: 'p', size: 2 }, { name: 'q', size: 4 }),
      { 'a applies': disk('q', '.size'), 'u updates': ['', '.disks', '.disks[name="p"]', ...disk('q')] },
    ],
    [
      'stays when its applier leaves out the one item that became several',
      [
        applies('a', disks({ name: 'p', size: 1 }, { name: 'q', size: 3 })),
        updates('u', disks({ name: 'p', size: 1 }, { name: 'p', size: 2 }, { name: 'q', size: 3 })),
        applies('a', disks({ name: 'q', size: 3 })),
      ],
      disks({ name: 'p', size: 1 }, { name: 'p', size: 2 }, { name: 'q', size: 3 }),
      { 'a applies': disk('q', '.size'), 'u updates': ['.disks[name="p"]'] },
    ],
  ])('with several items of a key %s', (_promise, steps, spec, owners) => holds(steps, spec, owners));

  it('has the default of every key that is left out, at every depth', () => {
    const sentence = struct({ page: { type: 'number', default: 2 }, line: { type: 'number', default: 3 }, text });
    const chapter = struct({
      chapter: { ...integer, default: 1 },
      section: { ...text, default: 'A' },
      sentences: keyed(sentence, 'page', 'line'),
    });
    const history = new History({ schema: schemaOf({ book: keyed(chapter, 'chapter', 'section') }) });
    const path = '.book[chapter=1,section="A"]';
    history.apply('a', { book: [{ sentences: [{ text: 'x' }] }] });
    expect(history.owners['a applies']).toEqual([
      path,
      `${path}.sentences[line=3,page=2]`,
      `${path}.sentences[line=3,page=2].text`,
    ]);
    history.apply('a', { book: [{ sentences: [{ page: 2, text: 'x' }] }] });
    expect(history.spec).toEqual({ book: [{ sentences: [{ page: 2, text: 'x' }] }] });
    expect(history.owners['a applies']).toContain(`${path}.sentences[line=3,page=2].page`);
  });
});

describe('nested structures', () => {
  it.each<Row>([
    [
      'have other members under a key of a map',
      [applies('a', { groups: { p: ['x', 'y'] } }), applies('a', { groups: { p: ['w', 'y'] } })],
      { groups: { p: ['w', 'y'] } },
      { 'a applies': ['.groups.p', '.groups.p[="w"]', '.groups.p[="y"]'] },
    ],
    [
      'have another key with a set',
      [applies('a', { groups: { p: ['x', 'y'] } }), applies('a', { groups: { q: ['w', 'y'] } })],
      { groups: { q: ['w', 'y'] } },
      { 'a applies': ['.groups.q', '.groups.q[="w"]', '.groups.q[="y"]'] },
    ],
    [
      'have other keys under a key',
      [applies('a', { limits: { p: { x: {}, y: {} } } }), applies('a', { limits: { p: { w: {}, y: { z: 1 } } } })],
      { limits: { p: { w: {}, y: { z: 1 } } } },
      { 'a applies': ['.limits.p', '.limits.p.w', '.limits.p.y', '.limits.p.y.z'] },
    ],
    [
      'have another key with other keys',
      [applies('a', { limits: { p: { x: {}, y: {} } } }), applies('a', { limits: { q: { w: {}, y: {} } } })],
      { limits: { q: { w: {}, y: {} } } },
      { 'a applies': ['.limits.q', '.limits.q.w', '.limits.q.y'] },
    ],
    [
      'have another key in the middle',
      [applies('a', { limits: { p: { x: { z: 1 } } } }), applies('a', { limits: { p: { y: { z: 1 } } } })],
      { limits: { p: { y: { z: 1 } } } },
      { 'a applies': ['.limits.p', '.limits.p.y', '.limits.p.y.z'] },
    ],
    [
      'go as a struct with all that was applied',
      [applies('a', { firmware: { kind: 'efi', secure: 1 } }), applies('a', undefined)],
      undefined,
      {},
    ],
    [
      'are null as a struct when null is applied and nothing else is left',
      [applies('a', { firmware: { kind: 'efi' } }), applies('a', { firmware: null })],
      { firmware: null },
      { 'a applies': ['.firmware'] },
    ],
    [
      'keep in a struct what an updater put there when all that was applied goes',
      [
        applies('a', { firmware: { kind: 'efi' } }),
        updates('u', { firmware: { kind: 'efi', secure: 1 } }),
        applies('a', undefined),
      ],
      { firmware: { secure: 1 } },
      { 'u updates': ['.firmware.secure'] },
    ],
    [
      'keep in a struct what an updater put there when an empty one is applied',
      [
        applies('a', { firmware: { kind: 'efi' } }),
        updates('u', { firmware: { kind: 'efi', secure: 1 } }),
        applies('a', { firmware: {} }),
      ],
      { firmware: { secure: 1 } },
      { 'a applies': ['.firmware'], 'u updates': ['.firmware.secure'] },
    ],
    [
      'keep in a struct what an updater put there when null is applied',
      [
        applies('a', { firmware: { kind: 'efi' } }),
        updates('u', { firmware: { kind: 'efi', secure: 1 } }),
        applies('a', { firmware: null }),
      ],
      { firmware: { secure: 1 } },
      { 'a applies': ['.firmware'], 'u updates': ['.firmware.secure'] },
    ],
    [
      'keep in a struct what an updater took over when null is applied',
      [
        applies('a', { firmware: { kind: 'efi' } }),
        updates('u', { firmware: { kind: 'bios', secure: 1 } }),
        applies('a', { firmware: null }),
      ],
      { firmware: { kind: 'bios', secure: 1 } },
      { 'a applies': ['.firmware'], 'u updates': ['.firmware.kind', '.firmware.secure'] },
    ],
    [
      'lose under a map what is left out, and keep what another applies and updaters put there',
      [
        applies('a', { limits: { p: { x: null }, q: { y: null } } }),
        applies('b', { limits: { p: null, q: { y: null } } }, 'v2'),
        updates('u', { limits: { p: { x: { z: 1 } }, q: { y: { z: 2 } } } }, 'v3'),
        applies('a', { limits: null }, 'v4'),
      ],
      { limits: { p: null, q: { y: { z: 2 } } } },
      {
        'a applies v4': ['.limits'],
        'b applies v2': ['.limits.p', '.limits.q', '.limits.q.y'],
        'u updates v3': ['.limits.q.y.z'],
      },
    ],
  ])('%s', (_promise, steps, spec, owners) => holds(steps, spec, owners));
});

describe('versions with other names', () => {
  const names: Record<string, string> = { v1: 'cores', v2: 'cpus', v3: 'processors' };
  const parts: Record<string, string> = { v1: 'boot', v2: 'start', v3: 'loader' };
  const part: Schema = struct({ kind: text });
  const renamed = (to: string) => (object: JsonObject) => {
    const spec = Object.entries((object['spec'] ?? {}) as JsonObject).map(([name, value]) => {
      if (Object.values(names).includes(name)) return [names[to], value];
      return Object.values(parts).includes(name) ? [parts[to], value] : [name, value];
    });
    return spec.length > 0 ? { ...object, spec: Object.fromEntries(spec) as JsonObject } : object;
  };
  const versions: NonNullable<Write['versions']> = (version) => ({
    schema: schemaOf({ image: text, [names[version] ?? '']: integer, [parts[version] ?? '']: part }),
    convert: renamed(version),
  });
  const cores = (version: string, value: number): JsonObject => ({ [names[version] ?? '']: value });
  const boot = (version: string): JsonObject => ({ [parts[version] ?? '']: { kind: 'efi' } });
  const by = (who: string, version: string, ...fields: string[]) => ({
    [version === 'v1' ? who : `${who} ${version}`]: fields,
  });
  const every = ['v1', 'v2', 'v3'].flatMap((a) =>
    ['v1', 'v2', 'v3'].flatMap((b) => ['v1', 'v2', 'v3'].map((c) => [a, b, c] as const)),
  );

  it.each(every)(
    'take away what is applied no more: applied in %s, shared in %s, left out in %s',
    (first, second, third) => {
      const alone = [applies('a', { image: 'x', ...cores(first, 1) }, first), applies('a', { image: 'x' }, third)];
      holds(alone, { image: 'x' }, by('a applies', third, '.image'), versions);
      const whole = [applies('a', { image: 'x', ...boot(first) }, first), applies('a', { image: 'x' }, third)];
      holds(whole, { image: 'x' }, by('a applies', third, '.image'), versions);

      holds(
        [
          applies('a', { image: 'x', ...cores(first, 1) }, first),
          applies('b', cores(second, 1), second),
          applies('a', { image: 'x' }, third),
        ],
        { image: 'x', ...cores(third, 1) },
        { ...by('a applies', third, '.image'), ...by('b applies', second, `.${names[second]}`) },
        versions,
      );
      holds(
        [
          applies('a', { image: 'x', ...boot(first) }, first),
          applies('b', boot(second), second),
          applies('a', { image: 'x' }, third),
        ],
        { image: 'x', ...boot(third) },
        { ...by('a applies', third, '.image'), ...by('b applies', second, `.${parts[second]}.kind`) },
        versions,
      );
      holds(
        [
          updates('u', { image: 'x', ...cores(first, 1) }, first),
          applies('a', { image: 'x', ...cores(second, 1) }, second),
          applies('a', { image: 'x' }, third),
        ],
        { image: 'x', ...cores(third, 1) },
        { ...by('a applies', third, '.image'), ...by('u updates', first, '', '.image', `.${names[first]}`) },
        versions,
      );
    },
  );

  it.each(every)('give a field to who changes it: applied in %s, changed in %s, seen in %s', (first, second, third) => {
    const steps = [
      applies('a', { image: 'x', ...cores(first, 1) }, first),
      updates('u', { image: 'x', ...cores(second, 2) }, second),
    ];
    const owners = { ...by('a applies', first, '.image'), ...by('u updates', second, `.${names[second]}`) };
    holds(steps, { image: 'x', ...cores(second, 2) }, owners, versions);
    holds([...steps, applies('b', undefined, third)], { image: 'x', ...cores(third, 2) }, owners, versions);
  });

  it('of which one is gone leave the others’ managers', () => {
    const left: typeof versions = (version) => (version === 'v2' ? undefined : versions(version));
    const history = new History({ versions });
    history.update('one', { image: 'x' }).update('two', { image: 'x', cpus: 1 }, { version: 'v2' });
    history.update('three', { image: 'y', processors: 1 }, { version: 'v3' });
    history.options.versions = left;
    history.update('four', { image: 'y', processors: 2 }, { version: 'v3' });
    expect(Object.keys(history.owners).sort()).toEqual(['four updates v3', 'one updates', 'three updates v3']);
  });

  it('of which one is gone let its applier begin anew in another', () => {
    const history = new History({ versions }).apply('a', { image: 'x', cpus: 1 }, { version: 'v2' });
    history.options.versions = (version) => (version === 'v2' ? undefined : versions(version));
    history.apply('a', { image: 'y' });
    expect(history.spec).toEqual({ image: 'y', cores: 1 });
    expect(history.owners).toEqual({ 'a applies': ['.image'] });
  });

  it('of which one can be made only with a field of another never meet without it', () => {
    const needy: typeof versions = (version) => {
      const known = versions(version);
      return known && { ...known, convert: (object) => needing(version, known.convert(object)) };
    };
    const needing = (version: string, object: JsonObject): JsonObject => {
      const spec = (object['spec'] ?? {}) as JsonObject;
      if (version === 'v1' && spec['cores'] === undefined) throw new RangeError('there are no cores to convert');
      return object;
    };
    holds(
      [applies('a', { cpus: 1 }, 'v2'), applies('b', { image: 'x' }), applies('a', { cpus: 2 }, 'v2')],
      { image: 'x', cpus: 2 },
      { 'a applies v2': ['.cpus'], 'b applies': ['.image'] },
      needy,
    );
  });
});

describe('another schema of the same version', () => {
  const granular = schemaOf({ node: struct({ zone: text, rack: text }), list: keyed(struct({ name: text }), 'name') });
  const atomic = schemaOf({
    node: struct({ zone: text, rack: text }, { 'x-kubernetes-map-type': 'atomic' }),
    list: { ...keyed(struct({ name: text }), 'name'), 'x-kubernetes-list-type': 'atomic' },
  });
  const from = (before: typeof granular): History => new History({ schema: before });
  const under = (history: History, after: typeof granular): History => {
    history.options.schema = after;
    return history;
  };

  it('that makes an object atomic has it conflict as a whole', () => {
    const history = under(from(granular).apply('a', { node: { zone: 'p' } }), atomic);
    expect(conflictsOf(() => history.apply('b', { node: { rack: '1' } }))).toEqual(['.node: conflict with "a"']);
    history.force('b', { node: { rack: '1' } });
    expect(history.spec).toEqual({ node: { rack: '1' } });
    expect(history.owners).toEqual({ 'b applies': ['.node'] });
  });

  it('that makes an object atomic leaves nothing to who lost its part', () => {
    const history = from(granular)
      .apply('a', { node: { zone: 'p' } })
      .force('b', { node: { zone: 'q' } });
    under(history, atomic);
    expect(conflictsOf(() => history.apply('c', { node: { rack: '1' } }))).toEqual(['.node: conflict with "b"']);
    history.force('b', { node: { rack: '1' } });
    expect(history.spec).toEqual({ node: { rack: '1' } });
    expect(history.owners).toEqual({ 'b applies': ['.node'] });
  });

  it('that makes an object granular lets others have parts of it', () => {
    const history = from(atomic).apply('a', { node: { zone: 'p', rack: '1' } });
    expect(conflictsOf(() => history.apply('b', { node: { rack: '2' } }))).toEqual(['.node: conflict with "a"']);
    under(history, granular).apply('b', { node: { rack: '2' } });
    expect(history.spec).toEqual({ node: { zone: 'p', rack: '2' } });
    expect(history.owners).toEqual({ 'a applies': ['.node'], 'b applies': ['.node.rack'] });
  });

  it('that makes a list atomic has it conflict as a whole', () => {
    const history = under(from(granular).apply('a', { list: [{ name: 'p' }] }), atomic);
    expect(conflictsOf(() => history.apply('b', { list: [{ name: 'q' }] }))).toEqual(['.list: conflict with "a"']);
    expect(history.spec).toEqual({ list: [{ name: 'p' }] });
  });
});

describe('a field that the schema does not name', () => {
  it('is owned and changed as any other where the schema says what others are', () => {
    const history = new History({
      schema: schemaOf({ more: { ...struct({ cores: integer }), additionalProperties: text } }),
    });
    history.apply('a', { more: { cores: 5, other: 'x' } }).apply('a', { more: { cores: 6, other: 'y' } });
    expect(history.spec).toEqual({ more: { cores: 6, other: 'y' } });
    expect(history.owners).toEqual({ 'a applies': ['.more.cores', '.more.other'] });
  });
});

describe('fields that the request cannot write', () => {
  const ignored = [
    ['spec', 'image'],
    ['spec', 'firmware'],
  ];
  const wanted = { cores: 1, image: 'x', firmware: { kind: 'efi', secure: 1 } };

  it.each<[string, (history: History) => History, Record<string, string[]>]>([
    ['updates', (history) => history.update('u', wanted), { 'u updates': ['', '.cores'] }],
    ['applies', (history) => history.apply('a', wanted), { 'a applies': ['.cores'] }],
  ])('are not owned by who %s them, with all that is below', (_who, write, owners) => {
    const history = write(new History({ ignored }));
    expect(history.spec).toEqual(wanted);
    expect(history.owners).toEqual(owners);
  });

  it('are not taken from their owner', () => {
    const history = new History().update('one', wanted);
    history.options.ignored = ignored;
    history.update('two', { ...wanted, cores: 2, firmware: { kind: 'bios' } });
    expect(history.owners).toEqual({
      'one updates': ['', '.firmware', '.image', '.firmware.kind', '.firmware.secure'],
      'two updates': ['.cores'],
    });
    const applied = new History().apply('a', wanted);
    applied.options.ignored = ignored;
    applied.apply('b', { firmware: { kind: 'bios' } });
    expect(applied.owners).toEqual({
      'a applies': ['.cores', '.image', '.firmware.kind', '.firmware.secure'],
    });
  });
});
