import { expect, it } from 'vitest';
import { mergedEntries } from './merged-entries.js';
import type { EntryV2 } from './open-api-v2.js';

const definition = (name: string, value: EntryV2['value']): EntryV2 => ({ section: 'definitions', name, value });
const text = { type: 'string' };

async function merged(own: readonly EntryV2[], theirs: readonly EntryV2[]): Promise<EntryV2[]> {
  const entries: EntryV2[] = [];
  for await (const entry of mergedEntries(own, [theirs])) entries.push(entry);
  return entries;
}

it('what two servers call and describe alike is there once, whatever words they have for it', async () => {
  const theirs = definition('Time', { ...text, description: 'A time.' });
  expect(await merged([definition('Time', text)], [theirs])).toEqual([definition('Time', text)]);
});

it('what two servers call alike and mean differently has two names, by each of which it is referred to', async () => {
  const user = definition('User', { properties: { at: { $ref: '#/definitions/Time' } } });
  const theirs = [definition('Time', { type: 'integer' }), user];
  expect(await merged([definition('Time', text)], theirs)).toEqual([
    definition('Time', text),
    definition('Time_v2', { type: 'integer' }),
    definition('User', { properties: { at: { $ref: '#/definitions/Time_v2' } } }),
  ]);
});
