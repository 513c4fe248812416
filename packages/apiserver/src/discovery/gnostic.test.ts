import { WireWriter } from '@drover/api';
import { describe, expect, it } from 'vitest';
import { encodeDocument, encodeEntry } from './gnostic.js';

const hex = (content: string | Uint8Array): string => Buffer.from(content).toString('hex');

describe('OpenAPI v2 as protobuf', () => {
  it('is the bytes of gnostic’s messages', () => {
    const definition = encodeEntry(new WireWriter(), 'definitions', 'A', { type: 'string' });
    const head = { swagger: '2.0', info: { title: 't', version: '1' } };
    const bytes = Buffer.concat(encodeDocument(head, { paths: [], definitions: [definition], parameters: [] }));
    const named = `0a0141120b` + `b201080a06${hex('string')}`;
    expect(bytes.toString('hex')).toBe(
      '0a03322e30' + '12060a017412' + '0131' + '4200' + '4a12' + `0a10${named}` + '5200',
    );
  });

  it('carries references, bounds, and whatever begins with x-', () => {
    const entry = encodeEntry(new WireWriter(), 'definitions', 'A', {
      maximum: 5,
      maxLength: 300,
      items: { $ref: '#/definitions/B' },
      'x-kubernetes-patch-merge-key': 'name',
    });
    const bytes = hex(entry);
    expect(bytes).toContain('390000000000001440');
    expect(bytes).toContain('58ac02');
    expect(bytes).toContain(`0a11${hex('#/definitions/B')}`.slice(4));
    expect(bytes).toContain(`0a1c${hex('x-kubernetes-patch-merge-key')}120912` + `07${hex('"name"\n')}`);
  });

  it('tells parameters apart by where they are', () => {
    const entry = encodeEntry(new WireWriter(), 'paths', '/a', {
      parameters: [
        { name: 'n', in: 'path', required: true, type: 'string' },
        { name: 'q', in: 'query', type: 'string' },
        { name: 'body', in: 'body', schema: {} },
        { $ref: '#/parameters/p' },
      ],
    });
    const item = hex(entry);
    expect(item).toContain(`221322016e1204${hex('path')}08012a06${hex('string')}`);
    expect(item).toContain(`2201711205${hex('query')}3206${hex('string')}`);
    expect(item).toContain(`1204${hex('body')}1a04${hex('body')}2a00`);
    expect(item).toContain(`12100a0e${hex('#/parameters/p')}`);
  });
});
