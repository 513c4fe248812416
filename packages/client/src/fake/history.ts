import { expired, type KubeObject, type Stored } from '@drover/api';

/** One write as watchers see it; `previous` decides whether an object entered or left a selection. */
export interface Change {
  readonly revision: number;
  /** `group/plural`. */
  readonly resource: string;
  readonly object: Stored<KubeObject> | undefined;
  readonly previous: Stored<KubeObject> | undefined;
}

/** As many changes as a test makes before its informers have caught up; older ones are forgotten, as a server would. */
const CAPACITY = 10_000;

/** The changes since the fake began, or since `forget`. */
export class History {
  #changes: Change[] = [];
  #forgotten = 0;
  readonly #followers = new Set<() => void>();
  revision = 0;

  push(change: Change): void {
    this.#changes.push(change);
    if (this.#changes.length > CAPACITY) this.#forgotten = this.#changes.shift()?.revision ?? this.#forgotten;
    this.wake();
  }

  /** @throws ApiError Expired when changes after `revision` were forgotten. */
  since(revision: number): readonly Change[] {
    if (revision < this.#forgotten) throw expired(`too old resource version: ${revision} (${this.#forgotten})`);
    return this.#changes.filter((change) => change.revision > revision);
  }

  /** Nothing older than now is known any more. */
  forget(): void {
    this.#forgotten = this.revision;
    this.#changes = [];
    this.wake();
  }

  /** Calls `follower` after each change. */
  follow(follower: () => void): Disposable {
    this.#followers.add(follower);
    return { [Symbol.dispose]: () => void this.#followers.delete(follower) };
  }

  wake(): void {
    for (const follower of [...this.#followers]) follower();
  }
}
