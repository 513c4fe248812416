import { describe, expect, it } from 'vitest';
import { bulkOffers, type Command, type Outcome, runEach } from './command.js';

describe('runEach', () => {
  it('reports each result, and goes on after a failure', async () => {
    const outcomes: Outcome<number>[] = [];
    await runEach(
      [1, 2, 3],
      async (n) => {
        if (n === 2) throw new Error('two');
      },
      (outcome) => outcomes.push(outcome),
    );
    expect(outcomes.map(({ target, error }) => [target, error !== undefined])).toEqual(
      expect.arrayContaining([
        [1, false],
        [2, true],
        [3, false],
      ]),
    );
  });
});

describe('bulkOffers', () => {
  it('names the targets that would take each command', () => {
    const even: Command<number, undefined> = {
      id: 'even',
      title: 'action.retry',
      group: 'edit',
      bulk: true,
      offer: (n) => (n % 2 === 0 ? 'yes' : 'hidden'),
      run: async () => undefined,
    };
    expect(bulkOffers([even, { ...even, bulk: false }], [1, 2, 4])).toEqual([{ command: even, takers: [2, 4] }]);
  });
});
