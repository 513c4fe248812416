import { describe, expect, it } from 'vitest';
import { headerFields } from './header-fields.js';

describe('header fields', () => {
  it('are lists where they were sent more than once, whose values stay apart', () => {
    const raw = ['X-Group', 'a, b', 'accept', '*/*', 'x-group', '', 'x-group', 'c'];
    expect(headerFields(raw)).toEqual({ 'x-group': ['a, b', '', 'c'], accept: '*/*' });
  });

  it.each(['constructor', '__proto__', 'tostring'])('may be called %s', (name) => {
    expect(Object.entries(headerFields([name, 'a', name, 'b']))).toEqual([[name, ['a', 'b']]]);
  });
});
