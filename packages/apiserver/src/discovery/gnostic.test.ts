import { describe, expect, it } from 'vitest';
import { encodeOpenApiV2 } from './gnostic.js';

describe('OpenAPI v2 as protobuf', () => {
  it('is the bytes of gnostic’s messages', () => {
    const bytes = encodeOpenApiV2('t', '1', { A: { type: 'string' } });
    const swagger = '0a03322e30';
    const info = '12060a017412' + '0131';
    const paths = '4200';
    const schema = `b201080a06${Buffer.from('string').toString('hex')}`;
    const named = `0a0141120b${schema}`;
    const definitions = `4a12` + `0a10${named}`;
    expect(bytes.toString('hex')).toBe(swagger + info + paths + definitions);
  });

  it('carries references, merge keys and lists', () => {
    const text = encodeOpenApiV2('t', '1', {
      A: {
        type: 'object',
        properties: {
          list: { type: 'array', items: { $ref: '#/components/schemas/B' }, 'x-kubernetes-patch-merge-key': 'name' },
        },
      },
    }).toString('latin1');
    expect(text).toContain('#/definitions/B');
    expect(text).toContain('x-kubernetes-patch-merge-key');
    expect(text).toContain('"name"');
  });
});
