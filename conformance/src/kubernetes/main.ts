import { once } from 'node:events';
import { copyFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { binaries } from './binaries.js';
import { startControlPlane } from './control-plane.js';

const USAGE = `usage: npm run kubernetes [-- --kubeconfig FILE]

Runs a real Kubernetes control plane on the loopback interface until it is interrupted, built first where it is not yet.
  --kubeconfig FILE  where the administrator's kubeconfig is put as well
`;

const { values } = parseArgs({ options: { kubeconfig: { type: 'string' }, help: { type: 'boolean', short: 'h' } } });
if (values.help) process.stdout.write(USAGE);
else {
  await using plane = await startControlPlane(await binaries((text) => process.stderr.write(`${text}\n`)));
  if (values.kubeconfig !== undefined) await copyFile(plane.kubeconfig, values.kubeconfig);
  process.stdout.write(`export KUBECONFIG=${values.kubeconfig ?? plane.kubeconfig}\n`);
  process.stdout.write(`export DROVER_TEST_CLIENT_AUTHORITY=${plane.clientAuthority}\n`);
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  await once(stop.signal, 'abort');
}
