import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ApiError } from '../errors.js';
import type { JsonObject } from '../object.js';
import { FieldSet } from './field-set.js';
import { inOrder, parseElement, printElement } from './path-element.js';

describe('a path element', () => {
  it.each([
    'i:0',
    'i:1234',
    'f:',
    'f:spec',
    'f: with spaces ',
    'f:spec-🚀',
    'k:{"name":"my-container"}',
    'k:{"name":" with spaces "}',
    'k:{"port":8080,"protocol":"TCP"}',
    'k:{"optional":null}',
    'k:{"list":["1","2"]}',
    'k:{"object":{"a":1,"b":null,"c":"d","e":{"f":"g"}}}',
    'k:{"port":"8080","ready":true,"weight":0.5}',
    'k:{"name":"Привет, мир"}',
    'v:null',
    'v:"text"',
    'v:1234',
    'v:true',
    'v:{"some":"json"}',
  ])('is read and written as it is: %s', (text) => {
    expect(parseElement(text)).toBe(text);
  });

  it.each([
    ['v: {"some":"json"} ', 'v:{"some":"json"}'],
    ['k: {"name":"a"} ', 'k:{"name":"a"}'],
    ['k:{"b":1,"a":2}', 'k:{"a":2,"b":1}'],
    ['k:{"na\\u006de":"a"}', 'k:{"name":"a"}'],
    ['v:"\\u4f60\\u597d"', 'v:"你好"'],
    ['v:{"twice":"1","twice":"2"}', 'v:{"twice":"2"}'],
    ['v:1.0', 'v:1'],
    ['k:{}', 'k:{}'],
  ])('has one form: %s', (text, form) => {
    expect(parseElement(text)).toBe(form);
  });

  it.each([
    '',
    'no-colon',
    'i:no number',
    'i:1.23',
    'i:',
    'i: 0',
    'i:0 ',
    'v:',
    'v:no json',
    'v:{"a":"b"',
    'v:{"a":"b"} {"c":"d"}',
    'v:{"a":"b"} garbage',
    'v:"\\x41"',
    'k:no json',
    'k:{"name":unquoted}',
    'k:{"a":"b"',
    'k:{"a":"b"} {"c":"d"}',
    'k:["a"]',
    'v',
    'k',
    'f',
    'i',
  ])('is none: "%s"', (text) => {
    expect(parseElement(text)).toBeUndefined();
    expect(() => FieldSet.decode({ [text]: {} })).toThrow(ApiError);
  });

  it('of a kind that is not known is left out, with all that is below it', () => {
    const set = FieldSet.decode({ 'f:a': {}, 'r:b': { 'no element': {} } });
    expect(set.encode()).toEqual({ 'f:a': {} });
  });

  it.each([
    ['f:spec', '.spec'],
    ['k:{"name":"a","port":80}', '[name="a",port=80]'],
    ['k:{"a":"b","c":1,"d":1.5,"e":true,"f":null}', '[a="b",c=1,d=1.5,e=true,f=null]'],
    ['v:"a"', '[="a"]'],
    ['v:5', '[=5]'],
    ['v:0.25', '[=0.25]'],
    ['v:false', '[=false]'],
    ['i:3', '[3]'],
  ])('is printed as messages have it: %s', (text, printed) => {
    expect(printElement(text)).toBe(printed);
  });
});

describe('the order of elements', () => {
  /** One of each kind, and of each type of value, in the order in which they are written. */
  const ORDERED = [
    'f:a',
    'f:b',
    'k:{"name":"first"}',
    'k:{"name":"first","port":1}',
    'k:{"name":"second"}',
    'k:{"port":80}',
    'k:{"port":443,"protocol":"tcp"}',
    'k:{"port":443,"protocol":"udp"}',
    'v:0.5',
    'v:2',
    'v:10',
    'v:"aa"',
    'v:"ab"',
    'v:"b-12"',
    'v:"b-9"',
    'v:false',
    'v:true',
    'v:[]',
    'v:[1]',
    'v:[1,1]',
    'v:[2]',
    'v:{}',
    'v:{"a":1}',
    'v:{"a":1,"b":1}',
    'v:{"a":2}',
    'v:{"b":1}',
    'v:null',
    'i:2',
    'i:10',
  ];

  it('does not depend on how they came, on every level', () => {
    const level = (inner: () => JsonObject): JsonObject =>
      Object.fromEntries([...ORDERED].reverse().map((text) => [text, inner()]));
    const { 'f:a': below, ...others } = FieldSet.decode(level(() => level(() => ({})))).encode();
    expect(['f:a', ...Object.keys(others)]).toEqual(ORDERED);
    expect(Object.keys(below ?? {})).toEqual(ORDERED);
  });

  it('is the same from whatever order they come in', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(ORDERED), (some) => {
        expect(inOrder(some)).toEqual(ORDERED.filter((element) => some.includes(element)));
      }),
    );
  });
});
