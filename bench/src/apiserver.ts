import { cleanUp, prepare } from './apiserver/api.js';
import { listFigures } from './apiserver/lists.js';
import { openTarget } from './apiserver/target.js';
import { watchFigures } from './apiserver/watches.js';
import { writeFigures } from './apiserver/writes.js';
import type { Benchmark, Row } from './benchmark.js';

/** Figures 1 to 4 of the API server, over HTTPS with a token, and what it takes empty. */
export const apiserver: Benchmark = {
  name: 'apiserver',
  about: 'the API server over HTTPS: writes, lists, watches, memory; ours, or any Kubernetes by --url',
  async run(options) {
    const { quick, note } = options;
    await using target = await openTarget(options);
    const { transport, memory, startMs } = target;
    const rows: Row[] = [];
    if (startMs !== undefined) rows.push({ what: 'ready after start, empty', unit: 'ms', median: startMs });
    if (memory) rows.push({ what: 'memory, idle and empty', unit: 'MiB', median: memory() });
    await prepare(transport);
    try {
      rows.push(...(await writeFigures(transport, quick, note)));
      rows.push(...(await watchFigures(transport, quick, note)));
      rows.push(...(await listFigures(target, quick, note)));
      if (memory) rows.push({ what: 'memory, after all of this', unit: 'MiB', median: memory() });
    } finally {
      await cleanUp(transport);
    }
    return rows;
  },
};
