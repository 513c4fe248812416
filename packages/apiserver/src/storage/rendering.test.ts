import { describe, expect, it } from 'vitest';
import { decodeStored, encodeStored, render } from './rendering.js';

const object = {
  spec: { text: '"metadata":{' },
  metadata: { name: 'ä', resourceVersion: '3', uid: 'u' },
  kind: 'Thing',
  apiVersion: 'g/v1',
};

describe('stored bytes', () => {
  it('hold no resourceVersion and come back with the store’s', () => {
    const value = encodeStored(object, 'g/v1');
    expect(Buffer.from(value).toString()).not.toContain('resourceVersion');
    expect(decodeStored(value, 7)).toEqual({ ...object, metadata: { name: 'ä', resourceVersion: '7', uid: 'u' } });
  });

  it('are rendered in another version without being parsed', () => {
    const value = encodeStored(object, 'g/v1');
    const text = render(value, 9, 'g/v2', 'Thing', { before: '[', after: ']\n' }).toString();
    expect(JSON.parse(text)).toEqual([
      { ...object, apiVersion: 'g/v2', metadata: { name: 'ä', resourceVersion: '9', uid: 'u' } },
    ]);
  });

  it('of a dry run have no resourceVersion', () => {
    const text = render(encodeStored(object, 'g/v1'), undefined, 'g/v1', 'Thing').toString();
    expect(JSON.parse(text).metadata).toEqual({ name: 'ä', uid: 'u' });
  });
});
