import { describe, expect, it } from 'vitest';
import { collectionPrefix, namespacePrefix, objectKey, refOf, UnsafeKey } from './key.js';

describe('storage keys', () => {
  it('of one kind never start like those of another', () => {
    const machines = collectionPrefix({ group: 'kubevirt.io', plural: 'vm' });
    const backups = objectKey(collectionPrefix({ group: 'kubevirt.io', plural: 'vmbackups' }), { name: 'a' });
    expect(backups.startsWith(machines)).toBe(false);
    expect(objectKey(machines, { namespace: 'ab', name: 'x' }).startsWith(namespacePrefix(machines, 'a'))).toBe(false);
  });

  it('give back the object they name', () => {
    const prefix = collectionPrefix({ group: '', plural: 'pods' });
    expect(refOf(prefix, objectKey(prefix, { namespace: 'a', name: 'b' }))).toEqual({ namespace: 'a', name: 'b' });
    expect(refOf(prefix, objectKey(prefix, { name: 'b' }))).toEqual({ name: 'b' });
  });

  it.each(['', '..', 'a/b', 'a\0'])('refuse the segment %j', (name) => {
    expect(() => objectKey(collectionPrefix({ group: '', plural: 'pods' }), { name })).toThrow(UnsafeKey);
  });
});
