/** Methods that change nothing. */
const SAFE: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Whether a request with this method may change something. */
export const changes = (method: string): boolean => !SAFE.has(method);
