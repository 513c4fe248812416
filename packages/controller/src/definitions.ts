import { type CustomResourceDefinition, customResourceDefinitions, hasReason } from '@drover/api';
import type { Client } from '@drover/client';
import { isConditionTrue } from './condition.js';
import { createOrUpdate } from './create-or-update.js';

/**
 * Installs `definitions`, or brings those of an earlier release and those that somebody changed up to date, and resolves when the API
 * serves them all. Where all is as it should be, nothing is written.
 *
 * @throws Error naming the definitions that are not served when `signal` aborts.
 */
export async function installDefinitions(
  client: Client,
  definitions: readonly CustomResourceDefinition[],
  signal: AbortSignal,
): Promise<void> {
  const before = await client.list(customResourceDefinitions, { signal });
  const known = new Map(before.items.map((definition) => [definition.metadata.name, definition]));
  const waiting = new Set<string>();
  const installing = definitions.map((definition) => {
    const live = known.get(definition.metadata.name ?? '');
    const current = live !== undefined && specText(live) === specText(definition);
    if (current && isServed(live)) return undefined;
    waiting.add(definition.metadata.name ?? '');
    return current ? undefined : install(client, definition);
  });
  await Promise.all(installing);
  while (waiting.size > 0 && !signal.aborted) await followUntilServed(client, waiting, signal);
  if (waiting.size > 0) {
    throw new Error(`the Kubernetes API does not serve ${[...waiting].join(', ')}`, { cause: signal.reason });
  }
}

function install(client: Client, definition: CustomResourceDefinition) {
  return createOrUpdate(client, customResourceDefinitions, definition, (live) => {
    live.spec = definition.spec;
  });
}

/** Takes from `waiting` what is served: what a list says, then what changes from there on, until none is left or history ends. */
async function followUntilServed(client: Client, waiting: Set<string>, signal: AbortSignal): Promise<void> {
  const stop = new AbortController();
  const observe = (definition: CustomResourceDefinition): void => {
    if (isServed(definition)) waiting.delete(definition.metadata.name ?? '');
  };
  try {
    const { items, metadata } = await client.list(customResourceDefinitions, { signal });
    items.forEach(observe);
    if (waiting.size === 0) return;
    const following = { resourceVersion: metadata.resourceVersion, signal: AbortSignal.any([signal, stop.signal]) };
    for await (const event of client.watch(customResourceDefinitions, following)) {
      if (event.type === 'ERROR') return;
      if (event.type === 'ADDED' || event.type === 'MODIFIED') observe(event.object);
      if (waiting.size === 0) return;
    }
  } catch (error) {
    // The history may be gone: what is there is listed again. An abort is told by the caller.
    if (!signal.aborted && !hasReason(error, 'Expired') && !hasReason(error, 'Gone')) throw error;
  } finally {
    stop.abort();
  }
}

/** What a definition says, with what the API says for it where it says nothing. */
function specText({ spec: { names, conversion = { strategy: 'None' }, ...spec } }: CustomResourceDefinition): string {
  const { plural, kind, singular = kind.toLowerCase(), listKind = `${kind}List`, ...more } = names;
  return JSON.stringify([plural, kind, singular, listKind, more, conversion, spec]);
}

function isServed(definition: CustomResourceDefinition): boolean {
  return isConditionTrue(definition.status?.conditions, 'Established');
}
