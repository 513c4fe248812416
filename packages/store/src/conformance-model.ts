import fc from 'fast-check';
import { type Revision, toRevision } from './store.js';

/** The store as slowly and plainly as it can be said: all writes ever made, in order; everything else is worked out. */
export class Model {
  readonly writes: { readonly key: string; readonly revision: number; readonly text: string | undefined }[] = [];
  oldest = 1;
  newest = 1;

  write(key: string, revision: number, text: string | undefined): void {
    this.writes.push({ key, revision, text });
    this.newest = revision;
  }

  /** Key, text, revision and creation of what was there at `at`, in the order of the keys. */
  at(at: number, prefix = ''): ModelEntry[] {
    const there = new Map<string, ModelEntry>();
    for (const { key, revision, text } of this.writes) {
      if (revision > at || !key.startsWith(prefix)) continue;
      const created = there.get(key)?.created ?? revision;
      if (text === undefined) there.delete(key);
      else there.set(key, { key, text, revision, created });
    }
    return [...there.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  get(key: string): ModelEntry | undefined {
    return this.at(this.newest).find((entry) => entry.key === key);
  }
}

/** An entry of the model. */
export interface ModelEntry {
  readonly key: string;
  readonly text: string;
  readonly revision: number;
  readonly created: number;
}

/** One thing to do to a store; `age` counts back from the newest revision, `stale` asks with an outdated one. */
export type Step =
  | { readonly do: 'create'; readonly key: string; readonly text: string }
  | { readonly do: 'update'; readonly key: string; readonly text: string; readonly stale: boolean }
  | { readonly do: 'delete'; readonly key: string; readonly stale: boolean }
  | {
      readonly do: 'list';
      readonly prefix: string;
      readonly limit: number;
      readonly after: string | undefined;
      readonly age: number;
    }
  | { readonly do: 'watch'; readonly prefix: string; readonly age: number }
  | { readonly do: 'compact'; readonly age: number };

// Keys that are prefixes of each other, and around the places where UTF-16, UTF-8 and prefix ends disagree.
const key = fc.constantFrom(
  '/',
  '/a',
  '/a/',
  '/a/b',
  '/a/c',
  '/b',
  '/b/b',
  '/\u00e9',
  '/\ud83d\ude00',
  '/\uffff',
  '/\uffff/x',
  'z',
);
const prefix = fc.constantFrom('', '/', '/a', '/a/', '/b/', '/\uffff', '/\ud83d\ude00', 'nothing');
const text = fc.string({ maxLength: 4 });
const age = fc.nat(12);
const stale = fc.integer({ min: 0, max: 5 }).map((draw) => draw === 0);

/** Sequences of steps, mostly writes. */
export const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: fc.record({ do: fc.constant('create' as const), key, text }) },
    { weight: 5, arbitrary: fc.record({ do: fc.constant('update' as const), key, text, stale }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('delete' as const), key, stale }) },
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constant('list' as const),
        prefix,
        limit: fc.integer({ min: 1, max: 5 }),
        after: fc.option(key, { nil: undefined }),
        age,
      }),
    },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('watch' as const), prefix, age }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('compact' as const), age }) },
  ),
  { minLength: 1, maxLength: 60 },
);

/** The revision `age` before the newest, not below zero. */
export function back(newest: number, age: number): Revision {
  return toRevision(Math.max(0, newest - age));
}
