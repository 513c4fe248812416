import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's root. */
export const repository = fileURLToPath(new URL('../../../', import.meta.url));

/**
 * The folder of published facts (OpenAPI documents, CRDs): in the folder given, or in that of the environment's
 * `DROVER_SHARED`, or beside the repository; `undefined` where there is none.
 */
export function findFacts(given?: string): string | undefined {
  const shared = given ?? process.env['DROVER_SHARED'] ?? join(repository, '..', 'shared');
  const facts = join(shared, 'data');
  return existsSync(join(facts, 'kubernetes')) ? facts : undefined;
}
