import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import type { Row } from './benchmark.js';

/** The figures of one benchmark. */
export interface Result {
  readonly name: string;
  readonly rows: readonly Row[];
}

/** Writes figures as JSON, with what they depend on. `peer` is the kubeconfig of what was measured when it was not ours. */
export function writeResults(file: string, peer: string | undefined, results: readonly Result[]): void {
  const [cpu] = cpus();
  const machine = {
    cpus: cpus().length,
    model: cpu?.model,
    memory: totalmem(),
    node: process.version,
    kernel: release(),
  };
  writeFileSync(file, `${JSON.stringify({ machine, peer, results }, null, 2)}\n`);
}

/** The rows of a file that `writeResults` wrote. @throws TypeError for another file. */
export function readRows(file: string): readonly Row[] {
  const content: unknown = JSON.parse(readFileSync(file, 'utf8'));
  if (typeof content !== 'object' || content === null || !('results' in content) || !Array.isArray(content.results)) {
    throw new TypeError(`--against: ${file} holds no figures`);
  }
  return (content.results as Result[]).flatMap(({ rows }) => rows);
}

/** The row with the same figure of `others` beside it, called `what`, unless it compares with something already. */
export function beside(row: Row, others: readonly Row[], what: string): Row {
  const other = others.find((one) => one.what === row.what && one.unit === row.unit);
  if (row.against || !other) return row;
  const p99 = other.p99 === undefined ? {} : { p99: other.p99 };
  return { ...row, against: { what, value: other.median, ...p99 } };
}
