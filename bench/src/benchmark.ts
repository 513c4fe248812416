/** What a benchmark is run with. */
export interface BenchmarkOptions {
  /** Where files are made; a fresh directory that is removed afterwards. */
  readonly dir: string;
  /** A Kubernetes API to measure instead of our own. */
  readonly peer: Peer | undefined;
  /** Fewer and shorter measurements, to see whether the benchmark works. */
  readonly quick: boolean;
  /** Called between measurements, with what comes next. */
  readonly note: (text: string) => void;
}

/** A server that is not ours, by URL and token. */
export interface Peer {
  readonly url: string;
  readonly token: string | undefined;
  /** PEM of the certificate authority that signed the server's certificate. */
  readonly ca: string | undefined;
}

/** What one line of a table compares with: the figure a user would otherwise have, or the physical limit. */
export interface Against {
  readonly what: string;
  readonly value: number;
}

/** One measured figure. */
export interface Row {
  readonly what: string;
  readonly unit: string;
  readonly median: number;
  /** Absent for figures that are not a distribution. */
  readonly p99?: number;
  /** The ratio printed is `median` over this, so that for rates greater is better and for times less is. */
  readonly against?: Against;
}

/** A question about performance, measured side by side with what it compares with, in one run on one machine. */
export interface Benchmark {
  readonly name: string;
  /** One line for the list of benchmarks. */
  readonly about: string;
  run(options: BenchmarkOptions): Promise<readonly Row[]>;
}
