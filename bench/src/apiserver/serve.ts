import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { createApiServer, listen } from '@drover/apiserver';
import { createLog, drawnAhead, systemClock } from '@drover/kit';
import { openSqliteStore } from '@drover/store';

/**
 * Our API server alone, in a process of its own, in the data directory named on its command line: prints its kubeconfig in a line of
 * JSON and serves until its standard input ends.
 */
async function main(dataDir: string): Promise<void> {
  const random = drawnAhead(randomBytes);
  const log = createLog({ write: (line) => process.stderr.write(`${line}\n`), clock: systemClock, level: 'warn' });
  await using store = await openSqliteStore({ file: join(dataDir, 'store.db'), clock: systemClock, log });
  const advertise = { host: '127.0.0.1', port: 6443 };
  await using server = await createApiServer({ store, clock: systemClock, random, log, dataDir, advertise });
  await using listener = await listen(server, { host: '127.0.0.1', port: 0 });
  process.stdout.write(`${JSON.stringify({ kubeconfig: await server.adminKubeconfig(listener.url) })}\n`);
  process.stdin.resume();
  await once(process.stdin, 'end');
}

const [dataDir] = process.argv.slice(2);
if (dataDir === undefined) throw new TypeError('usage: serve DATA-DIR');
await main(dataDir);
