import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '../object.js';
import { applyJsonPatch } from './json-patch.js';

/** Each operation copies all that the ones before made. */
const doubling = [
  { op: 'add', path: '/0', value: {} },
  ...Array.from({ length: 40 }, (_, index) => ({ op: 'add', path: `/x${index}`, value: 'x'.repeat(100_000) })),
  ...Array.from({ length: 40 }, (_, index) => ({ op: 'copy', from: `/x${index}`, path: `/y${index}` })),
];

describe('a JSON patch', () => {
  it.each<[string, Json, Json[], Json]>([
    ['adds a field', { a: 1 }, [{ op: 'add', path: '/b', value: 2 }], { a: 1, b: 2 }],
    ['adds over a field', { a: 1 }, [{ op: 'add', path: '/a', value: 2 }], { a: 2 }],
    ['adds into a list', { a: [1, 3] }, [{ op: 'add', path: '/a/1', value: 2 }], { a: [1, 2, 3] }],
    ['appends', { a: [1] }, [{ op: 'add', path: '/a/-', value: 2 }], { a: [1, 2] }],
    ['adds null for no value', { a: 1 }, [{ op: 'add', path: '/b' }], { a: 1, b: null }],
    ['counts negative places from the end', { a: [1, 2] }, [{ op: 'replace', path: '/a/-1', value: 3 }], { a: [1, 3] }],
    ['replaces what is not there', {}, [{ op: 'replace', path: '/a', value: 1 }], { a: 1 }],
    ['finds null where nothing is', { a: 1 }, [{ op: 'test', path: '/b', value: null }], { a: 1 }],
    ['copies what is not there as null', {}, [{ op: 'copy', from: '/a', path: '/b' }], { b: null }],
    ['ignores what comes before the first slash', {}, [{ op: 'add', path: 'a/b', value: 1 }], { b: 1 }],
    ['adds null', { a: 1 }, [{ op: 'add', path: '/b', value: null }], { a: 1, b: null }],
    ['replaces the whole', { a: 1 }, [{ op: 'replace', path: '', value: { b: 2 } }], { b: 2 }],
    ['removes a field', { a: 1, b: 2 }, [{ op: 'remove', path: '/a' }], { b: 2 }],
    ['removes an element', { a: [1, 2] }, [{ op: 'remove', path: '/a/0' }], { a: [2] }],
    ['replaces', { a: { b: 1 } }, [{ op: 'replace', path: '/a/b', value: 2 }], { a: { b: 2 } }],
    ['moves', { a: 1, b: {} }, [{ op: 'move', from: '/a', path: '/b/c' }], { b: { c: 1 } }],
    ['copies', { a: { x: 1 } }, [{ op: 'copy', from: '/a', path: '/b' }], { a: { x: 1 }, b: { x: 1 } }],
    ['tests', { a: { x: [1] } }, [{ op: 'test', path: '/a', value: { x: [1] } }], { a: { x: [1] } }],
    [
      'reads ~1 and ~0',
      { 'a/b': 1, 'c~d': 2 },
      [
        { op: 'remove', path: '/a~1b' },
        { op: 'remove', path: '/c~0d' },
      ],
      {},
    ],
    [
      'goes through numbers as keys',
      { a: { 0: 'x' } },
      [{ op: 'replace', path: '/a/0', value: 'y' }],
      { a: { 0: 'y' } },
    ],
  ])('%s', (_name, document, patch, expected) => {
    const before = structuredClone(document);
    expect(applyJsonPatch(document, patch)).toEqual(expected);
    expect(document).toEqual(before);
  });

  it.each<[string, Json, Json[]]>([
    ['an operation that is no object', {}, [1]],
    ['an unknown operation', {}, [{ op: 'merge', path: '/a' }]],
    ['no path', {}, [{ op: 'remove' }]],
    ['no from', {}, [{ op: 'copy', path: '/a' }]],
    ['a pointer to the whole', {}, [{ op: 'remove', path: '' }]],
    ['adding the whole', {}, [{ op: 'add', path: '', value: {} }]],
    ['a whole that is no object', {}, [{ op: 'replace', path: '', value: 1 }]],
    ['a test that fails', { a: 1 }, [{ op: 'test', path: '/a', value: 2 }]],
    ['removing what is not there', {}, [{ op: 'remove', path: '/a' }]],
    ['moving what is not there', {}, [{ op: 'move', from: '/a', path: '/b' }]],
    ['adding below what is not there', {}, [{ op: 'add', path: '/a/b', value: 1 }]],
    ['adding below null', { a: null }, [{ op: 'add', path: '/a/b', value: 1 }]],
    ['adding behind the end', { a: [] }, [{ op: 'add', path: '/a/1', value: 1 }]],
    ['adding at a word', { a: [] }, [{ op: 'add', path: '/a/x', value: 1 }]],
    ['adding into text', { a: 'x' }, [{ op: 'add', path: '/a/b', value: 1 }]],
    ['a place before the start', { a: [1] }, [{ op: 'remove', path: '/a/-2' }]],
    ['moving into itself', { a: { b: 1 } }, [{ op: 'move', from: '/a', path: '/a/b' }]],
    ['growing an object without end', { a: 'x'.repeat(1000) }, doubling],
  ])('refuses %s, without saying why', (_name, document, patch) => {
    const message = 'the server rejected our request due to an error in our request';
    expect(() => applyJsonPatch(document, patch)).toThrow(expect.objectContaining({ code: 422, message }));
  });

  it('refuses the prototype', () => {
    expect(() => applyJsonPatch({}, [{ op: 'add', path: '/__proto__/x', value: 1 }])).toThrow('not allowed');
    expect(applyJsonPatch({}, [{ op: 'copy', from: '/constructor', path: '/a' }])).toEqual({ a: null });
  });

  it('refuses more than 10,000 operations', () => {
    const operations = Array.from({ length: 10_001 }, () => ({ op: 'test', path: '', value: {} }));
    expect(() => applyJsonPatch({}, operations)).toThrow(
      'Request entity too large: The allowed maximum operations in a JSON patch is 10000, got 10001',
    );
  });

  it('takes back what it added', () => {
    const object = fc.dictionary(fc.string({ maxLength: 5 }), fc.jsonValue({ maxDepth: 1 })) as fc.Arbitrary<
      Record<string, Json>
    >;
    fc.assert(
      fc.property(object, fc.string(), (document, key) => {
        fc.pre(!Object.hasOwn(document, key) && key !== '__proto__' && !Object.hasOwn(document, '__proto__'));
        const path = `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
        expect(
          applyJsonPatch(document, [
            { op: 'add', path, value: 1 },
            { op: 'remove', path },
          ]),
        ).toEqual(document);
      }),
    );
  });
});
