import { describe, expect, it } from 'vitest';
import { Members } from './members.js';

const membersOf = (count: number): Members => {
  const members = new Members();
  for (let index = 0; index < count; index += 1) members.add({ kind: 'User', name: `u-${index}` }, `owner-${index}`);
  return members;
};

describe('the members of a binding', () => {
  it('say by labels what they follow from, as long as those are few', () => {
    expect(membersOf(2).lists[0]?.owners).toEqual({ 'owner-0': 'true', 'owner-1': 'true' });
    expect(Object.keys(membersOf(100).lists[0]?.owners ?? {})).toHaveLength(100);
    expect(membersOf(101).lists[0]?.owners).toEqual({});
  });
});
