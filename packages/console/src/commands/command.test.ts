import type { WhyAnswer } from '@drover/api';
import { describe, expect, it } from 'vitest';
import { Rights, requestKey } from '../rights/rights.js';
import { bulkOffers, type Command, type Outcome, offerOf, runEach } from './command.js';

interface Numbered {
  readonly name: string;
  readonly n: number;
}
const numbered = (n: number): Numbered => ({ name: `${n}`, n });

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

describe('a command is offered', () => {
  const sign: Command<Numbered, undefined> = {
    id: 'sign',
    title: 'action.save',
    group: 'edit',
    bulk: false,
    offer: ({ n }) => (n === 0 ? 'hidden' : n < 0 ? { key: 'vm.refused.off' } : 'yes'),
    needs: [{ verb: 'update', group: '', resource: 'numbers' }],
    run: async () => undefined,
  };
  const answered = (allowed: boolean): Rights => {
    const request = { verb: 'update', group: '', resource: 'numbers' };
    const answer: WhyAnswer = allowed
      ? { allowed, request, grants: [], reason: '' }
      : { allowed, request, names: [], remedies: [], reason: '' };
    return new Rights(new Map([[requestKey(request), answer]]));
  };

  it('to who has the right, as the object’s state allows', () => {
    expect([1, -1, 0].map((n) => offerOf(sign, numbered(n), answered(true)))).toEqual([
      'yes',
      { key: 'vm.refused.off' },
      'hidden',
    ]);
  });

  it('to nobody else, for that reason, whatever the state', () => {
    const refused = { key: 'rights.refused' };
    expect([1, -1, 0].map((n) => offerOf(sign, numbered(n), answered(false)))).toEqual([refused, refused, 'hidden']);
  });

  it('not before the right is known', () => {
    expect(offerOf(sign, numbered(1), new Rights())).toEqual({ key: 'rights.asking' });
  });

  it('in a bulk bar with the missing right, when nobody takes it', () => {
    const [offer] = bulkOffers([{ ...sign, bulk: true }], [numbered(1), numbered(2)], answered(false));
    expect(offer).toMatchObject({ takers: [], refusal: { key: 'rights.refused' } });
  });
});

describe('bulkOffers', () => {
  it('names the targets that would take each command', () => {
    const even: Command<Numbered, undefined> = {
      id: 'even',
      title: 'action.retry',
      group: 'edit',
      bulk: true,
      offer: ({ n }) => (n % 2 === 0 ? 'yes' : 'hidden'),
      run: async () => undefined,
    };
    const [odd, two, four] = [numbered(1), numbered(2), numbered(4)];
    const targets = [odd, two, four];
    expect(bulkOffers([even, { ...even, bulk: false }], targets, new Rights())).toEqual([
      { command: even, takers: [two, four], refusal: undefined },
    ]);
  });
});
