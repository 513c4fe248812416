/** What a store may refuse. Each names the key or revision it is about. */
export abstract class StoreError extends Error {}

/** `create` found an entry. */
export class KeyExists extends StoreError {
  override readonly name = 'KeyExists';
  constructor(readonly key: string) {
    super(`key "${key}" exists`);
  }
}

/** `update` or `delete` found no entry. */
export class KeyMissing extends StoreError {
  override readonly name = 'KeyMissing';
  constructor(readonly key: string) {
    super(`key "${key}" does not exist`);
  }
}

/** The entry has moved on since the caller read it. */
export class RevisionConflict extends StoreError {
  override readonly name = 'RevisionConflict';
  constructor(
    readonly key: string,
    readonly expected: number,
    readonly actual: number,
  ) {
    super(`key "${key}" is at revision ${actual}, not ${expected}`);
  }
}

/** History that was asked for is no longer kept. */
export class RevisionCompacted extends StoreError {
  override readonly name = 'RevisionCompacted';
  constructor(
    readonly asked: number,
    readonly oldest: number,
  ) {
    super(`revision ${asked} is no longer kept; the oldest is ${oldest}`);
  }
}

/** A revision that has not happened yet. */
export class RevisionFuture extends StoreError {
  override readonly name = 'RevisionFuture';
  constructor(
    readonly asked: number,
    readonly newest: number,
  ) {
    super(`revision ${asked} is in the future; the newest is ${newest}`);
  }
}

/** The store is closing, its disk failed, or another process holds it; nothing more is written. */
export class StoreUnavailable extends StoreError {
  override readonly name = 'StoreUnavailable';
}
