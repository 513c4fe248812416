import { toRevision } from '@drover/store';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { encodeStored } from '../storage/rendering.js';
import { listBody } from './list-body.js';

const kind = { listKind: 'ThingList', kind: 'Thing', apiVersion: 'example.org/v2' };

const object = fc.record({
  name: fc.string({ unit: 'binary', minLength: 1 }),
  text: fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constant('"metadata":{'),
    fc.nat(300_000).map((length) => 'é'.repeat(length)),
  ),
  revision: fc.integer({ min: 2, max: Number.MAX_SAFE_INTEGER }).map(toRevision),
});

it('a list put together from stored bytes is the document that encoding it whole would give', () => {
  fc.assert(
    fc.property(fc.array(object, { maxLength: 6 }), (objects) => {
      const entries = objects.map(({ name, text, revision }) => ({
        key: name,
        value: encodeStored(
          { apiVersion: 'x', kind: 'Thing', metadata: { name, uid: 'u' }, text } as never,
          'example.org/v1',
        ),
        revision,
        created: revision,
      }));
      const body = listBody(kind, { resourceVersion: '7' }, entries);
      const bytes = Buffer.concat([...body.chunks(Buffer.allocUnsafe)]);
      expect(bytes.length).toBe(body.length);
      expect(JSON.parse(bytes.toString())).toEqual({
        kind: 'ThingList',
        apiVersion: 'example.org/v2',
        metadata: { resourceVersion: '7' },
        items: objects.map(({ name, text, revision }) => ({
          apiVersion: 'example.org/v2',
          kind: 'Thing',
          metadata: { resourceVersion: String(revision), name, uid: 'u' },
          text,
        })),
      });
    }),
    { numRuns: 50 },
  );
});
