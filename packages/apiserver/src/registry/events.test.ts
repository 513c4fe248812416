import { type Entry, toRevision } from '@drover/store';
import { describe, expect, it } from 'vitest';
import { builtinDefinitions } from '../catalog/builtin.js';
import type { Served } from '../catalog/definition.js';
import { encodeStored } from '../storage/rendering.js';
import { EncodedEvents } from './events.js';

const served = servedAs('configmaps');
const plain = { form: 'object', version: 'v1', media: 'json', pretty: false } as const;

function servedAs(plural: string): Served {
  const definition = builtinDefinitions().find((one) => one.group === '' && one.plural === plural);
  const version = definition?.versions[0];
  if (!definition || !version) throw new Error(`${plural} is not served`);
  return { definition, version };
}

function entry(name: string, revision: number, text = ''): Entry {
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, uid: 'u' }, data: { text } };
  return { key: name, value: encodeStored(object, 'v1'), revision: toRevision(revision), created: toRevision(2) };
}

describe('watch events', () => {
  it('are encoded once for all who watch in the same form', () => {
    const events = new EncodedEvents(() => 0);
    const one = entry('one', 5);
    expect(events.encode('ADDED', one, 5, served, plain)).toBe(events.encode('ADDED', one, 5, served, plain));
    expect(events.encode('MODIFIED', one, 5, served, plain)).not.toBe(events.encode('ADDED', one, 5, served, plain));
  });

  it('say what happened, with the revision it happened at', () => {
    const line = new EncodedEvents(() => 0).encode('DELETED', entry('one', 5), 9, served, plain).toString();
    expect(line.endsWith('\n')).toBe(true);
    expect(JSON.parse(line)).toEqual({
      type: 'DELETED',
      object: {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { resourceVersion: '9', name: 'one', uid: 'u' },
        data: { text: '' },
      },
    });
  });

  it('in protobuf are frames, and kept beside those in JSON', () => {
    const events = new EncodedEvents(() => 0);
    const one = entry('one', 5);
    const form = { ...plain, media: 'protobuf' } as const;
    const frame = events.encode('ADDED', one, 5, served, form);
    expect(frame.readUInt32BE()).toBe(frame.length - 4);
    expect(frame.toString()).toContain('ADDED');
    expect(events.encode('ADDED', one, 5, served, form)).toBe(frame);
    expect(events.encode('ADDED', one, 5, served, plain)).not.toBe(frame);
  });

  it('in the form of a table carry the row', () => {
    const form = { form: 'table', version: 'v1', media: 'json', pretty: false } as const;
    const { object } = JSON.parse(
      new EncodedEvents(() => 0).encode('ADDED', entry('one', 5), 5, served, form).toString(),
    );
    expect(object).toMatchObject({ kind: 'Table', rows: [{ cells: expect.arrayContaining(['one']) }] });
  });

  it('are kept within bounds of number and bytes: the oldest go', () => {
    const events = new EncodedEvents(() => 0);
    const first = entry('first', 2);
    const kept = events.encode('ADDED', first, 2, served, plain);
    for (let revision = 3; revision < 520; revision += 1)
      events.encode('ADDED', entry(`e${revision}`, revision), revision, served, plain);
    expect(events.encode('ADDED', first, 2, served, plain) === kept).toBe(false);
    const large = Array.from({ length: 9 }, (_, index) => entry(`large${index}`, 600 + index, 'x'.repeat(1024 * 1024)));
    const encoded = large.map((one) => events.encode('ADDED', one, one.revision, served, plain));
    const again = large.map((one) => events.encode('ADDED', one, one.revision, served, plain));
    expect([0, 8].map((index) => again[index] === encoded[index])).toEqual([false, false]);
    expect(events.encode('ADDED', large[8] as Entry, 608, served, plain) === again[8]).toBe(true);
  });
});
