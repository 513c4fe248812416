import { describe, expect, it } from 'vitest';
import { withoutProse } from './schema.js';

describe('a schema without prose', () => {
  it('has no descriptions, but keeps a field of that name', () => {
    const schema = {
      type: 'object',
      description: 'words',
      properties: { description: { type: 'string', description: 'more words' } },
      anyOf: [{ description: 'words', required: ['description'] }],
    };
    expect(withoutProse(schema)).toEqual({
      type: 'object',
      properties: { description: { type: 'string' } },
      anyOf: [{ required: ['description'] }],
    });
  });
});
