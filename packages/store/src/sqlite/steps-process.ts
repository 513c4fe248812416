import { silentLog, systemClock } from '@drover/kit';
import { openThrough } from './open-sqlite-store.js';

const MIB = 1024 * 1024;

/**
 * A program for the crash tests: does, one after the other, a few writes that make the store take each step it knows (inserts of
 * several rows, forgetting, a checkpoint, giving room back), and prints what is acknowledged as `writer-process` does. Its second
 * argument is where the thread that writes ends the process: `before=7`, the seventh statement.
 */
async function main(file: string, killed: string): Promise<void> {
  const worker = new URL('./killed-worker.js', import.meta.url);
  worker.search = killed;
  const retention = { minChanges: 0, maxChanges: 1, maxBytes: 0, maxAgeMs: 0 };
  await using store = await openThrough(worker, { file, clock: systemClock, log: silentLog, retention });
  const acknowledge = (type: 'put' | 'delete', key: string, revision: number): void => {
    process.stdout.write(`${JSON.stringify({ type, key, revision })}\n`);
  };
  const create = async (key: string, bytes: number): Promise<void> => {
    acknowledge('put', key, (await store.create(key, new Uint8Array(bytes).fill(key.length))).revision);
  };
  const remove = async (key: string): Promise<void> => {
    const found = store.get(key);
    if (!found) return;
    process.stdout.write(`${JSON.stringify({ deleting: key })}\n`);
    acknowledge('delete', key, await store.delete(key, found.revision));
  };
  await Promise.all(['/a', '/b', '/c'].map((key) => create(key, 100)));
  const found = store.get('/a');
  if (found) acknowledge('put', '/a', (await store.update('/a', new Uint8Array(9_000), found.revision)).revision);
  for (const key of ['/big/1', '/big/2', '/big/3', '/big/4', '/big/5']) await create(key, 2 * MIB);
  for (const key of ['/big/1', '/big/2', '/big/3', '/big/4']) await remove(key);
  await store.compact(store.revision);
  for (const key of ['/more/1', '/more/2']) await create(key, 2 * MIB);
  await create('/last', 1);
}

const [file, killed = ''] = process.argv.slice(2);
if (file === undefined) throw new Error('usage: steps-process FILE [before=NUMBER|after=NUMBER]');
await main(file, killed);
