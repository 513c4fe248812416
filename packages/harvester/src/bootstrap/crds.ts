import { createHash } from 'node:crypto';
import { type CustomResourceDefinition, customResourceDefinitions, type ObjectList } from '@drover/api';
import { harvesterCrds } from '@drover/api/schemas';
import type { Client } from '@drover/client';
import { createIfAbsent, isConditionTrue } from '@drover/controller';

/** The annotation by which a definition says which of our forms it has, so that a start that changes nothing writes nothing. */
const SCHEMA = 'drover.io/schema';

/**
 * Makes the kinds of Harvester, KubeVirt and their companions served, and resolves when they are.
 *
 * @throws what the client throws; the signal's reason when it aborts first.
 */
export async function installCrds(client: Client, signal: AbortSignal): Promise<void> {
  const definitions = harvesterCrds();
  const before = await client.list(customResourceDefinitions, { signal });
  await Promise.all(definitions.map((definition) => install(client, definition, before)));
  await established(client, new Set(definitions.map(({ metadata }) => metadata.name ?? '')), signal);
}

async function install(
  client: Client,
  definition: CustomResourceDefinition,
  before: ObjectList<CustomResourceDefinition>,
): Promise<void> {
  const schema = createHash('sha256').update(JSON.stringify(definition.spec)).digest('hex').slice(0, 16);
  const wanted = {
    ...definition,
    metadata: { ...definition.metadata, annotations: { ...definition.metadata.annotations, [SCHEMA]: schema } },
  };
  const existing = before.items.find(({ metadata }) => metadata.name === definition.metadata.name);
  if (existing === undefined) {
    await createIfAbsent(client, customResourceDefinitions, wanted);
  } else if (existing.metadata.annotations?.[SCHEMA] !== schema) {
    await client.update(customResourceDefinitions, {
      ...existing,
      metadata: { ...existing.metadata, annotations: wanted.metadata.annotations },
      spec: wanted.spec,
    });
  }
}

/** Lists, then follows changes from that list on, until every definition is served. */
async function established(client: Client, waiting: Set<string>, signal: AbortSignal): Promise<void> {
  const settle = ({ metadata, status }: CustomResourceDefinition): void => {
    if (isConditionTrue(status?.conditions, 'Established')) waiting.delete(metadata.name ?? '');
  };
  while (waiting.size > 0) {
    const list = await client.list(customResourceDefinitions, { signal });
    list.items.forEach(settle);
    if (waiting.size === 0) return;
    const stop = new AbortController();
    const { resourceVersion } = list.metadata;
    const watch = client.watch(customResourceDefinitions, {
      resourceVersion,
      signal: AbortSignal.any([signal, stop.signal]),
    });
    for await (const event of watch) {
      if (event.type === 'ERROR') break;
      if (event.type === 'MODIFIED' || event.type === 'ADDED') settle(event.object);
      if (waiting.size === 0) break;
    }
    stop.abort();
  }
}
