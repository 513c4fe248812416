import { setMaxListeners } from 'node:events';
import { mkdir, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { AdmissionPlugin, AggregatedApi, PathHandler, QuotaMeasure } from '@drover/api';
import type { Client } from '@drover/client';
import type { Controller } from '@drover/controller';
import { type Clock, Closing, type Log, type RandomBytes } from '@drover/kit';
import { detectHost, type Host, Images } from '@drover/qemu';
import { harvesterPaths } from './action/paths.js';
import { backupAdmission, restoreAdmission } from './backup/admission.js';
import { backupController } from './backup/controller.js';
import { restoreController } from './backup/restore.js';
import { builtInAdmission } from './bootstrap/admission.js';
import { install } from './bootstrap/install.js';
import { claimAdmission } from './claim/admission.js';
import { claimController } from './claim/controller.js';
import { VolumeFiles } from './claim/files.js';
import { Volumes, type VolumeTools } from './claim/volumes.js';
import { EventRecorder } from './event/recorder.js';
import { imageAdmission } from './image/admission.js';
import { imageController } from './image/controller.js';
import { volumeCopier } from './image/export.js';
import { ImageFiles } from './image/files.js';
import { Transfers } from './image/transfers.js';
import { openInformers } from './informers.js';
import { keyPairAdmission } from './keypair/admission.js';
import { keyPairController } from './keypair/controller.js';
import { HostMachines } from './machine/machines.js';
import { namespaceAdmission } from './namespace/admission.js';
import { networkAdmission } from './network/admission.js';
import { nodeController } from './node/controller.js';
import { beat, registerNode } from './node/heartbeat.js';
import { LocalHost } from './node/host.js';
import { capacityOf, type HostIdentity } from './node/object.js';
import { Containers } from './pod/containers.js';
import { type PodControllerOptions, podController, sweepPods } from './pod/controller.js';
import { deploymentController } from './pod/deployment.js';
import { Pulls } from './pod/pull.js';
import { registrationController } from './registration/controller.js';
import { registryCredentialsController } from './registry/credentials.js';
import { settingAdmission } from './setting/admission.js';
import { settingController } from './setting/controller.js';
import { outbound } from './setting/effective.js';
import { snapshotController } from './snapshot/controller.js';
import { subresourceApis } from './subresource/api.js';
import { templateAdmission } from './template/admission.js';
import { templateController } from './template/controller.js';
import { Late, type View } from './view.js';
import { machineAdmission } from './vm/admission.js';
import { machineController } from './vm/controller.js';
import { machineMeasure } from './vm/quota.js';
import { instanceController } from './vmi/controller.js';
import { SeedFiles } from './vmi/seed-files.js';

/** What the virtualization side is made of. */
export interface HarvesterOptions {
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly log: Log;
  /** Where images, volumes and machines are kept (made 0700). */
  readonly dataDir: string;
  readonly node: { readonly name: string; readonly ip: string };
  /** The Harvester release whose API this is: clients switch features by it. Default v1.8.0. */
  readonly serverVersion?: string;
  /** The one image that can run here: `drover` at this version, as a process started by this command. */
  readonly agent: { readonly version: string; readonly command: readonly string[] };
  /** Looks at this host. Default: for real. */
  readonly detect?: () => Promise<Host>;
}

/** The Kubernetes API that the virtualization side belongs to, once it runs. */
export interface LabConnection {
  /** As administrator. */
  readonly client: Client;
  /** Where pods find it. */
  readonly apiServer: { readonly host: string; readonly port: number; readonly caPem: string };
}

/** The virtualization side: what the API server needs of it, and its controllers. */
export interface Harvester {
  readonly admission: readonly AdmissionPlugin[];
  readonly aggregated: readonly AggregatedApi[];
  readonly paths: readonly PathHandler[];
  readonly quotaMeasures: readonly QuotaMeasure[];
  /**
   * Makes kinds and built-in objects exist, takes charge of machines that run, starts the controllers; resolves when the host
   * is ready. Disposing the result stops the controllers; machines and pods run on.
   */
  start(connection: LabConnection): Promise<AsyncDisposable>;
}

/** The default of `serverVersion`. */
const SERVER_VERSION = 'v1.8.0';

/** Puts the virtualization side together. Nothing runs before `start`; until then its handlers answer 503. */
export async function createHarvester(options: HarvesterOptions): Promise<Harvester> {
  const { clock, random, dataDir, serverVersion = SERVER_VERSION, detect = detectHost } = options;
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const late = new Late<View>();
  return {
    admission: [
      machineAdmission(late, random),
      imageAdmission(late),
      backupAdmission(late),
      restoreAdmission(late),
      claimAdmission(late),
      builtInAdmission(late),
      keyPairAdmission,
      namespaceAdmission(late),
      networkAdmission(late),
      settingAdmission(serverVersion),
      templateAdmission(late),
    ],
    aggregated: subresourceApis(late, clock),
    paths: [harvesterPaths(late, random)],
    quotaMeasures: [machineMeasure(late)],
    start: async (connection) => start(connection, options, late, await LocalHost.open(detect), serverVersion),
  };
}

async function start(
  { client, apiServer }: LabConnection,
  { clock, random, log, dataDir, node, agent }: HarvesterOptions,
  late: Late<View>,
  host: LocalHost,
  serverVersion: string,
): Promise<AsyncDisposable> {
  await using closing = new Closing();
  const stop = new AbortController();
  // Every controller listens.
  setMaxListeners(0, stop.signal);
  const base = { client, clock, random, log };
  await install(client, serverVersion, stop.signal);
  const informers = openInformers(client, base);
  for (const informer of Object.values(informers)) closing.defer(() => informer[Symbol.dispose]());
  const recorder = closing.use(new EventRecorder({ client, clock, log, component: 'harvester', host: node.name }));
  const imageFiles = new ImageFiles(join(dataDir, 'images'));
  const volumeFiles = new VolumeFiles(join(dataDir, 'volumes'));
  const seedFiles = new SeedFiles(join(dataDir, 'seeds'));
  const tools = new LateImages(dataDir, host);
  const transfers = closing.use(
    new Transfers({
      client,
      clock,
      log,
      files: imageFiles,
      inspect: (path) => tools.now.inspect(path),
      copyVolume: volumeCopier(
        informers.claims,
        () => volumes,
        (path) => tools.now.checksum(path),
      ),
      outbound: () => outbound(informers.settings),
    }),
  );
  const machines = closing.use(
    await HostMachines.open(join(dataDir, 'machines'), { host: () => host.now, clock, log, random }),
  );
  await Promise.all(Object.values(informers).map(({ synced }) => synced));
  const identity: HostIdentity = {
    ...node,
    kubernetesVersion: await kubernetesVersion(client),
    version: agent.version,
    dataDir,
  };
  const heartbeat = { client, clock, log, host, identity };
  await registerNode(heartbeat);
  const problem = await host.problem();
  if (problem !== undefined) log.warn('machines cannot run on this host', { problem });
  const filled = late.fill({ client, ...informers, running: machines, imageFiles, transfers });
  closing.defer(() => filled[Symbol.dispose]());
  const spaceLeft = async (): Promise<number> => {
    const { bavail, bsize } = await statfs(dataDir);
    return bavail * bsize;
  };
  const capacity = () => capacityOf(host.now, node.name, informers.nodes.get(undefined, node.name));
  const volumes = new Volumes({ ...informers, machines, imageFiles, volumeFiles, tools: tools.volumes });
  const shared = { ...base, recorder, ...informers, imageFiles, volumeFiles, seedFiles, volumes };
  const instances = instanceController({ ...shared, machines, host, capacity, nodeName: node.name, spaceLeft });
  closing.defer(() => instances[Symbol.dispose]());
  const containers = new Containers(join(dataDir, 'pods'), { clock, log });
  closing.defer(() => containers[Symbol.dispose]());
  const kubelet: PodControllerOptions = {
    ...shared,
    containers,
    pulls: new Pulls(clock, `drover:${agent.version}`),
    agent,
    nodeName: node.name,
    surroundings: { apiServer, hostIP: node.ip },
  };
  await sweepPods(kubelet);
  const controllers: Controller[] = [
    settingController(shared),
    keyPairController({ ...base, pairs: informers.keyPairs }),
    templateController({ ...base, templates: informers.templates, versions: informers.templateVersions }),
    imageController({ ...shared, files: imageFiles, transfers }),
    claimController({
      ...shared,
      tools: tools.volumes,
    }),
    snapshotController(shared),
    backupController({ ...shared, machines }),
    restoreController(shared),
    machineController(shared),
    registrationController(shared),
    registryCredentialsController(shared),
    deploymentController({ ...shared, nodeName: node.name }),
    podController(kubelet),
    instances,
    nodeController({ ...heartbeat, random, nodes: informers.nodes }),
  ];
  const running = [...controllers.map((controller) => controller.start(stop.signal)), beat(heartbeat, stop.signal)];
  closing.defer(async () => {
    stop.abort(new Error('the lab stops'));
    await Promise.all(running);
  });
  return closing.move();
}

/** QEMU's tools, also when they are installed later. */
class LateImages {
  constructor(
    readonly root: string,
    readonly host: LocalHost,
  ) {}

  get now(): Images {
    return new Images({ root: this.root, host: this.host.now });
  }

  readonly volumes: VolumeTools = {
    createBlank: (path, bytes) => this.now.createBlank(path, bytes),
    createOverlay: (path, below, bytes) => this.now.createOverlay(path, below, bytes),
    resize: (disk, bytes) => this.now.resize(disk, bytes),
    truncate: (disk, bytes) => this.now.truncate(disk, bytes),
    virtualSize: (disk) => this.now.virtualSize(disk),
    snapshots: (disk) => this.now.snapshots(disk),
    createSnapshot: (disk, name) => this.now.createSnapshot(disk, name),
    deleteSnapshot: (disk, name) => this.now.deleteSnapshot(disk, name),
    convert: (source, destination, options) => this.now.convert(source, destination, options),
  };
}

async function kubernetesVersion(client: Client): Promise<string> {
  const response = await client.raw({ method: 'GET', path: '/version', headers: {} });
  let body = '';
  for await (const chunk of response.body) body += Buffer.from(chunk).toString('utf8');
  const parsed: unknown = JSON.parse(body);
  const version =
    typeof parsed === 'object' && parsed !== null && 'gitVersion' in parsed ? parsed.gitVersion : undefined;
  return typeof version === 'string' ? version : 'unknown';
}
