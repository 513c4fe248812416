import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { Api } from './cluster/api.js';
import { type KnownFailure, knownFailures } from './known-failures.js';

/** What a test has: the API as administrator, and a namespace that its suite has for itself. */
export interface Scene {
  readonly api: Api;
  /** Name of the suite's namespace. */
  readonly namespace: string;
  /** `/api/v1/namespaces/NAMESPACE/PLURAL` with a name behind it where one is given. */
  readonly core: (plural: string, ...rest: readonly string[]) => string;
  /** `/apis/GROUP/VERSION/namespaces/NAMESPACE/PLURAL`, likewise. */
  readonly group: (groupVersion: string, plural: string, ...rest: readonly string[]) => string;
  /** A name that no other run uses, for what has no namespace. */
  readonly unique: string;
  /** Deletes what has no namespace, when the suite is done. */
  readonly afterwards: (path: string) => void;
}

/** Tests by their names. */
export interface Suite {
  /** Done once, before the first test. */
  before(prepare: (scene: Scene) => Promise<void>, timeoutMs: number): void;
  /** A promise of the Kubernetes API: holds for the real one and for ours. */
  promises(name: string, body: (scene: Scene) => Promise<void>): void;
  /** A promise of our own, where the real one differs; `because` says how and why. It is skipped by name elsewhere. */
  ours(name: string, because: string, body: (scene: Scene) => Promise<void>): void;
}

/** What the suites of this file promise. */
const promised = new Set<string>();

afterAll(() => {
  // Without a cluster nothing is promised.
  if (inject('target') === undefined) return;
  const { testPath = '' } = expect.getState();
  const rows = knownFailures.filter(({ file }) => testPath.endsWith(`/${file}.test.js`));
  const misnamed = rows.find(({ test }) => !promised.has(test));
  if (misnamed !== undefined) throw new Error(`a known failure that nothing in its file promises: ${misnamed.test}`);
});

/** Tests about one topic, with a namespace of their own, which is removed with everything in it. */
export function suite(topic: string, declare: (tests: Suite) => void): void {
  const target = inject('target');
  if (target === undefined) {
    describe.skip(`${topic} (needs ${inject('missing')})`, () =>
      declare({ promises: named, ours: named, before: () => undefined }));
    return;
  }
  describe(topic, () => {
    let opened: OpenScene | undefined;
    const scene = (): OpenScene => {
      if (opened === undefined) throw new Error('the scene is not set');
      return opened;
    };
    beforeAll(async () => {
      opened = await OpenScene.set(target.kubeconfig);
    });
    afterAll(async () => {
      await opened?.[Symbol.asyncDispose]();
    });
    declare({
      before(prepare, timeoutMs) {
        beforeAll(() => prepare(scene()), timeoutMs);
      },
      promises(name, body) {
        const test = `${topic} > ${name}`;
        promised.add(test);
        const known = target.ours ? knownFailures.find((row) => row.test === test) : undefined;
        if (known === undefined) it(name, () => body(scene()));
        else it(`${name} (known failure: ${known.seen})`, () => failsAsKnown(known, body(scene())));
      },
      ours(name, because, body) {
        it.skipIf(!target.ours)(target.ours ? name : `${name} (ours: ${because})`, () => body(scene()));
      },
    });
  });
}

/** Holds a test to the way in which it is known to fail. */
async function failsAsKnown({ failure }: KnownFailure, running: Promise<void>): Promise<void> {
  try {
    await running;
  } catch (error) {
    if (failure.test(String(error))) return;
    throw new Error(`fails in another way than ${failure}`, { cause: error });
  }
  throw new Error('passes now: take its row out of known-failures.ts');
}

const named = (name: string): void => {
  it.skip(name);
};

class OpenScene implements Scene, AsyncDisposable {
  readonly #clusterWide: string[] = [];

  private constructor(
    readonly api: Api,
    readonly unique: string,
  ) {}

  static async set(kubeconfig: string): Promise<OpenScene> {
    const scene = new OpenScene(await Api.open(kubeconfig), `conformance-${randomBytes(4).toString('hex')}`);
    const made = await scene.api.post('/api/v1/namespaces', { metadata: { name: scene.unique } });
    if (made.status !== 201) throw new Error(`no namespace: ${made.text}`);
    return scene;
  }

  get namespace(): string {
    return this.unique;
  }

  readonly core = (plural: string, ...rest: readonly string[]): string =>
    ['/api/v1/namespaces', this.namespace, plural, ...rest].join('/');

  readonly group = (groupVersion: string, plural: string, ...rest: readonly string[]): string =>
    ['/apis', groupVersion, 'namespaces', this.namespace, plural, ...rest].join('/');

  readonly afterwards = (path: string): void => {
    this.#clusterWide.push(path);
  };

  async [Symbol.asyncDispose](): Promise<void> {
    for (const path of this.#clusterWide.reverse()) await this.api.delete(path);
    await this.api.delete(`/api/v1/namespaces/${this.namespace}`);
    await this.api[Symbol.asyncDispose]();
  }
}
