import { type CustomResourceDefinition, customResourceDefinitions, hasReason } from '@drover/api';
import type { Client } from '@drover/client';
import { createOrUpdate } from '@drover/controller';
import type { Clock } from '@drover/kit';

/** A server that takes longer than this to serve a definition has another problem, which is then told. */
const PATIENCE_MS = 60_000;

/**
 * Installs the definitions of the kinds the manager keeps its knowledge in, and resolves when the API serves them all.
 *
 * @throws Error naming the definitions that are not served within a minute.
 */
export async function installDefinitions(
  client: Client,
  definitions: readonly CustomResourceDefinition[],
  clock: Clock,
): Promise<void> {
  await Promise.all(
    definitions.map((definition) =>
      createOrUpdate(client, customResourceDefinitions, definition, (live) => {
        live.spec = definition.spec;
      }),
    ),
  );
  const waiting = new Set(definitions.map(({ metadata }) => metadata.name ?? ''));
  const timeout = new AbortController();
  using _timer = clock.after(PATIENCE_MS, () => timeout.abort());
  while (waiting.size > 0) {
    const { items, metadata } = await client.list(customResourceDefinitions);
    for (const { metadata: named, status } of items) {
      if (isEstablished(status?.conditions)) waiting.delete(named.name);
    }
    if (waiting.size === 0) return;
    if (timeout.signal.aborted) throw new Error(`the Kubernetes API does not serve ${[...waiting].join(', ')}`);
    await followUntilSettled(client, metadata.resourceVersion, waiting, timeout.signal);
  }
}

async function followUntilSettled(
  client: Client,
  resourceVersion: string,
  waiting: Set<string>,
  signal: AbortSignal,
): Promise<void> {
  const stop = new AbortController();
  const end = (): void => stop.abort();
  signal.addEventListener('abort', end, { once: true });
  try {
    for await (const event of client.watch(customResourceDefinitions, { resourceVersion, signal: stop.signal })) {
      if (event.type !== 'ADDED' && event.type !== 'MODIFIED') continue;
      if (isEstablished(event.object.status?.conditions)) waiting.delete(event.object.metadata.name);
      if (waiting.size === 0) return;
    }
  } catch (error) {
    // The history may be gone: the caller lists again. An abort is told by the caller as well.
    if (!stop.signal.aborted && !hasReason(error, 'Expired') && !hasReason(error, 'Gone')) throw error;
  } finally {
    stop.abort();
    signal.removeEventListener('abort', end);
  }
}

function isEstablished(conditions: readonly { type: string; status: string }[] = []): boolean {
  return conditions.some(({ type, status }) => type === 'Established' && status === 'True');
}
