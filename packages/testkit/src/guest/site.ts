import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  hasReason,
  type Kind,
  type KubeObject,
  persistentVolumeClaims,
  type Stored,
  type VirtualMachine,
  virtualMachineImages,
  virtualMachineInstances,
  virtualMachines,
} from '@drover/api';
import type { VirtualMachineInstanceSpec } from '@drover/api/types/kubevirt';
import { silentLog, systemClock } from '@drover/kit';
import { openMemoryStore, type Store } from '@drover/store';
import { type InProcessLab, startInProcessLab } from '../in-process-lab.js';
import { temporaryDirectory } from '../temporary.js';
import type { Guest } from './guest.js';
import { Terminal } from './terminal.js';

/** What a machine of a site is to be like; all but its name may be left out. */
export interface Wanted {
  readonly name: string;
  /** Claims of its own by disk name; `image`: made from the guest's image. The first boots. */
  readonly disks?: readonly {
    readonly name: string;
    readonly image?: boolean;
    readonly size?: string;
    readonly bus?: string;
  }[];
  readonly annotations?: Readonly<Record<string, string>>;
  readonly runStrategy?: string;
  readonly memory?: string;
  readonly change?: (spec: VirtualMachineInstanceSpec) => void;
}

/** How long something may take to come about; a guest boots in a few seconds, under load in a multiple of that. */
const PATIENCE_MS = 120_000;

/** A lab with the guest's image, for a suite: machines on it are made in a line, and end with it. */
export class Site implements AsyncDisposable {
  #lab: InProcessLab;

  private constructor(
    readonly directory: string,
    readonly store: Store,
    readonly storageClass: string,
    lab: InProcessLab,
  ) {
    this.#lab = lab;
  }

  /** Opens a lab, in a directory of its own unless told where, and brings the guest's image in, as `default/guest`. */
  static async open(guest: Guest, directory?: string): Promise<Site> {
    const home = directory === undefined ? await temporaryDirectory() : { path: directory };
    const store = openMemoryStore({ clock: systemClock, log: silentLog });
    const lab = await startInProcessLab(store, home.path);
    await lab.client.create(virtualMachineImages, {
      apiVersion: 'harvesterhci.io/v1beta1',
      kind: 'VirtualMachineImage',
      metadata: { name: 'guest', namespace: 'default' },
      spec: { displayName: 'guest.qcow2', sourceType: 'upload' },
    });
    const early = new Site(home.path, store, '', lab);
    const { status } = await early.until(
      virtualMachineImages,
      'guest',
      (image) => image.status?.storageClassName !== undefined,
    );
    const file = await readFile(guest.path);
    const body = Buffer.concat([
      Buffer.from('--b\r\nContent-Disposition: form-data; name="chunk"; filename="x"\r\n\r\n'),
      file,
      Buffer.from('\r\n--b--\r\n'),
    ]);
    const path = `/v1/harvester/harvesterhci.io.virtualmachineimages/default/guest?action=upload&size=${file.length}`;
    const headers = { 'content-type': 'multipart/form-data; boundary=b' };
    const uploaded = await lab.request('POST', path, { body, headers });
    if (uploaded.status !== 200) throw new Error(uploaded.body);
    return new Site(home.path, store, status?.storageClassName ?? '', lab);
  }

  get lab(): InProcessLab {
    return this.#lab;
  }

  /** Ends the lab, as its own end would, and starts it anew. */
  async restart(): Promise<void> {
    await this.#lab[Symbol.asyncDispose]();
    this.#lab = await startInProcessLab(this.store, this.directory);
  }

  /** The newest form of an object once it is as expected. */
  async until<T extends KubeObject>(
    kind: Kind<T>,
    name: string,
    holds: (object: Stored<T>) => boolean,
  ): Promise<Stored<T>> {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const options = { namespace: 'default', fieldSelector: `metadata.name=${name}`, signal };
    let last: unknown;
    for await (const event of this.#lab.client.watch(kind, options)) {
      if (event.type !== 'ADDED' && event.type !== 'MODIFIED') continue;
      last = event.object;
      if (holds(event.object)) return event.object;
    }
    throw new Error(`${kind.kind} ${name} never came to be as expected: ${JSON.stringify(last)}`);
  }

  /** The newest form of an object. */
  get<T extends KubeObject>(kind: Kind<T>, name: string): Promise<Stored<T>> {
    return this.#lab.client.get(kind, { namespace: 'default', name });
  }

  /** Makes a claim: blank, or a copy of another one or of a snapshot. */
  async claim(name: string, size: string, source?: { readonly kind: string; readonly name: string }): Promise<void> {
    const apiGroup = source?.kind === 'VolumeSnapshot' ? { apiGroup: 'snapshot.storage.k8s.io' } : {};
    await this.#lab.client.create(persistentVolumeClaims, {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name, namespace: 'default' },
      spec: {
        accessModes: ['ReadWriteMany'],
        resources: { requests: { storage: size } },
        storageClassName: 'harvester-longhorn',
        volumeMode: 'Block',
        ...(source === undefined ? {} : { dataSource: { ...apiGroup, ...source } }),
      },
    });
  }

  /** Plugs a claim into a running machine and resolves once it is there. */
  async plug(machine: string, claim: string): Promise<void> {
    const body = { name: claim, volumeSource: { persistentVolumeClaim: { claimName: claim } } };
    const added = await this.verb(`virtualmachines/${machine}/addvolume`, body);
    if (added.status !== 202) throw new Error(added.body);
    await this.until(
      virtualMachineInstances,
      machine,
      ({ status }) =>
        status?.volumeStatus?.some(({ name, phase }) => name === claim && phase === 'VolumeReady') === true,
    );
  }

  /** Makes a machine; it starts unless told otherwise. */
  async create(wanted: Wanted): Promise<void> {
    await this.#lab.client.create(virtualMachines, machineOf(wanted, this.storageClass));
  }

  /** Resolves once the machine runs. */
  async running(name: string): Promise<void> {
    await this.until(virtualMachines, name, ({ status }) => status?.printableStatus === 'Running');
  }

  /** Makes a machine and sits down at its console once its guest is up. */
  async boot(wanted: Wanted): Promise<Terminal> {
    await this.create(wanted);
    return this.console(wanted.name);
  }

  /** The console of a machine whose guest is up, or comes up. */
  async console(name: string): Promise<Terminal> {
    await this.running(name);
    const terminal = new Terminal(await this.#lab.openConsole('default', name, 'console'));
    await terminal.until(/DROVER-GUEST-READY/);
    await terminal.until(/drover-guest# /);
    return terminal;
  }

  /** A KubeVirt subresource: `virtualmachines/NAME/start`. */
  verb(path: string, body: object = {}): Promise<{ status: number; body: string }> {
    const options = { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
    return this.#lab.request('PUT', `/apis/subresources.kubevirt.io/v1/namespaces/default/${path}`, options);
  }

  /** An action of Harvester's on an object: `kubevirt.io.virtualmachines`, `web01`, `clone`. */
  action(type: string, name: string, action: string, body: object = {}): Promise<{ status: number; body: string }> {
    const options = { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
    return this.#lab.request('POST', `/v1/harvester/${type}/default/${name}?action=${action}`, options);
  }

  /** Ends a machine at once and resolves when nothing of it is left. */
  async remove(name: string): Promise<void> {
    const { client } = this.#lab;
    const ref = { namespace: 'default', name };
    const noGrace = { type: 'merge', patch: { spec: { terminationGracePeriodSeconds: 0 } } } as const;
    await client.patch(virtualMachineInstances, ref, noGrace).catch(ignoreMissing);
    await client.delete(virtualMachines, ref).catch(ignoreMissing);
    while ((await client.get(virtualMachines, ref).catch(ignoreMissing)) !== undefined) await systemClock.sleep(20);
  }

  /** Where the lab keeps what machines are made of. */
  get data(): string {
    return join(this.directory, 'h');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { items } = await this.#lab.client.list(virtualMachines);
    await Promise.all(items.map(({ metadata }) => this.remove(metadata.name)));
    await this.#lab[Symbol.asyncDispose]();
    await this.store[Symbol.asyncDispose]();
  }
}

function ignoreMissing(error: unknown): undefined {
  if (!hasReason(error, 'NotFound')) throw error;
  return undefined;
}

/** The machine as the Harvester UI writes it. */
function machineOf(wanted: Wanted, imageClass: string): VirtualMachine {
  const { name, annotations, runStrategy = 'RerunOnFailure', memory = '256Mi', change } = wanted;
  const disks = wanted.disks ?? [{ name: 'disk-0', image: true }];
  const claims = disks.map(({ name: disk, image = false, size = '1Gi' }) => ({
    metadata: {
      name: `${name}-${disk}`,
      ...(image ? { annotations: { 'harvesterhci.io/imageId': 'default/guest' } } : {}),
    },
    spec: {
      accessModes: ['ReadWriteMany'],
      resources: { requests: { storage: size } },
      volumeMode: 'Block',
      storageClassName: image ? imageClass : 'harvester-longhorn',
    },
  }));
  const spec: VirtualMachineInstanceSpec = {
    domain: {
      machine: { type: '' },
      cpu: { cores: 1, sockets: 1, threads: 1 },
      devices: {
        inputs: [{ bus: 'usb', name: 'tablet', type: 'tablet' }],
        interfaces: [{ name: 'default', model: 'virtio', masquerade: {} }],
        disks: disks.map(({ name: disk, bus = 'virtio' }, index) => ({
          name: disk,
          disk: { bus },
          bootOrder: index + 1,
        })),
      },
      features: { acpi: { enabled: true } },
      resources: { limits: { cpu: '1', memory } },
    },
    evictionStrategy: 'LiveMigrateIfPossible',
    hostname: name,
    networks: [{ name: 'default', pod: {} }],
    volumes: disks.map(({ name: disk }) => ({ name: disk, persistentVolumeClaim: { claimName: `${name}-${disk}` } })),
  };
  change?.(spec);
  return {
    apiVersion: 'kubevirt.io/v1',
    kind: 'VirtualMachine',
    metadata: {
      name,
      namespace: 'default',
      labels: { 'harvesterhci.io/creator': 'harvester' },
      annotations: { 'harvesterhci.io/volumeClaimTemplates': JSON.stringify(claims), ...annotations },
    },
    spec: { runStrategy, template: { metadata: { labels: { 'harvesterhci.io/vmName': name } }, spec } },
  };
}
