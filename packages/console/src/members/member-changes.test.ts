import { expect, it } from 'vitest';
import { NO_CHANGES, withMember, withoutBinding } from './member-changes.js';

const ada = { kind: 'user', id: 'local://u-a' } as const;

it('somebody comes once for each role, however often they are added', () => {
  const once = withMember(NO_CHANGES, ada, ['read-only', 'project-owner']);
  expect(withMember(once, ada, ['read-only']).added.map(({ role }) => role)).toEqual(['read-only', 'project-owner']);
});

it('who is to go can stay after all', () => {
  const gone = withoutBinding(NO_CHANGES, 'n/b', { namespace: 'n', name: 'b' });
  expect([...gone.removed.keys()]).toEqual(['n/b']);
  expect(withoutBinding(gone, 'n/b', undefined).removed.size).toBe(0);
});
