import type { Row } from '../benchmark.js';
import { crowd, repeat, timed } from '../samples.js';
import { COLLECTION, sample, send, write } from './api.js';
import type { Target } from './target.js';

/** Figure 3: lists in full, in one page and walked in pages, and what they cost in memory. */
export async function listFigures(
  { transport, memory }: Target,
  quick: boolean,
  note: (text: string) => void,
): Promise<Row[]> {
  const rows: Row[] = [];
  let made = 0;
  await write(transport, 'DELETE', COLLECTION);
  for (const size of quick ? [1_000] : [1_000, 10_000, 100_000]) {
    note(`making ${size} objects`);
    const missing = Math.ceil((size - made) / 64);
    const start = made;
    await crowd(64, missing, (client, turn) =>
      write(transport, 'POST', COLLECTION, sample(`list-${start + turn * 64 + client}`)),
    );
    made += missing * 64;
    note(`listing ${size} objects`);
    rows.push(...(await listsOf(made, { transport, memory })));
  }
  return rows;
}

async function listsOf(size: number, { transport, memory }: Pick<Target, 'transport' | 'memory'>): Promise<Row[]> {
  const name = size.toLocaleString('en');
  const list = (query: string): Promise<Buffer> => send(transport, { path: `${COLLECTION}${query}` });
  const before = memory?.();
  let payload = 0;
  const full = await repeat(size > 20_000 ? 5 : 15, async () => {
    payload = (await list('')).length;
  });
  const rise = memory && before !== undefined ? memory() - before : undefined;
  const page = await repeat(50, () => list('?limit=100'));
  const larger = await repeat(30, () => list('?limit=500'));
  const walk = await timed(async () => {
    for (let next: string | undefined = ''; next !== undefined; ) {
      const { metadata } = JSON.parse((await list(`?limit=500${next && `&continue=${next}`}`)).toString()) as {
        metadata: { continue?: string };
      };
      next = metadata.continue || undefined;
    }
  });
  const mib = payload / 1024 / 1024;
  return [
    { what: `list ${name} full`, unit: 'ms', median: full.median, p99: full.p99 },
    { what: `page of 100 of ${name}`, unit: 'ms', median: page.median, p99: page.p99 },
    { what: `page of 500 of ${name}`, unit: 'ms', median: larger.median, p99: larger.p99 },
    { what: `walk ${name} in pages of 500`, unit: 'ms', median: walk.ms },
    ...(rise === undefined
      ? []
      : [{ what: `memory rise, list ${name}`, unit: 'MiB', median: rise, against: { what: 'payload', value: mib } }]),
  ];
}
