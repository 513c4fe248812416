import { createHash } from 'node:crypto';
import type { Kind, KubeObject, Stored } from '@drover/api';
import { createFakeClient, type FakeClient, type FakeClientOptions } from '@drover/client/fake';
import type { Controller } from '@drover/controller';
import { FakeClock, type RandomBytes, silentLog } from '@drover/kit';
import type { Recorder } from '../event/recorder.js';
import { type Informers, openInformers } from '../informers.js';

/** A cluster without a server: a fake client, a clock that a test owns, informers, and what was told as Events. */
export interface TestCluster extends AsyncDisposable {
  readonly client: FakeClient;
  readonly clock: FakeClock;
  readonly random: RandomBytes;
  readonly log: typeof silentLog;
  readonly recorder: Recorder & { readonly told: readonly string[] };
  readonly informers: Informers;
  /** Runs controllers until the cluster is disposed. */
  run(...controllers: Controller[]): void;
  /** The object once it satisfies `holds`; fails with its last form when it does not in time. */
  until<T extends KubeObject>(kind: Kind<T>, ref: string, holds: (object: Stored<T>) => boolean): Promise<Stored<T>>;
  /** Resolves when the object is gone. */
  untilGone(kind: Kind, ref: string): Promise<void>;
}

/** Kinds of ours that keep their status in the object itself. */
const WITHOUT_STATUS = [
  'settings.harvesterhci.io',
  'virtualmachineimages.harvesterhci.io',
  'keypairs.harvesterhci.io',
  'virtualmachinetemplateversions.harvesterhci.io',
  'virtualmachineinstances.kubevirt.io',
];

/** How long something may take to come about; nothing here waits for a clock of the machine's. */
const PATIENCE_MS = 10_000;

/** 2026-01-01, so that times in objects are readable. */
const START = Date.UTC(2026, 0, 1);

export async function openTestCluster(options: Partial<FakeClientOptions> = {}): Promise<TestCluster> {
  const clock = new FakeClock(START);
  let drawn = 0;
  const random: RandomBytes = (length) => {
    drawn += 1;
    return createHash('shake256', { outputLength: length }).update(String(drawn)).digest();
  };
  const client = createFakeClient({ clock, random, withoutStatus: WITHOUT_STATUS, ...options });
  const informers = openInformers(client, { clock, random, log: silentLog });
  await Promise.all(Object.values(informers).map(({ synced }) => synced));
  const told: string[] = [];
  const stop = new AbortController();
  const running: Promise<void>[] = [];
  const parse = (ref: string): { namespace?: string; name: string } => {
    const [first = '', second] = ref.split('/');
    return second === undefined ? { name: first } : { namespace: first, name: second };
  };
  return {
    client,
    clock,
    random,
    log: silentLog,
    informers,
    recorder: {
      told,
      normal: (_about, reason, message) => void told.push(`${reason}: ${message}`),
      warning: (_about, reason, message) => void told.push(`Warning ${reason}: ${message}`),
    },
    run: (...controllers) => void running.push(...controllers.map((controller) => controller.start(stop.signal))),
    async until(kind, ref, holds) {
      let last: unknown;
      for (const deadline = performance.now() + PATIENCE_MS; performance.now() < deadline; ) {
        const object = await client.get(kind, parse(ref)).catch(() => undefined);
        if (object !== undefined && holds(object)) return object;
        last = object;
        await new Promise((resolve) => setImmediate(resolve));
      }
      throw new Error(`${kind.kind} ${ref} never came to be as expected: ${JSON.stringify(last, null, 1)}`);
    },
    async untilGone(kind, ref) {
      for (const deadline = performance.now() + PATIENCE_MS; performance.now() < deadline; ) {
        if ((await client.get(kind, parse(ref)).catch(() => undefined)) === undefined) return;
        await new Promise((resolve) => setImmediate(resolve));
      }
      throw new Error(`${kind.kind} ${ref} is still there`);
    },
    async [Symbol.asyncDispose]() {
      stop.abort();
      await Promise.all(running);
      for (const informer of Object.values(informers)) informer[Symbol.dispose]();
    },
  };
}
