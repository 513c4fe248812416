import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '../object.js';
import { applyJsonPatch } from './json-patch.js';

describe('a JSON patch', () => {
  it.each<[string, Json, Json, Json]>([
    ['adds a field', { a: 1 }, [{ op: 'add', path: '/b', value: 2 }], { a: 1, b: 2 }],
    ['adds over a field', { a: 1 }, [{ op: 'add', path: '/a', value: 2 }], { a: 2 }],
    ['adds into a list', { a: [1, 3] }, [{ op: 'add', path: '/a/1', value: 2 }], { a: [1, 2, 3] }],
    ['appends', { a: [1] }, [{ op: 'add', path: '/a/-', value: 2 }], { a: [1, 2] }],
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

  it.each<[string, Json, Json, number]>([
    ['no list', {}, {}, 400],
    ['an unknown operation', {}, [{ op: 'merge', path: '/a' }], 400],
    ['no path', {}, [{ op: 'remove' }], 400],
    ['no value', {}, [{ op: 'add', path: '/a' }], 400],
    ['a pointer that is none', {}, [{ op: 'remove', path: 'a' }], 400],
    ['the prototype', {}, [{ op: 'add', path: '/__proto__/x', value: 1 }], 400],
    ['a test that fails', { a: 1 }, [{ op: 'test', path: '/a', value: 2 }], 422],
    ['removing what is not there', {}, [{ op: 'remove', path: '/a' }], 422],
    ['replacing what is not there', {}, [{ op: 'replace', path: '/a', value: 1 }], 422],
    ['adding below what is not there', {}, [{ op: 'add', path: '/a/b', value: 1 }], 422],
    ['adding behind the end', { a: [] }, [{ op: 'add', path: '/a/1', value: 1 }], 422],
    ['adding at a word', { a: [] }, [{ op: 'add', path: '/a/x', value: 1 }], 422],
    ['adding into text', { a: 'x' }, [{ op: 'add', path: '/a/b', value: 1 }], 422],
    ['moving into itself', { a: { b: 1 } }, [{ op: 'move', from: '/a', path: '/a/b' }], 422],
    ['inherited fields', {}, [{ op: 'copy', from: '/constructor', path: '/a' }], 422],
  ])('refuses %s', (_name, document, patch, code) => {
    expect(() => applyJsonPatch(document, patch)).toThrow(expect.objectContaining({ code }));
  });

  it('refuses to grow an object without end', () => {
    const doubling = Array.from({ length: 40 }, (_, index) => ({ op: 'copy', from: '', path: `/${index}` }));
    expect(() => applyJsonPatch({ a: 'x'.repeat(1000) }, doubling)).toThrow('copies more than');
    expect(() =>
      applyJsonPatch(
        {},
        Array.from({ length: 10_001 }, () => ({ op: 'test', path: '', value: {} })),
      ),
    ).toThrow('maximum operations');
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
