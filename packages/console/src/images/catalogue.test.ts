import { describe, expect, it } from 'vitest';
import { catalogue } from './catalogue.js';

describe('the catalogue', () => {
  it.each(catalogue.map((image) => [image.id, image] as const))(
    '%s is an image over HTTPS with a valid name',
    (id, image) => {
      expect(new URL(image.url).protocol).toBe('https:');
      expect(image.url).toMatch(/\.(qcow2|img)$/);
      expect(id).toMatch(/^[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?$/);
    },
  );

  it('has each name once', () => {
    expect(new Set(catalogue.map(({ id }) => id)).size).toBe(catalogue.length);
  });
});
