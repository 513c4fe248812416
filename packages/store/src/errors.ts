/** What a store may refuse. Each names the key, revision or file it is about. */
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

/** The key or value is not one the store takes: too long, too large, or not well-formed text. */
export class EntryRefused extends StoreError {
  override readonly name = 'EntryRefused';
  constructor(
    readonly key: string,
    readonly because: string,
  ) {
    super(`key "${key.length > 80 ? `${key.slice(0, 80)}…` : key}" is refused: ${because}`);
  }
}

/** Too many writes are waiting for the disk. Nothing was done; the same write may be tried again a moment later. */
export class StoreBusy extends StoreError {
  override readonly name = 'StoreBusy';
  constructor(
    readonly waiting: number,
    readonly waitingBytes: number,
  ) {
    super(`${waiting} writes (${waitingBytes} bytes) are waiting for the disk already`);
  }
}

/** The store is closing or its disk failed; nothing more is written. */
export class StoreUnavailable extends StoreError {
  override readonly name = 'StoreUnavailable';
}

/** A live process, perhaps this one, holds the store's file. */
export class StoreLocked extends StoreError {
  override readonly name = 'StoreLocked';
  constructor(readonly file: string) {
    super(`${file} is in use by another process`);
  }
}
