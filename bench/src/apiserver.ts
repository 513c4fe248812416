import { Closing } from '@drover/kit';
import { cleanUp, prepare } from './apiserver/api.js';
import { type Figure, withConnection } from './apiserver/figure.js';
import { listFigures } from './apiserver/lists.js';
import { apart } from './apiserver/placement.js';
import { openPeer, startFanOut, startOwn, type Target } from './apiserver/target.js';
import { watchFigures } from './apiserver/watches.js';
import { writeFigures } from './apiserver/writes.js';
import type { Benchmark, Row } from './benchmark.js';
import { beside } from './results.js';

/** Figures 1 to 4 of the API server, over HTTPS, and what it takes empty. */
export const apiserver: Benchmark = {
  name: 'apiserver',
  about: 'the API server over HTTPS: writes, lists, watches, memory; ours, or any Kubernetes by --kubeconfig',
  async run({ dir, peer, against, http2, quick, only, together, note }) {
    const rows: Row[] = [];
    await using opened = new Closing();
    const targets: Target[] = [];
    if (peer) targets.push(opened.use(await openPeer(peer, http2)));
    else {
      const own = opened.use(await startOwn(dir, http2));
      targets.push(own);
      rows.push({ what: 'ready after start, empty', unit: 'ms', median: own.startMs });
    }
    if (against) targets.push(opened.use(await openPeer(against, http2)));
    const figures = [
      memory('idle and empty'),
      ...writeFigures(quick),
      ...watchFigures(quick),
      ...listFigures(quick),
      memory('after all of this'),
    ].filter(({ about }) => about.includes(only));
    for (const target of targets) {
      await withConnection(target, prepare);
      opened.defer(() => withConnection(target, cleanUp));
    }
    for (const figure of figures) {
      note(figure.about);
      const measure = async (asked: readonly Target[]): Promise<Row[]> => {
        if (!figure.limited || together) return sideBySide(figure, asked);
        await using placement = await apart(asked.flatMap(({ processes }) => processes?.pids ?? []));
        note(placement.where);
        return await sideBySide(figure, asked);
      };
      const measured = await measure(targets);
      // With fifty clients on a connection it is another limit.
      const limit = figure.limited && !http2 ? await limitOf(measure, dir) : [];
      rows.push(...measured.map((row) => beside(row, limit, LIMIT)), ...limit.map((row) => ofLimit(row)));
    }
    return rows;
  },
};

const LIMIT = 'bare commit and fan-out';

/** The figure of what commits and hands events on, and does nothing else. */
async function limitOf(
  measure: (targets: readonly Target[]) => Promise<readonly Row[]>,
  dir: string,
): Promise<readonly Row[]> {
  await using fanOut = await startFanOut(dir);
  return await measure([fanOut]);
}

const ofLimit = (row: Row): Row => ({ ...row, what: `${LIMIT}: ${row.what}` });

/** The figure of the first target, with that of the other beside it. */
async function sideBySide(figure: Figure, [target, other]: readonly Target[]): Promise<Row[]> {
  const rows = target ? await figure.measure(target) : [];
  const others = other ? await figure.measure(other) : [];
  return rows.map((row) => beside(row, others, 'peer'));
}

function memory(when: string): Figure {
  return {
    about: `memory, ${when}`,
    measure: async ({ processes }) =>
      processes ? [{ what: `memory, ${when}`, unit: 'MiB', median: processes.memoryMib() }] : [],
  };
}
