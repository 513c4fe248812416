import { readFile } from 'node:fs/promises';
import { Secret } from '@drover/kit';

/** A token that is read from `file` for each request: the kubelet renews a service account's token in place. */
export function tokenFile(file: string): () => Promise<Secret> {
  return async () => new Secret((await readFile(file, 'utf8')).trim());
}
