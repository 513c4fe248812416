/** A test that our server does not pass yet, though the real one does. */
export interface KnownFailure {
  /** Where the test is, without its ending: `reads/watch`. */
  readonly file: string;
  /** `SUITE > TEST`. */
  readonly test: string;
  /** What is seen instead. */
  readonly seen: string;
  /** What the failure says; one that says anything else is another. */
  readonly failure: RegExp;
}

/**
 * What is known to be wrong with our server. Each of these tests runs, is reported by name, and must fail as its row says: one that
 * passes, or fails otherwise, fails the run until its row is taken out of here; so does a row that names no promise of its file.
 */
export const knownFailures: readonly KnownFailure[] = [];
