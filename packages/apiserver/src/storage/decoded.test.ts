import type { Entry, Revision } from '@drover/store';
import { describe, expect, it } from 'vitest';
import { DecodedObjects } from './decoded.js';
import { encodeStored } from './rendering.js';

const entry = (key: string, revision: number): Entry => ({
  key,
  value: encodeStored({ apiVersion: 'v1', kind: 'A', metadata: { name: key, uid: 'u' } }, 'v1'),
  revision: revision as Revision,
  created: 1 as Revision,
});

describe('decoded objects', () => {
  it('are parsed once while they are held', () => {
    const decoded = new DecodedObjects(1000);
    const first = entry('a', 1);
    expect(decoded.get(first)).toBe(decoded.get(first));
    expect(decoded.get(entry('a', 2)).metadata.resourceVersion).toBe('2');
  });

  it('leave when there is no room, the longest unused first', () => {
    const decoded = new DecodedObjects(entry('a', 1).value.length * 2);
    const [a, b, c] = [entry('a', 1), entry('b', 2), entry('c', 3)];
    const [first, second] = [decoded.get(a), decoded.get(b)];
    decoded.get(a);
    decoded.get(c);
    expect(decoded.get(a)).toBe(first);
    expect(decoded.get(b)).not.toBe(second);
  });
});
