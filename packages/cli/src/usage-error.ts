/** Bad usage or configuration: one sentence for the person who typed it. The program ends with exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Something this process needs is held by another one: a port, a data directory. The program ends with exit code 3. */
export class ResourceTaken extends Error {
  override readonly name = 'ResourceTaken';
}

/** A question was answered with no, and that was said: nothing has failed. The program ends with exit code 1, as `kubectl auth can-i` does. */
export class AnsweredNo extends Error {
  override readonly name = 'AnsweredNo';
}
