import {
  deployments,
  harvesterSettings,
  hasReason,
  type Kind,
  type KubeObject,
  pods,
  virtualMachines,
} from '@drover/api';
import { type Client, createClient, httpsTransport, loadKubeconfig } from '@drover/client';
import { systemClock } from '@drover/kit';

/** How long machines and agents may take to end. */
const PATIENCE_MS = 60_000;

/** A client for the cluster of a kubeconfig file, with that file's rights. */
export async function kubeconfigClient(file: string): Promise<Client> {
  return createClient(httpsTransport(await loadKubeconfig(file)), { clock: systemClock });
}

/** Puts a registration URL into a lab's setting, as its administrator would; an empty one takes the agent away. */
export async function registerLab(lab: Client, url: string): Promise<void> {
  const patch = { type: 'merge', patch: { value: url } } as const;
  await lab.patch(harvesterSettings, { name: 'cluster-registration-url' }, patch);
}

/**
 * Ends what outlives a lab on purpose, its machines and its agent: in a test nobody comes back for them. Resolves when they
 * are gone.
 */
export async function clearLab(lab: Client): Promise<void> {
  await registerLab(lab, '');
  await deleteAll(lab, virtualMachines);
  await deleteAll(lab, deployments);
  await untilNone(lab, pods);
}

async function deleteAll<T extends KubeObject>(lab: Client, kind: Kind<T>): Promise<void> {
  const { items } = await lab.list(kind);
  for (const { metadata } of items) {
    await lab.delete(kind, metadata, { propagationPolicy: 'Background' }).catch((error: unknown) => {
      if (!hasReason(error, 'NotFound')) throw error;
    });
  }
  await untilNone(lab, kind);
}

/** Resolves when the lab has no object of a kind; rejects when that takes longer than a minute. */
export async function untilNone<T extends KubeObject>(lab: Client, kind: Kind<T>): Promise<void> {
  const { items, metadata } = await lab.list(kind);
  const left = new Set(items.map((item) => item.metadata.uid));
  if (left.size === 0) return;
  const stop = AbortSignal.timeout(PATIENCE_MS);
  for await (const event of lab.watch(kind, { resourceVersion: metadata.resourceVersion, signal: stop })) {
    if (event.type === 'DELETED') left.delete(event.object.metadata.uid);
    if (left.size === 0) return;
  }
}
