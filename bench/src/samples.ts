/** Durations of repeated work, in milliseconds. */
export class Samples {
  readonly #values: number[] = [];
  #sorted = true;

  add(ms: number): void {
    this.#values.push(ms);
    this.#sorted = false;
  }

  get count(): number {
    return this.#values.length;
  }

  /** The value that a share `quantile` of all samples does not exceed (nearest rank); 0 without samples. */
  at(quantile: number): number {
    if (!this.#sorted) this.#values.sort((a, b) => a - b);
    this.#sorted = true;
    const rank = Math.max(1, Math.ceil(quantile * this.#values.length));
    return this.#values[rank - 1] ?? 0;
  }

  get median(): number {
    return this.at(0.5);
  }

  get p99(): number {
    return this.at(0.99);
  }
}

/** How long `work` took, in milliseconds, and what it gave. */
export async function timed<T>(work: () => T | Promise<T>): Promise<{ readonly ms: number; readonly value: T }> {
  const start = performance.now();
  const value = await work();
  return { ms: performance.now() - start, value };
}

/** Samples of `work` done `times` times, one after the other. */
export async function repeat(times: number, work: (index: number) => unknown): Promise<Samples> {
  const samples = new Samples();
  for (let index = 0; index < times; index += 1) samples.add((await timed(() => work(index))).ms);
  return samples;
}

/** What `callers` did side by side. */
export interface Crowd {
  readonly perSecond: number;
  readonly samples: Samples;
}

/** Has `callers` do `times` turns of `work` each, side by side. */
export async function crowd(
  callers: number,
  times: number,
  work: (caller: number, turn: number) => Promise<unknown>,
): Promise<Crowd> {
  const samples = new Samples();
  const caller = async (name: number): Promise<void> => {
    for (let turn = 0; turn < times; turn += 1) samples.add((await timed(() => work(name, turn))).ms);
  };
  const { ms } = await timed(() => Promise.all(Array.from({ length: callers }, (_, name) => caller(name))));
  return { perSecond: (callers * times * 1_000) / ms, samples };
}

/** As `crowd`, with as many turns each as begin within `ms`. */
export async function crowdFor(
  callers: number,
  ms: number,
  work: (caller: number, turn: number) => Promise<unknown>,
): Promise<Crowd> {
  const samples = new Samples();
  const start = performance.now();
  const caller = async (name: number): Promise<void> => {
    for (let turn = 0, before = start; before - start < ms; turn += 1) {
      await work(name, turn);
      const after = performance.now();
      samples.add(after - before);
      before = after;
    }
  };
  await Promise.all(Array.from({ length: callers }, (_, name) => caller(name)));
  return { perSecond: (samples.count * 1_000) / (performance.now() - start), samples };
}
