import type { Row } from '../benchmark.js';
import type { Connection } from './connection.js';
import type { Target } from './target.js';

/** One question that each target is asked, one after the other, so that what they are compared in is the same hour. */
export interface Figure {
  readonly about: string;
  /**
   * Whether it is about how long something takes, with little to do in between: clients and servers are then kept apart (`apart`), and
   * it is asked of what only commits and hands events on (`startFanOut`), too, which is the limit that ours is printed beside.
   */
  readonly limited?: boolean;
  measure(target: Target): Promise<readonly Row[]>;
}

/** Runs `work` with `count` fresh connections to the target, and closes them. */
export async function withConnections<T>(
  target: Target,
  count: number,
  work: (connections: readonly Connection[]) => Promise<T>,
): Promise<T> {
  const connections: Connection[] = [];
  try {
    // One after the other: a thousand handshakes at once would make the slowest of them time out.
    while (connections.length < count) connections.push(await target.connect());
    return await work(connections);
  } finally {
    for (const connection of connections) connection[Symbol.dispose]();
  }
}

/** Runs `work` with one fresh connection to the target, and closes it. */
export async function withConnection<T>(target: Target, work: (connection: Connection) => Promise<T>): Promise<T> {
  using connection = await target.connect();
  return await work(connection);
}

/** Rows for the processor time that the target's processes take for one of `count` things done by `work`. */
export async function withCost<T>(
  what: string,
  { processes }: Target,
  work: () => Promise<T>,
  count: (result: T) => number,
): Promise<{ readonly result: T; readonly cost: Row[] }> {
  const before = processes?.cpuMs() ?? 0;
  const result = await work();
  if (!processes) return { result, cost: [] };
  const median = ((processes.cpuMs() - before) * 1_000) / Math.max(1, count(result));
  return { result, cost: [{ what: `${what}, processor time of the server`, unit: 'µs each', median }] };
}
