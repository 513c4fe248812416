import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Identity } from '@drover/api';
import { createApiServer, listen } from '@drover/apiserver';
import { type Client, createClient, inProcessTransport } from '@drover/client';
import { createHarvester } from '@drover/harvester';
import { Closing } from '@drover/kit';
import { openSqliteStore } from '@drover/store';
import { openAudit } from './audit.js';
import type { LabConfig } from './config.js';
import { openDataDir, writeSecretFile } from './data-dir.js';
import { hostsOf, listenError } from './listen.js';
import { readyLine } from './ready-line.js';
import { stopped } from './server.js';
import type { Surroundings } from './surroundings.js';

/** Kinds of the lab that hold credentials: settings have the registration URL, of backup targets, and of certificates. */
const CREDENTIALS = ['harvesterhci.io/settings'];

/** The lab, running. Disposing it stops its controllers; its machines and its agent run on. */
export interface RunningLab extends AsyncDisposable {
  readonly url: string;
  /** The lab's Kubernetes API, as administrator. */
  readonly client: Client;
  readonly kubeconfig: string;
  readonly caFile: string;
  readonly dataDir: string;
}

/** This process acting on its own cluster. */
const ADMINISTRATOR: Identity = { name: 'system:admin', groups: ['system:masters'], extra: {} };

/** Starts the lab and keeps it until the process is asked to stop. */
export async function runLab(config: LabConfig, surroundings: Surroundings): Promise<void> {
  await using lab = await startLab(config, surroundings);
  announceLab(lab, surroundings);
  await stopped(surroundings.signal);
}

/** Says, to programs, where the lab is. */
export function announceLab({ url, dataDir, kubeconfig, caFile }: RunningLab, { print }: Surroundings): void {
  print(readyLine({ ready: 'lab', url, dataDir, kubeconfig, caFile, pid: process.pid }));
}

/** Puts the virtualization side together: store, API server with Harvester's seams, listener, controllers. */
export async function startLab(config: LabConfig, surroundings: Surroundings): Promise<RunningLab> {
  await using closing = new Closing();
  const { clock, random, version, self } = surroundings;
  const log = surroundings.log.with({ side: 'lab' });
  const dataDir = await openDataDir(config.dataDir);
  const own = await openDataDir(join(dataDir, 'lab'));
  const store = closing.use(await openSqliteStore({ file: join(own, 'store.db'), clock, log }));
  const harvester = await createHarvester({
    clock,
    random,
    log,
    dataDir: join(own, 'harvester'),
    node: { name: config.name, ip: '127.0.0.1' },
    agent: { version, command: [...self, 'agent'] },
  });
  const audit = await openAudit(config.audit, own, CREDENTIALS, { clock, log, random, closing });
  const apiServer = closing.use(
    await createApiServer({
      store,
      clock,
      random,
      log,
      dataDir: own,
      advertise: config.listen,
      aggregated: harvester.aggregated,
      paths: harvester.paths,
      quotaMeasures: harvester.quotaMeasures,
      // A claim that is deleted is let go with its file, which the lab's own controller sees to.
      storageProtection: false,
      ...audit,
      admission: harvester.admission,
    }),
  );
  const listener = closing.use(
    await listen(apiServer, { ...config.listen, hosts: hostsOf(config.listen.host) }).catch((error: unknown) => {
      throw listenError(error, config.listen);
    }),
  );
  const client = createClient(
    inProcessTransport((request, identity) => apiServer.handle(request, identity), ADMINISTRATOR),
    { clock },
  );
  const kubeconfig = join(own, 'kubeconfig.yaml');
  await writeSecretFile(kubeconfig, await apiServer.adminKubeconfig(listener.url));
  const caFile = join(own, 'ca.crt');
  await writeFile(caFile, apiServer.caPem, { mode: 0o644 });
  const { hostname, port } = new URL(listener.url);
  closing.use(
    await harvester.start({ client, apiServer: { host: hostname, port: Number(port), caPem: apiServer.caPem } }),
  );
  const opened = closing.move();
  return {
    url: listener.url,
    client,
    kubeconfig,
    caFile,
    dataDir,
    [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose](),
  };
}
