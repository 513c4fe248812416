/** What a benchmark is run with. */
export interface BenchmarkOptions {
  /** Where files are made; a fresh directory that is removed afterwards. */
  readonly dir: string;
  /** A Kubernetes API to measure instead of our own. */
  readonly peer: Peer | undefined;
  /** One to measure beside it, figure by figure. */
  readonly against: Peer | undefined;
  /** Whether servers are asked over HTTP/2, where the benchmark has the choice. */
  readonly http2: boolean;
  /** Fewer and shorter measurements, to see whether the benchmark works. */
  readonly quick: boolean;
  /** Whether clients and servers are left where the kernel puts them, where the benchmark would keep them apart. */
  readonly together: boolean;
  /** Which of a benchmark's figures are measured, when it has several: those whose name has this text in it. */
  readonly only: string;
  /** Called between measurements, with what comes next. */
  readonly note: (text: string) => void;
}

/** A server that was started by somebody else. */
export interface Peer {
  /** The file that says how to reach it, and as whom. */
  readonly kubeconfig: string;
  /** The processes on this machine that it is made of, whose memory and time are counted; none when it is elsewhere. */
  readonly pids: readonly number[];
}

/** What one line of a table compares with: the figure a user would otherwise have, or the physical limit. */
export interface Against {
  readonly what: string;
  readonly value: number;
  readonly p99?: number;
}

/** One measured figure. */
export interface Row {
  readonly what: string;
  readonly unit: string;
  readonly median: number;
  /** Absent for figures that are not a distribution. */
  readonly p99?: number;
  /** The ratio printed is `median` over this (and `p99` over its own), so that for rates greater is better, for times less. */
  readonly against?: Against;
}

/** A question about performance, measured side by side with what it compares with, in one run on one machine. */
export interface Benchmark {
  readonly name: string;
  /** One line for the list of benchmarks. */
  readonly about: string;
  run(options: BenchmarkOptions): Promise<readonly Row[]>;
}
