import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { ApiError } from '../errors.js';
import type { Json } from '../object.js';
import { decodeJson } from './json.js';
import { decodeYaml, decodeYamlDocuments, encodeYaml, readYaml } from './yaml.js';

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
    ['1: x', { '1': 'x' }],
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
    ['aliases without end', `a: &a x\nb: [${'*a, &b y, *b, '.repeat(2000)}]`],
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
      'error converting YAML to JSON: yaml: Map keys must be unique at line 4, column 3',
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

  it('of a request is refused before it is read when it would hold up the server', () => {
    expect(() => readYaml(`a: [${'x'.repeat(256 * 1024)}`)).toThrow(
      expect.objectContaining({ code: 413, message: expect.stringContaining('send it as JSON') }),
    );
  });

  it('is written so that readers of 1.1 and 1.2 read the same', () => {
    const texts = fc.constantFrom(
      'yes',
      'off',
      '0755',
      '0o17',
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
