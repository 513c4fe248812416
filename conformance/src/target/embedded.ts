import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createApiServer, listen } from '@drover/apiserver';
import { Closing, silentLog, systemClock } from '@drover/kit';
import { openMemoryStore } from '@drover/store';
import { temporaryDirectory } from '@drover/testkit';
import type { TestProject } from 'vitest/node';
import { provideTarget, type Target, targetOf } from './target.js';

/**
 * What the project `conformance` asks: the cluster of the kubeconfig in `DROVER_TEST_KUBECONFIG`, else our API server on a
 * memory store, for the time of the run.
 */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  await using closing = new Closing();
  const given = process.env['DROVER_TEST_KUBECONFIG'];
  if (given !== undefined) provideTarget(project, await targetOf(given));
  else provideTarget(project, await embedded(closing));
  const opened = closing.move();
  return () => opened[Symbol.asyncDispose]();
}

async function embedded(closing: Closing): Promise<Target> {
  const { path: dataDir } = closing.use(await temporaryDirectory());
  const means = { clock: systemClock, random: (length: number): Uint8Array => randomBytes(length), log: silentLog };
  const store = closing.use(openMemoryStore(means));
  const advertise = { host: '127.0.0.1', port: 443 };
  const server = closing.use(await createApiServer({ ...means, store, dataDir, advertise }));
  const listener = closing.use(await listen(server, { host: '127.0.0.1', port: 0 }));
  const kubeconfig = join(dataDir, 'kubeconfig.yaml');
  await writeFile(kubeconfig, await server.adminKubeconfig(listener.url), { mode: 0o600 });
  return targetOf(kubeconfig, join(dataDir, 'ca.pem'));
}
