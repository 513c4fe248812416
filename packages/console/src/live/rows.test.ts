import { describe, expect, it } from 'vitest';
import { applyChanges, laterRevision, rowsOf } from './rows.js';

const object = (name: string, resourceVersion: string, uid = name) => ({
  apiVersion: 'v1',
  kind: 'Thing',
  metadata: { name, namespace: 'default', uid, resourceVersion, creationTimestamp: '' },
});

describe('applyChanges', () => {
  const rows = rowsOf([object('a', '5')]);

  it('adds, replaces and removes', () => {
    const next = applyChanges(rows, [
      { type: 'put', object: object('b', '6') },
      { type: 'put', object: object('a', '7') },
      { type: 'remove', object: object('b', '8') },
    ]);
    expect([...next.values()].map(({ metadata }) => [metadata.name, metadata.resourceVersion])).toEqual([['a', '7']]);
  });

  it('passes over what the list already contained', () => {
    expect(applyChanges(rows, [{ type: 'put', object: object('a', '4') }])).toBe(rows);
  });

  it('keeps a row that was made anew under the same name', () => {
    expect(applyChanges(rows, [{ type: 'remove', object: object('a', '6', 'another') }])).toBe(rows);
  });
});

describe('laterRevision', () => {
  it('compares as numbers of any length', () => {
    expect(laterRevision('9', '10')).toBe('10');
    expect(laterRevision('18446744073709551616', '18446744073709551615')).toBe('18446744073709551616');
    expect(laterRevision('9', undefined)).toBe('9');
  });
});
