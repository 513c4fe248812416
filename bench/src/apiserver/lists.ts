import type { Row } from '../benchmark.js';
import { crowd, repeat, Samples, timed } from '../samples.js';
import { COLLECTION, sample, send, write } from './api.js';
import type { Connection, Skimmed } from './connection.js';
import { type Figure, withConnection, withConnections } from './figure.js';
import type { Target } from './target.js';

const SIZES = [1_000, 10_000, 100_000];
const MAKERS = 64;

/** Figure 3: lists in full, in one page and walked in pages, what others wait meanwhile, and what it costs in memory. */
export function listFigures(quick: boolean): Figure[] {
  const made = new Map<Target, number>();
  return (quick ? SIZES.slice(0, 1) : SIZES).map((size) => ({
    about: `lists of ${size.toLocaleString('en')} objects`,
    measure: async (target) => {
      const there = made.get(target);
      if (there === undefined) await withConnection(target, (one) => write(one, 'DELETE', COLLECTION));
      await makeSamples(target, there ?? 0, size);
      made.set(target, size);
      return withConnection(target, (lister) =>
        withConnection(target, (bystander) => listsOf(size, target, lister, bystander)),
      );
    },
  }));
}

/** Makes the samples with the numbers `from` up to `to`. */
export async function makeSamples(target: Target, from: number, to: number): Promise<void> {
  await withConnections(target, MAKERS, (connections) => {
    let next = from;
    return crowd(MAKERS, Math.ceil((to - from) / MAKERS), async (client) => {
      const index = next++;
      if (index >= to) return;
      await write(connections[client] as Connection, 'POST', COLLECTION, sample(`list-${index}`));
    });
  });
}

async function listsOf(size: number, target: Target, lister: Connection, bystander: Connection): Promise<Row[]> {
  const name = size.toLocaleString('en');
  const { processes } = target;
  const list = async (query: string): Promise<Skimmed> => {
    const answer = await lister.skim({ method: 'GET', path: `${COLLECTION}${query}` });
    if (answer.status !== 200) throw new Error(`the list was answered ${answer.status}`);
    return answer;
  };
  const held = processes?.memoryMib();
  let payload = 0;
  const full = await repeat(size > 20_000 ? 5 : 15, async () => {
    payload = (await list('')).length;
  });
  const rise = processes && held !== undefined ? processes.memoryMib() - held : undefined;
  const page = await repeat(50, () => list('?limit=100'));
  const larger = await repeat(30, () => list('?limit=500'));
  const { waits, walk } = await beside(bystander, async () => {
    for (let next: string | undefined = ''; next !== undefined; ) {
      next = continueOf(await list(`?limit=500${next && `&continue=${next}`}`));
    }
  });
  return [
    { what: `list ${name} full`, unit: 'ms', median: full.median, p99: full.p99 },
    { what: `page of 100 of ${name}`, unit: 'ms', median: page.median, p99: page.p99 },
    { what: `page of 500 of ${name}`, unit: 'ms', median: larger.median, p99: larger.p99 },
    { what: `walk ${name} in pages of 500`, unit: 'ms', median: walk },
    { what: `get while ${name} are walked`, unit: 'ms', median: waits.median, p99: waits.p99 },
    { what: `longest get while ${name} are walked`, unit: 'ms', median: waits.at(1) },
    ...(rise === undefined
      ? []
      : [
          {
            what: `memory rise, list ${name}`,
            unit: 'MiB',
            median: rise,
            against: { what: 'payload', value: payload / 1024 / 1024 },
          },
        ]),
    ...(processes ? [{ what: `memory with ${name} objects`, unit: 'MiB', median: processes.memoryMib() }] : []),
  ];
}

/** Does `work` while somebody else gets one object again and again: how long that takes shows the pauses of the server. */
async function beside(
  bystander: Connection,
  work: () => Promise<void>,
): Promise<{ readonly waits: Samples; readonly walk: number }> {
  const waits = new Samples();
  let over = false;
  const watching = (async () => {
    while (!over) {
      const { ms } = await timed(() => send(bystander, { method: 'GET', path: `${COLLECTION}/list-0` }));
      waits.add(ms);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  })();
  const { ms } = await timed(work);
  over = true;
  await watching;
  return { waits, walk: ms };
}

/** A list's metadata is at its beginning or at its end, wherever the parts of the answer were cut. */
function continueOf({ first, last }: Skimmed): string | undefined {
  return /"continue":"([^"]+)"/.exec(`${first.toString('latin1')}${last.toString('latin1')}`)?.[1];
}
