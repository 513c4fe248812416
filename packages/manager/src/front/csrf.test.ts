import { describe, expect, it } from 'vitest';
import { isOwnOrigin, provesOwnPage } from './csrf.js';

describe('a request with the cookie of a session', () => {
  it.each([
    ['GET', undefined, undefined, true],
    ['POST', undefined, undefined, false],
    ['POST', 'abc', undefined, false],
    ['POST', undefined, 'abc', false],
    ['POST', '', '', false],
    ['DELETE', 'abc', 'abd', false],
    ['DELETE', 'abc', 'abc', true],
  ])('%s with the cookie %s and the header %s comes from our page: %s', (method, cookie, header, proved) => {
    expect(provesOwnPage(method, cookie, header)).toBe(proved);
  });
});

describe('a handshake with the cookie of a session', () => {
  it.each([
    ['https://drover:8443', 'drover:8443', true],
    ['https://drover', 'drover:443', true],
    ['http://drover:8443', 'drover:8443', false],
    ['https://drover:8444', 'drover:8443', false],
    ['https://drover.evil.example', 'drover', false],
    ['null', 'drover', false],
    [undefined, 'drover', false],
    ['https://drover', undefined, false],
  ])('from %s to %s comes from our page: %s', (origin, host, own) => expect(isOwnOrigin(origin, host)).toBe(own));
});
