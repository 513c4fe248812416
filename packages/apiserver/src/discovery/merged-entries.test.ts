import { expect, it } from 'vitest';
import { mergedEntries } from './merged-entries.js';
import type { EntryV2 } from './open-api-v2.js';

const definition = (name: string, value: EntryV2['value']): EntryV2 => ({ section: 'definitions', name, value });
const text = { type: 'string' };

it('what two servers call and describe alike is there once, whatever words they have for it', () => {
  const theirs = definition('Time', { ...text, description: 'A time.' });
  expect([...mergedEntries([definition('Time', text)], [[theirs]])]).toEqual([definition('Time', text)]);
});

it('what two servers call alike and mean differently has two names, by each of which it is referred to', () => {
  const user = definition('User', { properties: { at: { $ref: '#/definitions/Time' } } });
  const merged = [...mergedEntries([definition('Time', text)], [[definition('Time', { type: 'integer' }), user]])];
  expect(merged).toEqual([
    definition('Time', text),
    definition('Time_v2', { type: 'integer' }),
    definition('User', { properties: { at: { $ref: '#/definitions/Time_v2' } } }),
  ]);
});
