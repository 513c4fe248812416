import { describe, expect, it } from 'vitest';
import { parseFrame } from './frame.js';

const vm = { apiVersion: 'kubevirt.io/v1', kind: 'VirtualMachine', metadata: { name: 'web', namespace: 'default' } };

describe('parseFrame', () => {
  it('reads a change with its topic', () => {
    const text = JSON.stringify({
      name: 'resource.change',
      cluster: 'c-m-1',
      resourceType: 'kubevirt.io.virtualmachines',
      revision: '7',
      data: vm,
    });
    expect(parseFrame(text)).toEqual({
      type: 'put',
      topic: { cluster: 'c-m-1', resourceType: 'kubevirt.io.virtualmachines' },
      object: vm,
      revision: '7',
    });
  });

  it('gives an Event its own type back, which the Steve form moves aside', () => {
    const data = { id: 'default/e', type: 'event', links: {}, _type: 'Warning', metadata: { name: 'e' } };
    const frame = parseFrame(JSON.stringify({ name: 'resource.create', resourceType: 'events', data }));
    expect(frame).toMatchObject({ type: 'put', object: { type: 'Warning', metadata: { name: 'e' } } });
  });

  it.each(['nonsense', '[]', '{"name":"resource.change","resourceType":"nodes","data":{}}', '{"name":"resource.new"}'])(
    'ignores %s',
    (text) => {
      expect(parseFrame(text)).toBeUndefined();
    },
  );
});

describe('an error', () => {
  it.each([{ error: 'too old resource version: 5 (7)' }, { error: 'whatever', code: 410 }])(
    'knows a revision that is gone: %j',
    (data) => {
      const frame = parseFrame(JSON.stringify({ name: 'resource.error', resourceType: 'nodes', data }));
      expect(frame).toMatchObject({ type: 'error', tooOld: true });
    },
  );
});
