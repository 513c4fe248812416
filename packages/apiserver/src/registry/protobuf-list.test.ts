import { type KubeObject, ProtobufDecoder } from '@drover/api';
import { protobufTables } from '@drover/api/schemas';
import { type Entry, toRevision } from '@drover/store';
import { describe, expect, it } from 'vitest';
import { protobufEncoder } from '../request/encode.js';
import { decodeStored, encodeStored } from '../storage/rendering.js';
import { protobufListBody } from './protobuf-list.js';

const head = { kind: 'ConfigMapList', apiVersion: 'v1', metadata: { resourceVersion: '9' } };

const entryOf = (index: number, data: string): Entry => {
  const object: KubeObject & { data: object } = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: `a${index}` },
    data: { k: data },
  };
  const revision = toRevision(index + 1);
  return { key: `/a${index}`, value: encodeStored(object, 'v1'), revision, created: revision };
};
const objectOf = ({ value, revision }: Entry): KubeObject => decodeStored(value, revision);

describe('a list in protobuf', () => {
  it.each([
    ['none', 0, ''],
    ['one', 1, 'x'],
    ['many small ones', 1000, 'x'],
    // More than is held until it is sent: encoded twice.
    ['many large ones', 40, 'x'.repeat(512 * 1024)],
  ])('is the document that encoding it whole would give: %s', async (_name, count, data) => {
    const entries = Array.from({ length: count }, (_, index) => entryOf(index, data));
    const { length, chunks } = await protobufListBody(head, entries, objectOf);
    const body = Buffer.concat([...chunks(Buffer.allocUnsafe)]);
    expect(body.length).toBe(length);
    const whole = { ...head, items: entries.map(objectOf) };
    expect(body.equals(protobufEncoder().encode(whole))).toBe(true);
  });

  it('lets the event loop turn between its parts', async () => {
    const entries = Array.from({ length: 1000 }, (_, index) => entryOf(index, 'x'));
    let turns = 0;
    const count = (): void => {
      turns += 1;
      again = setImmediate(count);
    };
    let again = setImmediate(count);
    const { chunks } = await protobufListBody(head, entries, objectOf);
    clearImmediate(again);
    expect(turns).toBeGreaterThanOrEqual(4);
    expect([...chunks(Buffer.allocUnsafe)].length).toBeGreaterThanOrEqual(5);
  });

  it('has each item with its resource version', async () => {
    const { chunks } = await protobufListBody(head, [entryOf(6, 'x')], objectOf);
    const list = new ProtobufDecoder(protobufTables()).decode(Buffer.concat([...chunks(Buffer.allocUnsafe)]));
    expect(list).toMatchObject({ items: [{ metadata: { name: 'a6', resourceVersion: '7' } }] });
  });
});
