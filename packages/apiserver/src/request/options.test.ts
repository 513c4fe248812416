import { describe, expect, it } from 'vitest';
import { count, flag } from './options.js';

const query = (text: string): URLSearchParams => new URLSearchParams(text);

describe('a parameter that is true or false', () => {
  it.each([
    ['watch', true],
    ['watch=', true],
    ['watch=true', true],
    ['watch=1', true],
    ['watch=false', false],
    ['watch=FALSE', false],
    ['watch=0', false],
    ['', false],
  ])('read "%s" as %s', (text, expected) => {
    expect(flag(query(text), 'watch')).toBe(expected);
  });
});

describe('a parameter that is a number', () => {
  it.each([
    ['limit=5', 5],
    ['limit=-5', -5],
    ['', undefined],
  ])('is read: "%s"', (text, expected) => {
    expect(count(query(text), 'limit')).toBe(expected);
  });
});
