import { harvesterSettings, type Node, nodes, type Stored } from '@drover/api';
import { type Client, createInformer, type Informer } from '@drover/client';
import type { Clock, Log, RandomBytes } from '@drover/kit';
import { readJson } from './read-json.js';

/** What a live cluster has told. */
export interface ClusterFacts {
  readonly probe: { readonly ok: true } | { readonly ok: false; readonly error: string } | undefined;
  readonly version: Readonly<Record<string, string>> | undefined;
  readonly servesHarvester: boolean;
  readonly harvesterVersion: string | undefined;
  /** `undefined` before the first list. */
  readonly nodes: readonly Stored<Node>[] | undefined;
}

/** Between probes of a cluster whose agent is connected: nothing tells when an API server stops answering. */
const PROBE_MS = 15_000;
/** While it does not answer, often enough to tell within half a minute that it is back. */
const RETRY_MS = 5_000;
const PROBE_TIMEOUT_MS = 10_000;

/** Watches one connected cluster: its nodes by a watch, its API's readiness and version by a probe. */
export class ClusterMonitor implements Disposable {
  readonly #ended = new AbortController();
  readonly #informer: Informer<Node>;
  readonly #subscription: Disposable;
  #listed = false;
  #facts: Omit<ClusterFacts, 'nodes'> = {
    probe: undefined,
    version: undefined,
    servesHarvester: false,
    harvesterVersion: undefined,
  };

  constructor(
    private readonly parts: {
      readonly client: Client;
      readonly changed: () => void;
      readonly clock: Clock;
      readonly random: RandomBytes;
      readonly log: Log;
    },
  ) {
    const { client, changed, clock, random, log } = parts;
    this.#informer = createInformer(client, nodes, { clock, random, log });
    this.#informer.synced.then(
      () => {
        this.#listed = true;
        changed();
      },
      () => {},
    );
    this.#subscription = this.#informer.subscribe(() => {
      if (this.#listed) changed();
    });
    this.#run().catch((error: unknown) => {
      if (!this.#ended.signal.aborted) log.error('the probe of a cluster has stopped', { error });
    });
  }

  get facts(): ClusterFacts {
    return { ...this.#facts, nodes: this.#listed ? this.#informer.list() : undefined };
  }

  [Symbol.dispose](): void {
    this.#ended.abort(new Error('the monitor has ended'));
    this.#subscription[Symbol.dispose]();
    this.#informer[Symbol.dispose]();
  }

  async #run(): Promise<void> {
    const { signal } = this.#ended;
    while (!signal.aborted) {
      const before = JSON.stringify(this.#facts);
      await this.#probe();
      if (signal.aborted) return;
      if (JSON.stringify(this.#facts) !== before) this.parts.changed();
      await this.parts.clock.sleep(this.#facts.probe?.ok === true ? PROBE_MS : RETRY_MS, signal).catch(() => {});
    }
  }

  async #probe(): Promise<void> {
    const timeout = new AbortController();
    const end = (): void => timeout.abort(this.#ended.signal.reason);
    this.#ended.signal.addEventListener('abort', end, { once: true });
    using _timer = this.parts.clock.after(PROBE_TIMEOUT_MS, () =>
      timeout.abort(new Error(`no answer within ${PROBE_TIMEOUT_MS / 1000} s`)),
    );
    try {
      await this.#ask(timeout.signal);
    } catch (error) {
      this.#facts = {
        ...this.#facts,
        probe: { ok: false, error: error instanceof Error ? error.message : String(error) },
      };
    } finally {
      this.#ended.signal.removeEventListener('abort', end);
    }
  }

  async #ask(signal: AbortSignal): Promise<void> {
    const { client } = this.parts;
    const ready = await client.raw({ method: 'GET', path: '/readyz', headers: {}, signal });
    for await (const _ of ready.body) {
      // Read to the end, so that the connection can be used again.
    }
    if (ready.status !== 200) throw new Error(`GET /readyz answered ${ready.status}`);
    const version = textsOf(await readJson(client, '/version', { signal }));
    const servesHarvester =
      this.#facts.servesHarvester ||
      (await readJson(client, '/apis/harvesterhci.io/v1beta1', { signal })) !== undefined;
    const harvesterVersion = servesHarvester ? await this.#harvesterVersion(signal) : undefined;
    this.#facts = { probe: { ok: true }, version, servesHarvester, harvesterVersion };
  }

  async #harvesterVersion(signal: AbortSignal): Promise<string | undefined> {
    try {
      const setting = await this.parts.client.get(harvesterSettings, { name: 'server-version' }, { signal });
      return setting.value || setting.default || undefined;
    } catch {
      return this.#facts.harvesterVersion;
    }
  }
}

function textsOf(document: unknown): Record<string, string> | undefined {
  if (typeof document !== 'object' || document === null) return undefined;
  return Object.fromEntries(
    Object.entries(document).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}
