/** Label sets that one family keeps; further ones are counted together, so that no caller makes the table grow. */
const SERIES = 4000;
/** Labels of what is counted together. */
export const OVERFLOW = 'overflow="true"';

/** Labels as Prometheus' text form has them, without the braces. */
export function labelText(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}="${value.replace(/["\\\n]/g, '_')}"`)
    .join(',');
}

const braced = (labels: string): string => (labels === '' ? '' : `{${labels}}`);

/** One number of a family. */
export class Count {
  #value = 0;

  get value(): number {
    return this.#value;
  }

  add(change = 1): void {
    this.#value += change;
  }
}

/** Numbers under one name, one for each set of labels (see `labelText`). */
export class Numbers {
  readonly #counts = new Map<string, Count>();

  constructor(
    readonly name: string,
    readonly type: 'counter' | 'gauge',
    readonly help: string,
  ) {}

  add(labels: string, change = 1): void {
    this.of(labels).add(change);
  }

  /** The number of one set of labels, for those who keep it. */
  of(labels: string): Count {
    const known = this.#counts.get(labels);
    if (known !== undefined) return known;
    const key = this.#counts.size < SERIES ? labels : OVERFLOW;
    const count = this.#counts.get(key) ?? new Count();
    this.#counts.set(key, count);
    return count;
  }

  *lines(): Generator<string> {
    yield* head(this.name, this.type, this.help);
    for (const [labels, { value }] of this.#counts) yield `${this.name}${braced(labels)} ${value}`;
  }
}

/** What was observed of one thing, by upper bounds. */
export class Distribution {
  readonly #counts: number[];
  #sum = 0;

  constructor(readonly bounds: readonly number[]) {
    this.#counts = new Array<number>(bounds.length + 1).fill(0);
  }

  observe(value: number): void {
    let index = 0;
    while (index < this.bounds.length && value > (this.bounds[index] as number)) index += 1;
    this.#counts[index] = (this.#counts[index] as number) + 1;
    this.#sum += value;
  }

  /** How often something was observed. */
  get total(): number {
    return this.#counts.reduce((sum, count) => sum + count, 0);
  }

  *lines(name: string, labels: string): Generator<string> {
    const before = labels === '' ? '' : `${labels},`;
    let total = 0;
    for (const [index, count] of this.#counts.entries()) {
      total += count;
      yield `${name}_bucket{${before}le="${this.bounds[index] ?? '+Inf'}"} ${total}`;
    }
    yield `${name}_sum${braced(labels)} ${this.#sum}`;
    yield `${name}_count${braced(labels)} ${total}`;
  }
}

/** Distributions under one name, one for each set of labels. */
export class Histogram {
  readonly #series = new Map<string, Distribution>();

  constructor(
    readonly name: string,
    readonly help: string,
    readonly bounds: readonly number[],
  ) {}

  observe(labels: string, value: number): void {
    this.of(labels).observe(value);
  }

  /** The distribution of one set of labels, for those who keep it. */
  of(labels: string): Distribution {
    const known = this.#series.get(labels);
    if (known !== undefined) return known;
    const key = this.#series.size < SERIES ? labels : OVERFLOW;
    const distribution = this.#series.get(key) ?? new Distribution(this.bounds);
    this.#series.set(key, distribution);
    return distribution;
  }

  /** How often each was observed. */
  *totals(): Generator<readonly [labels: string, total: number]> {
    for (const [labels, distribution] of this.#series) yield [labels, distribution.total];
  }

  *lines(): Generator<string> {
    yield* head(this.name, 'histogram', this.help);
    for (const [labels, distribution] of this.#series) yield* distribution.lines(this.name, labels);
  }
}

/** A family that is read when somebody asks: pairs of labels and value. */
export function* readings(
  name: string,
  type: 'counter' | 'gauge',
  help: string,
  values: Iterable<readonly [labels: string, value: number]>,
): Generator<string> {
  yield* head(name, type, help);
  for (const [labels, value] of values) yield `${name}${braced(labels)} ${value}`;
}

function* head(name: string, type: string, help: string): Generator<string> {
  yield `# HELP ${name} ${help}`;
  yield `# TYPE ${name} ${type}`;
}
