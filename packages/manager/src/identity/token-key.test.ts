import { randomBytes } from 'node:crypto';
import { Secret } from '@drover/kit';
import { describe, expect, it } from 'vitest';
import { hashKey, isKey, newKey, sameText } from './token-key.js';

describe('a token key', () => {
  it('has 54 characters of the alphabet that Rancher uses, each time others', () => {
    const [one, two] = [newKey(randomBytes).reveal(), newKey(randomBytes).reveal()];
    expect(one).toMatch(/^[bcdfghjklmnpqrstvwxz2456789]{54}$/);
    expect(one).not.toBe(two);
  });

  it('is kept as a salted hash in version 3 of the form, in which the key does not occur', () => {
    const key = newKey(randomBytes);
    const hash = hashKey(key, randomBytes);
    expect(hash).toMatch(/^\$3:1:[A-Za-z0-9+/]{11}:[A-Za-z0-9+/]{86}$/);
    expect(hash).not.toContain(key.reveal());
    expect(isKey(key.reveal(), hash)).toBe(true);
  });

  it.each([undefined, '', 'plaintext', '$2:YQ:YQ', '$3:1:YQ:YQ', '$3:1::'])('is not recognised by %s', (hash) => {
    expect(isKey('plaintext', hash)).toBe(false);
    expect(isKey('', hash)).toBe(false);
  });

  it('of another is not recognised', () => {
    expect(isKey(newKey(randomBytes).reveal(), hashKey(new Secret('another'), randomBytes))).toBe(false);
  });
});

describe('texts of any length', () => {
  it.each([
    ['', '', true],
    ['a', 'a', true],
    ['a', 'b', false],
    ['a', 'aa', false],
  ])('%j and %j are the same: %s', (a, b, same) => expect(sameText(a, b)).toBe(same));
});
