import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { ApiError } from '../errors.js';
import type { Json } from '../object.js';
import { decodeJson } from './json.js';
import { decodeYaml, decodeYamlDocuments, encodeYaml } from './yaml.js';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('a JSON body', () => {
  it('is read', () => {
    expect(decodeJson(bytes('{"a": [1, "x", null]}'))).toEqual({ a: [1, 'x', null] });
  });

  it.each<[string, Uint8Array, number]>([
    ['no JSON', bytes('{'), 400],
    ['no UTF-8', Uint8Array.of(0x22, 0xff, 0x22), 400],
    ['nested without end', bytes('['.repeat(100_000) + ']'.repeat(100_000)), 400],
    ['the key that changes objects', bytes('{"a": {"__proto__": {"b": 1}}}'), 400],
    ['too large', new Uint8Array(4 * 1024 * 1024), 413],
  ])('is refused: %s', (_name, body, code) => {
    expect(() => decodeJson(body)).toThrow(expect.objectContaining({ code }));
  });
});

describe('a YAML body', () => {
  it.each<[string, Json]>([
    ['a: yes', { a: true }],
    ['a: on', { a: true }],
    ['y: n', { true: false }],
    ['a: "on"', { a: 'on' }],
    ['a: 0755', { a: 493 }],
    ['a: 0x1f', { a: 31 }],
    ['a: 1_000', { a: 1000 }],
    ['a: 12:30', { a: '12:30' }],
    ['a: 2026-11-20', { a: '2026-11-20' }],
    ['a: 2026-11-20T10:00:00Z', { a: '2026-11-20T10:00:00Z' }],
    ['a: ~', { a: null }],
    ['a: 1.5e3', { a: 1500 }],
    ['a: [e1000, .5e1, 5.e1]', { a: ['e1000', 5, 50] }],
    ['a: [yes, YES, yEs, n, Off]', { a: [true, true, 'yEs', false, false] }],
    ['a: [0o755, -0755, 0o8, 08, 0x, 0X1F, -0b11, 0b12]', { a: [493, -493, '0o8', 8, '0x', 31, -3, '0b12'] }],
    ['a: [1__0, _1, 1_, -1_0.5_0, ._5, 1., .5e3, .e5]', { a: [10, '_1', 1, -10.5, '._5', 1, 500, '.e5'] }],
    ['a: [-0, 1e1000, 0x1ffffffffffffffffff, 190:20:30]', { a: [0, '1e1000', '0x1ffffffffffffffffff', '190:20:30'] }],
    ['a: [18446744073709551615, 18446744073709551616]', { a: [2 ** 64, 2 ** 64] }],
    [`a: ${'9'.repeat(200_000)}`, { a: '9'.repeat(200_000) }],
    ['a: [!!str 12, !!int "12", !!bool "yes", !foo 12]', { a: ['12', 12, true, '12'] }],
    ['a: [!!binary aGk=, !!set {b}, !<tag:yaml.org,2002:str> 1]', { a: ['hi', { b: null }, '1'] }],
    ['a: "<<"\n"<<": b', { a: '<<', '<<': 'b' }],
    ['<<: [{a: 1}, {a: 2, c: 3}]\nb: 2', { a: 1, b: 2, c: 3 }],
    ['1: x', { '1': 'x' }],
    ['yes: x\n0x10: x\n1.5: x\n.inf: x', { true: 'x', 16: 'x', 1.5: 'x', '.inf': 'x' }],
    ['<<: {a: 1}\na: 2', { a: 2 }],
    ['constructor: &c {a: 1}\nb: *c', { constructor: { a: 1 }, b: { a: 1 } }],
    ['base: &b {x: 1}\na:\n  <<: *b\n  z: 2', { base: { x: 1 }, a: { x: 1, z: 2 } }],
    ['a: |\n  two\n  lines\n', { a: 'two\nlines\n' }],
    [`a: |\n${'  *text\n  &more\n'.repeat(1500)}`, { a: '*text\n&more\n'.repeat(1500) }],
    ['{"json": [true]}', { json: [true] }],
    ['', null],
  ])('%j is read as Kubernetes reads it', (text, expected) => {
    expect(decodeYaml(text)).toEqual(expected);
  });

  it.each<[string, string]>([
    ['no YAML', 'a: [1'],
    ['two documents', 'a: 1\n---\nb: 2'],
    ['a key given twice', 'a: 1\na: 2'],
    ['infinity', 'a: .inf'],
    ['the key that changes objects', '__proto__: {a: 1}'],
    ['nested without end', '['.repeat(20_000)],
    ['levels without end', Array.from({ length: 600 }, (_, level) => `${' '.repeat(level)}a:`).join('\n')],
    ['a merge of what is no map', '<<: '],
    ['an alias of nothing', 'a: *b'],
    ['aliases of much text', `a: &a ${'x'.repeat(1000)}\nb: [${'*a, '.repeat(300)}]`],
    ['levels upon levels by aliases', levelsOfAliases(22)],
    ['what holds itself', 'a: &a [*a]'],
    ['YAML of another version', '%YAML 1.2\n---\na: 1'],
    ['a key that is none', '[a]: 1'],
    ['a key of nothing', '~: 1'],
    ['a tag that does not fit', 'a: !!int b'],
    ['a laughing bomb', bomb()],
  ])('is refused: %s', (_name, text) => {
    expect(() => decodeYaml(text)).toThrow(expect.objectContaining({ code: 400 }));
  });

  it('with many keys, or with many faults, takes no longer than its length', () => {
    const keys = Array.from({ length: 20_000 }, (_, key) => `key${key}: v`).join('\n');
    const started = performance.now();
    expect(Object.keys(decodeYaml(keys) as object)).toHaveLength(20_000);
    expect(() => decodeYaml(`a: &x [1]\nb: *x\n${'-: .inf, f: ~}\n'.repeat(2000)}`)).toThrow(ApiError);
    expect(() => decodeYaml('c: {d: 1}\n~}\n---\n- 1\n'.repeat(2000))).toThrow(ApiError);
    // Each key compared with each, or each fault shown in its place, took many times as long.
    expect(performance.now() - started).toBeLessThan(8000);
  });

  it('tells where it is wrong', () => {
    expect(() => decodeYaml('a: 1\nb:\n  c: 1\n  c: 2\n')).toThrow(
      'error converting YAML to JSON: yaml: line 4: key "c" already set in map',
    );
  });

  it('may hold several documents when asked for them', () => {
    expect(decodeYamlDocuments('---\na: 1\n---\n# nothing\n---\nb: 2\n')).toEqual([{ a: 1 }, { b: 2 }]);
  });

  it('never fails otherwise than by refusing', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'ab:-[]{}&*!|> \n"\'#?,%@`0.') }), (text) => {
        try {
          decodeYaml(text);
        } catch (error) {
          expect(error).toBeInstanceOf(ApiError);
        }
      }),
    );
  });

  it('is written so that readers of 1.1 and 1.2 read the same', () => {
    const texts = fc.constantFrom(
      'yes',
      'off',
      '0755',
      '0o17',
      '08',
      '0X1F',
      '\ufeffx',
      '1_',
      '+0x1f',
      '-0b1',
      '0O7',
      '_1',
      'y',
      '1e3',
      '12:30',
      '~',
      'null',
      '<<',
      '2026-01-01',
      ' x',
      '',
      '-',
      '*a',
    );
    const value = fc.dictionary(
      fc.stringMatching(/^[a-z]{1,5}$/),
      fc.oneof(texts, fc.string(), fc.integer(), fc.boolean()),
    );
    fc.assert(
      fc.property(value, (document) => {
        const text = encodeYaml(document);
        expect(decodeYaml(text)).toEqual(document);
        expect(parse(text, { version: '1.2' })).toEqual(document);
      }),
    );
  });
});

function bomb(): string {
  const levels = Array.from({ length: 9 }, (_, level) => `l${level + 1}: &l${level + 1} [${`*l${level},`.repeat(9)}]`);
  return ['l0: &l0 [x, x, x, x, x, x, x, x, x]', ...levels].join('\n');
}

/** As many times forty levels, which no part of the text has. */
function levelsOfAliases(times: number): string {
  const within = (value: string): string => `${'['.repeat(40)}${value}${']'.repeat(40)}`;
  const lines = Array.from({ length: times }, (_, level) => `l${level + 1}: &l${level + 1} ${within(`*l${level}`)}`);
  return [`l0: &l0 ${within('x')}`, ...lines].join('\n');
}
