import { COLLECTION, prepare, send } from './apiserver/api.js';
import { withConnection } from './apiserver/figure.js';
import { makeSamples } from './apiserver/lists.js';
import { startOwn, type Target } from './apiserver/target.js';
import type { Benchmark } from './benchmark.js';
import { Samples, timed } from './samples.js';

const RESTARTS = 5;

/** Figure 11, the server's part: killed with everything in it, until it serves again. */
export const recovery: Benchmark = {
  name: 'recovery',
  about: 'our API server killed (SIGKILL) with 100,000 objects: until it answers again, with all of them',
  async run({ dir, quick, note }) {
    const objects = quick ? 2_048 : 100_000;
    note(`making ${objects} objects`);
    let server = await startOwn(dir);
    await withConnection(server, prepare);
    await makeSamples(server, 0, objects);
    const expected = await remaining(server);
    const samples = new Samples();
    for (let restart = 1; restart <= RESTARTS; restart += 1) {
      note(`kill ${restart} of ${RESTARTS}`);
      await server.kill();
      const { ms, value } = await timed(async () => {
        server = await startOwn(dir);
        return remaining(server);
      });
      if (value !== expected) throw new Error(`${expected - value} objects are lost`);
      samples.add(ms);
    }
    const memory = server.processes.memoryMib();
    await server[Symbol.asyncDispose]();
    return [
      {
        what: `killed with ${objects} objects, until it answers`,
        unit: 'ms',
        median: samples.median,
        p99: samples.p99,
      },
      { what: `memory with ${objects} objects`, unit: 'MiB', median: memory },
    ];
  },
};

function remaining(server: Target): Promise<number> {
  return withConnection(server, async (connection) => {
    const list = await send(connection, { method: 'GET', path: `${COLLECTION}?limit=1` });
    const { metadata } = JSON.parse(list.toString()) as { metadata: { remainingItemCount?: number } };
    return metadata.remainingItemCount ?? 0;
  });
}
