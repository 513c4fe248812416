import { silentLog, systemClock } from '@drover/kit';
import { openSqliteStore } from './open-sqlite-store.js';

/**
 * A program for the crash tests: opens the store in the file named on its command line, has 16 callers create, update and
 * delete without end, and prints a line of JSON for each write once it is acknowledged, and for each delete before it is
 * asked for (writes to a pipe are synchronous: a line is out before anything else happens).
 */
async function main(file: string, round: string): Promise<void> {
  const store = await openSqliteStore({ file, clock: systemClock, log: silentLog });
  const acknowledge = (type: 'put' | 'delete', key: string, revision: number): void => {
    process.stdout.write(`${JSON.stringify({ type, key, revision })}\n`);
  };
  const caller = async (name: number): Promise<never> => {
    for (let turn = 0; ; turn += 1) {
      const key = `/${round}/${name}/${turn}`;
      const created = await store.create(key, new Uint8Array(500).fill(turn));
      acknowledge('put', key, created.revision);
      const updated = await store.update(key, new Uint8Array(3_000).fill(turn), created.revision);
      acknowledge('put', key, updated.revision);
      if (turn % 3 !== 0) continue;
      process.stdout.write(`${JSON.stringify({ deleting: key })}\n`);
      acknowledge('delete', key, await store.delete(key, updated.revision));
    }
  };
  await Promise.all(Array.from({ length: 16 }, (_, name) => caller(name)));
}

const [file, round] = process.argv.slice(2);
if (file === undefined || round === undefined) throw new Error('usage: writer-process FILE ROUND');
await main(file, round);
