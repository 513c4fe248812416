import { describe, expect, it } from 'vitest';
import { countStates, type State } from './state.js';

const state = (id: string, reason?: string): State => ({
  id,
  title: { key: 'action.add' },
  tone: 'neutral',
  transitioning: false,
  ...(reason === undefined ? {} : { reason }),
});

describe('countStates', () => {
  it('counts by state, most frequent first, without the reason of any one', () => {
    const counted = countStates([state('off'), state('error', 'why'), state('error', 'because')]);
    expect(counted).toEqual([
      { state: state('error'), count: 2 },
      { state: state('off'), count: 1 },
    ]);
  });
});
