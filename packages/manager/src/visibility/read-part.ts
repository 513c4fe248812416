import {
  ApiError,
  hasReason,
  type Kind,
  type KubeObject,
  matchesLabels,
  type ObjectList,
  type ObjectRef,
  parseLabelSelector,
  type Stored,
} from '@drover/api';
import type { Client } from '@drover/client';
import type { Part, Sight } from './sight.js';

/** Objects to a page, as client-go. */
const PAGE = 500;
/** Parts read at once: a person with hundreds of namespaces must not take all of a cluster's connections. */
const PARALLEL = 8;
/** Namespaces and single objects that are put together for one answer. */
export const MAX_PARTS = 2_000;
/** Objects that are put together for one answer. */
export const MAX_OBJECTS = 50_000;

/** What is read: in whose name, and of which kind. */
export interface Reading {
  readonly client: Client;
  readonly kind: Kind<KubeObject>;
  readonly labelSelector?: string | undefined;
  readonly signal: AbortSignal;
}

/**
 * The objects of a part; `undefined` when the cluster does not let the caller see them, whatever was thought before.
 *
 * @throws ApiError RequestEntityTooLarge beyond 50,000 objects.
 */
export async function readPart(reading: Reading, part: Part): Promise<readonly Stored<KubeObject>[] | undefined> {
  if (part.name !== undefined) {
    const object = await readObject(reading, part, { name: part.name, ...('namespace' in part ? part : {}) });
    return object === undefined ? undefined : [object];
  }
  const { namespace } = part as { readonly namespace: string };
  const objects: Stored<KubeObject>[] = [];
  const read = async (): Promise<typeof objects> => {
    for await (const { items } of pagesOf(reading, namespace)) {
      objects.push(...items);
      if (objects.length > MAX_OBJECTS) throw tooMany(`more than ${MAX_OBJECTS} ${reading.kind.plural}`);
    }
    return objects;
  };
  return unlessRefused(read());
}

async function* pagesOf(
  { client, kind, labelSelector, signal }: Reading,
  namespace: string | undefined,
): AsyncGenerator<ObjectList<KubeObject>> {
  let from: string | undefined;
  do {
    const page = await client.list(kind, {
      namespace,
      limit: PAGE,
      signal,
      ...(labelSelector === undefined ? {} : { labelSelector }),
      ...(from === undefined ? {} : { continue: from }),
    });
    yield page;
    from = page.metadata.continue;
  } while (from);
}

/** An object as the caller sees it by `part`; `undefined` when there is none, or the cluster does not let the caller see it. */
export async function readObject(
  { client, kind, labelSelector, signal }: Reading,
  part: Part,
  { namespace, name }: ObjectRef,
): Promise<Stored<KubeObject> | undefined> {
  if (part.name === undefined) {
    // What may be listed need not be readable by itself.
    const found = await unlessRefused(
      client.list(kind, {
        namespace,
        fieldSelector: `metadata.name=${name}`,
        signal,
        ...(labelSelector === undefined ? {} : { labelSelector }),
      }),
    );
    return found?.items[0];
  }
  const object = await unlessRefused(client.get(kind, { namespace, name }, { signal }));
  if (object === undefined || labelSelector === undefined) return object;
  return matchesLabels(parseLabelSelector(labelSelector), object.metadata.labels) ? object : undefined;
}

/**
 * Reads parts, some at a time, and tells each as soon as it is there.
 *
 * @throws ApiError RequestEntityTooLarge for more than 2,000 parts.
 */
export async function readParts(
  reading: Reading,
  parts: readonly Part[],
  tell: (part: Part, objects: readonly Stored<KubeObject>[] | undefined) => void,
): Promise<void> {
  if (parts.length > MAX_PARTS) throw tooMany(`${parts.length} namespaces and objects`);
  const left = parts.values();
  const worker = async (): Promise<void> => {
    for (const part of left) tell(part, await readPart(reading, part));
  };
  await Promise.all(Array.from({ length: Math.min(PARALLEL, parts.length) }, worker));
}

/** What there was at one revision, and what of it was seen. */
export interface Collected {
  readonly revision: string;
  readonly objects: readonly Stored<KubeObject>[];
}

/** Everything of a kind, in a namespace or in all, as somebody reads it who may see it all. */
export async function readAll(reading: Reading, namespace: string | undefined): Promise<Collected> {
  const objects: Stored<KubeObject>[] = [];
  let revision = '';
  for await (const { items, metadata } of pagesOf(reading, namespace)) {
    revision ||= metadata.resourceVersion;
    objects.push(...items);
  }
  return { revision, objects };
}

/** Everything that a sight shows, at the revision that the cluster had before: `everything` reaches it with every right. */
export async function readSight(
  reading: Reading,
  { sight, everything, namespace }: { sight: Sight; everything: Client; namespace: string | undefined },
): Promise<Collected> {
  const revision = await revisionOf(everything, reading, namespace);
  const objects: Stored<KubeObject>[] = [];
  await readParts(reading, sight.parts, (_, found = []) => {
    objects.push(...found);
    if (objects.length > MAX_OBJECTS) throw tooMany(`more than ${MAX_OBJECTS} ${reading.kind.plural}`);
  });
  return { revision, objects };
}

/** The revision of a kind now, by the shortest list there is. */
export async function revisionOf(
  everything: Client,
  { kind, signal }: Pick<Reading, 'kind' | 'signal'>,
  namespace: string | undefined,
): Promise<string> {
  const { metadata } = await everything.list(kind, { limit: 1, namespace, signal });
  return metadata.resourceVersion;
}

/** A refusal because more is in sight than can be put together. */
export const tooMany = (what: string): ApiError =>
  new ApiError('RequestEntityTooLarge', `you may see ${what}, which is too much at once: choose a namespace`);

async function unlessRefused<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (hasReason(error, 'Forbidden') || hasReason(error, 'NotFound')) return undefined;
    throw error;
  }
}
