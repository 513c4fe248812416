import { Closing } from '@drover/kit';
import type { TestProject } from 'vitest/node';
import { buildClientGo } from '../clients/client-go.js';
import { binaries, buildable, builtBinaries } from '../kubernetes/binaries.js';
import { startControlPlane } from '../kubernetes/control-plane.js';
import { provideTarget, targetOf } from './target.js';

/**
 * What the project `kubernetes` asks: the cluster of the kubeconfig in `DROVER_TEST_KUBECONFIG`, else a real control plane of
 * its own. Where there is neither, nor a Go toolchain to build one with, every test is skipped by name.
 */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  await using closing = new Closing();
  await buildClientGo();
  const given = process.env['DROVER_TEST_KUBECONFIG'];
  if (given !== undefined) provideTarget(project, await targetOf(given));
  else if (builtBinaries() === undefined && !buildable()) {
    provideTarget(project, undefined, 'DROVER_TEST_KUBECONFIG, or Go to build a Kubernetes control plane');
  } else {
    const programs = await binaries((text) => process.stdout.write(`${text}\n`));
    const { kubeconfig, clientAuthority } = closing.use(await startControlPlane(programs));
    provideTarget(project, await targetOf(kubeconfig, clientAuthority));
  }
  const opened = closing.move();
  return () => opened[Symbol.asyncDispose]();
}
