import { describe, expect, it, vi } from 'vitest';
import type { Checked } from './checker.js';
import { estimate } from './cost/estimate.js';
import type { Overload } from './declaration.js';
import { CelEnvironment } from './environment.js';
import { evaluator } from './evaluator.js';
import { KUBERNETES_FUNCTIONS } from './library/kubernetes.js';
import { literalIssues } from './literal-issues.js';
import { DYN } from './type.js';

/** The library, which counts how often it is asked. */
class CountedFunctions extends Map<string, readonly Overload[]> {
  asked = 0;
  override get(name: string): readonly Overload[] | undefined {
    this.asked += 1;
    return super.get(name);
  }
}

const linked = (links: number): string => `optional.of([1])${'.optMap(x, [x[0]])'.repeat(links)}.hasValue()`;
const checked = (expression: string): Checked => new CelEnvironment({ object: DYN }).compile(expression).checked;

const lookups = (links: number): number => {
  const functions = new CountedFunctions(KUBERNETES_FUNCTIONS);
  functions.asked = 0;
  new CelEnvironment({}, functions).compile(linked(links));
  return functions.asked;
};

/** How often the types and overloads of parts are asked for. */
const questions = (links: number, ask: (checked: Checked) => unknown): number => {
  const known = checked(linked(links));
  let asked = 0;
  const counted = <A, B>(answer: (arg: A) => B): ((arg: A) => B) => {
    return (arg) => {
      asked += 1;
      return answer(arg);
    };
  };
  ask({ ...known, typeOf: counted(known.typeOf), overloadsOf: counted(known.overloadsOf) });
  return asked;
};

const entriesSet = (work: () => unknown): number => {
  const set = vi.spyOn(Map.prototype, 'set');
  try {
    work();
    return set.mock.calls.length;
  } finally {
    set.mockRestore();
  }
};

describe('what an expression takes', () => {
  it('to check grows with its links, not with the power of their number', () => {
    expect(lookups(10)).toBeLessThan(3 * lookups(5));
  });

  it.each<[string, (checked: Checked) => unknown]>([
    ['to look at literals', literalIssues],
    ['to estimate', (known) => estimate(known, () => undefined)],
    ['to compile', evaluator],
  ])('%s grows with its links, not with the power of their number', (_what, ask) => {
    expect(questions(10, ask)).toBeLessThan(3 * questions(5, ask));
  });

  it('to check grows with its calls, not with their square', () => {
    const entries = (calls: number): number =>
      entriesSet(() => checked(Array.from({ length: calls }, () => '[] == []').join(' && ')));
    expect(entries(200)).toBeLessThan(2.5 * entries(100));
  });
});

describe('what an expression compares', () => {
  it('is looked at once, in however many places it is', () => {
    const doubled = `[1]${'.map(x, [x, x])'.repeat(60)}`;
    const paired = `[1]${'.map(x, {"a": x, "b": x})'.repeat(60)}`;
    const equals = (one: string, other: string) => new CelEnvironment({}).compile(`${one} == ${other}`).evaluate({});
    expect(equals(doubled, doubled)).toBe(true);
    expect(equals(paired, paired)).toBe(true);
    expect(equals(doubled, doubled.replace('[1]', '[2]'))).toBe(false);
  });
});
