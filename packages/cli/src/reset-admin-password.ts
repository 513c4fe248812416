import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createApiServer } from '@drover/apiserver';
import { createClient, inProcessTransport } from '@drover/client';
import { Closing } from '@drover/kit';
import { resetAdminPassword } from '@drover/manager';
import { openSqliteStore } from '@drover/store';
import { endInterruptedRestore } from './backup/interrupted-restore.js';
import type { ResetAdminPasswordConfig } from './config.js';
import { removeFile } from './data-dir.js';
import type { Surroundings } from './surroundings.js';
import { UsageError } from './usage-error.js';

/**
 * `drover server reset-admin-password`: for whoever may read the data directory, and so holds everything anyway. Nothing listens
 * meanwhile. The password is printed once, and kept nowhere else.
 *
 * @throws UsageError when there is no server's state.
 * @throws StoreLocked when a server runs on it.
 */
export async function runResetAdminPassword(
  { dataDir }: ResetAdminPasswordConfig,
  { clock, random, log, print, tell }: Surroundings,
): Promise<void> {
  await endInterruptedRestore(dataDir);
  const directory = join(dataDir, 'server');
  if (!existsSync(join(directory, 'store.db'))) throw new UsageError(`--data-dir: ${dataDir} holds no server’s state`);
  await using closing = new Closing();
  const store = closing.use(await openSqliteStore({ file: join(directory, 'store.db'), clock, log }));
  const advertise = { host: '127.0.0.1', port: 443 };
  const api = closing.use(await createApiServer({ store, clock, random, log, dataDir: directory, advertise }));
  const identity = { name: 'system:admin', groups: ['system:masters'], extra: {} };
  const transport = inProcessTransport((request, caller) => api.handle(request, caller), identity);
  const { username, password } = await resetAdminPassword({ client: createClient(transport, { clock }), random });
  // The one before, if nobody has used it: it opens nothing any more.
  await removeFile(join(directory, 'bootstrap-password'));
  print(JSON.stringify({ username, password: password.reveal() }));
  tell(`Sign in as ${username} with this password; the console asks for another one at once`);
}
