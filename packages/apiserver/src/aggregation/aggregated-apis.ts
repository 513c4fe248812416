import { isDeepStrictEqual } from 'node:util';
import type { AggregatedApi, KubeObject } from '@drover/api';
import type { APIService } from '@drover/api/types/apiregistration-v1';
import type { Clock } from '@drover/kit';
import type { Store } from '@drover/store';
import type { KeyPair } from '../bootstrap/authority.js';
import { FollowedKind, type Reading } from '../storage/followed-kind.js';
import type { ServiceAddresses } from '../webhook/service-addresses.js';
import { ExtensionServer } from './extension-server.js';
import { RemoteApi } from './remote-api.js';

/** The kind whose objects register group versions. */
export const API_SERVICES = { group: 'apiregistration.k8s.io', plural: 'apiservices' };

interface Registered {
  readonly name: string;
  /** What of the object a connection depends on. */
  readonly spec: string;
  /** Absent when the group version is served here. */
  readonly api: RemoteApi | undefined;
}

interface Registrations {
  /** What they were arranged from. */
  readonly items: readonly Registered[];
  readonly byName: ReadonlyMap<string, RemoteApi>;
  /** By `GROUP/VERSION`. */
  readonly remote: ReadonlyMap<string, RemoteApi>;
}

/** Which group versions others serve: code of this process, and extension servers that APIServices name. */
export class AggregatedApis implements Disposable {
  readonly #services: FollowedKind<Registered>;
  #arranged: Registrations | undefined;
  #version = 0;

  /** Follows `store` until `signal` aborts. */
  constructor(
    readonly inProcess: readonly AggregatedApi[],
    store: Store,
    readonly addresses: ServiceAddresses,
    readonly frontProxy: KeyPair,
    readonly servedHere: (group: string, version: string) => boolean,
    readonly clock: Clock,
    signal: AbortSignal,
  ) {
    const reading: Reading<Registered> = {
      read: (object, previous) => this.#registered(object, previous),
      drop: ({ api }) => this.#drop(api),
    };
    this.#services = new FollowedKind(store, API_SERVICES, reading, signal);
  }

  /** Grows when one of them comes, goes, or changes what it has. */
  get version(): number {
    return this.#version;
  }

  /** All of them, those of this process first. */
  list(): readonly AggregatedApi[] {
    return [...this.inProcess, ...this.remote()];
  }

  /** Those behind extension servers. */
  remote(): readonly RemoteApi[] {
    const { remote } = this.#registrations();
    return [...remote.values()].filter(({ group, version }) => !this.servedHere(group, version));
  }

  /** The one that serves a group version, if any does. What is served here is not asked of others. */
  find(group: string, version: string): AggregatedApi | undefined {
    const { remote } = this.#registrations();
    const local = this.inProcess.find((api) => api.group === group && api.version === version);
    if (local !== undefined || remote.size === 0) return local;
    const found = remote.get(`${group}/${version}`);
    return found === undefined || this.servedHere(group, version) ? undefined : found;
  }

  /** The one that an APIService of that name registers. */
  named(name: string): RemoteApi | undefined {
    return this.#registrations().byName.get(name);
  }

  /** Notes what became of asking an extension server what it has. */
  asked(api: RemoteApi, available: boolean, resources: AggregatedApi['resources'] = api.resources): void {
    if (api.available === available && isDeepStrictEqual(api.resources, resources)) return;
    api.available = available;
    api.resources = resources;
    this.#version += 1;
  }

  [Symbol.dispose](): void {
    for (const api of this.#registrations().byName.values()) api.server[Symbol.dispose]();
  }

  /** Each request asks who serves it: that is arranged once for each change of an APIService. */
  #registrations(): Registrations {
    const { items } = this.#services;
    if (this.#arranged?.items !== items) {
      const found = items.flatMap(({ name, api }) => (api === undefined ? [] : [{ name, api }]));
      this.#arranged = {
        items,
        byName: new Map(found.map(({ name, api }) => [name, api])),
        remote: new Map(found.map(({ api }) => [`${api.group}/${api.version}`, api])),
      };
    }
    return this.#arranged;
  }

  /** A change of anything but the spec leaves the API, and its connections, as they are. */
  #registered(object: KubeObject, previous: Registered | undefined): Registered {
    const { metadata, spec } = object as APIService;
    const text = JSON.stringify(spec);
    if (previous?.spec === text) return previous;
    this.#version += 1;
    const { name = '' } = metadata;
    if (spec?.service === undefined) return { name, spec: text, api: undefined };
    const server = new ExtensionServer(spec, this.addresses, this.frontProxy);
    return { name, spec: text, api: new RemoteApi(spec.group ?? '', spec.version ?? '', server, this.clock) };
  }

  #drop(api: RemoteApi | undefined): void {
    api?.server[Symbol.dispose]();
    this.#version += 1;
  }
}
