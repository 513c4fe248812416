import { expect, inject, it } from 'vitest';
import { suite } from '../suite.js';
import { clientGoBuilt, runClientGo, type Verdicts } from './client-go.js';

/** The scenarios of the program, each a promise. */
const SCENARIOS = [
  'an informer sees what is there and every later change',
  'an informer resyncs what it holds',
  'an informer lists anew when its revision is too old',
  'a dynamic informer follows a kind that was defined meanwhile',
  'a metadata informer sees metadata alone',
  'a pager reads a list in pages',
  'typed clients speak protobuf',
  'a typed apply owns its fields, and conflicts are told',
  'a lease has one leader, and another when that lets go',
  'a conflict is retried until it is none',
  'a mapper finds resources by their kinds and short names',
  'an event is recorded and counted',
];

/** How long all scenarios together may take. */
const RUN_MS = 360_000;

if (!clientGoBuilt()) it.skip('client-go (needs Go, and `npm run conformance` to build it)');
else {
  for (const [how, features] of [
    ['client-go', {}],
    ['client-go that streams its lists', { WatchListClient: true }],
  ] as const) {
    suite(how, ({ promises, before }) => {
      let verdicts: Verdicts = new Map();
      before(async ({ namespace }) => {
        verdicts = await runClientGo(inject('target')?.kubeconfig ?? '', namespace, features);
      }, RUN_MS);
      for (const name of SCENARIOS) {
        promises(name, async () => {
          expect(verdicts.has(name)).toBe(true);
          expect(verdicts.get(name)).toBeUndefined();
        });
      }
    });
  }
}
