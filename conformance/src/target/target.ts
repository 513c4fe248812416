import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { TestProject } from 'vitest/node';
import { Api } from '../cluster/api.js';
import { knownFailures } from '../known-failures.js';

/** The folder of all compiled tests. */
const TESTS = resolve(import.meta.dirname, '..');

/** The cluster that a run of the suite asks. */
export interface Target {
  /** File of the administrator's kubeconfig. */
  readonly kubeconfig: string;
  /**
   * File of the authority whose client certificates it takes, certificate and key: tests make their own. `undefined` when it is
   * the cluster's secret.
   */
  readonly clientAuthority: string | undefined;
  /** Whether it is our server: rows that are ours hold there only. */
  readonly ours: boolean;
}

declare module 'vitest' {
  export interface ProvidedContext {
    /** `undefined` when there is no cluster to ask. */
    target: Target | undefined;
    /** What is missing then. */
    missing: string;
  }
}

/** Gives every test of a run its cluster. @throws Error for a known failure in a file that is not there. */
export function provideTarget({ provide }: TestProject, target: Target | undefined, missing = 'a cluster'): void {
  provide('target', target);
  provide('missing', missing);
  const nowhere = knownFailures.find(({ file }) => !existsSync(resolve(TESTS, `${file}.test.js`)));
  if (nowhere !== undefined) throw new Error(`a known failure in a file that is not there: ${nowhere.file}`);
  if (target?.ours && knownFailures.length > 0) {
    const rows = knownFailures.map(({ test, seen }) => `  ${test}: ${seen}`);
    process.stdout.write(
      `known failures, which run and must go on failing until they are mended:\n${rows.join('\n')}\n`,
    );
  }
}

/**
 * The target of a kubeconfig, named by what the server says of itself. `clientAuthority` is the file in
 * `DROVER_TEST_CLIENT_AUTHORITY` by default.
 */
export async function targetOf(
  kubeconfig: string,
  clientAuthority = process.env['DROVER_TEST_CLIENT_AUTHORITY'],
): Promise<Target> {
  await using api = await Api.open(kubeconfig);
  const version = await api.get('/version');
  if (version.status !== 200) throw new Error(`${api.server}/version: ${version.outcome}`);
  // Ours is the one Kubernetes API that was not compiled by Go.
  return { kubeconfig, clientAuthority, ours: version.at('compiler') === 'node' };
}
