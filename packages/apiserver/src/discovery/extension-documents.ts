import { createHash } from 'node:crypto';
import { type ApiRequest, apiVersion, decodeJson, isJsonObject, type JsonObject } from '@drover/api';
import type { Clock } from '@drover/kit';
import { AGGREGATOR } from '../aggregation/availability.js';
import type { RemoteApi } from '../aggregation/remote-api.js';
import { readBody } from '../request/body.js';
import type { EntryV2 } from './open-api-v2.js';

/** What of an OpenAPI v2 document is about one group version. */
export interface ExtensionDocument {
  /** Changes with the document. */
  readonly hash: string;
  readonly entries: readonly EntryV2[];
}

/** How long an extension server may take to say what it has; whoever asks us waits for it. */
const ANSWER_MS = 5_000;
/** How long what an extension server said, or that it said nothing, goes unquestioned (the aggregator asks each minute). */
const FRESH_MS = 60_000;
/** A document over this is left out: it would hold up the server to be read. */
const LARGEST_BYTES = 4 * 1024 * 1024;
const REFERENCE = /^#\/(definitions|parameters)\/(.+)$/;

/** Who says in a document what it has. */
export type Publisher = Pick<RemoteApi, 'group' | 'version' | 'resources' | 'forward'>;

/** What an extension server said last. */
interface Said {
  readonly etag?: string | undefined;
  readonly document?: ExtensionDocument;
}

/**
 * The OpenAPI v2 documents of extension servers. They are asked when ours is, once a minute at most and whenever what they have
 * has changed, and only send what is another; of one that does not answer, what it said before goes on to hold.
 */
export class ExtensionDocuments {
  readonly #known = new WeakMap<
    Publisher,
    { readonly resources: Publisher['resources']; readonly until: number; readonly said: Promise<Said> }
  >();

  constructor(readonly clock: Clock) {}

  /** Those of `apis`, in their order; of who has none, nothing. */
  async of(apis: readonly Publisher[]): Promise<readonly ExtensionDocument[]> {
    const said = await Promise.all(apis.map((api) => this.#saidBy(api)));
    return said.flatMap(({ document }) => document ?? []);
  }

  #saidBy(api: Publisher): Promise<Said> {
    const known = this.#known.get(api);
    const { resources } = api;
    if (known !== undefined && known.resources === resources && this.clock.now() < known.until) return known.said;
    const said = this.#asked(api, known?.said);
    this.#known.set(api, { resources, until: this.clock.now() + FRESH_MS, said });
    return said;
  }

  async #asked(api: Publisher, before: Promise<Said> = Promise.resolve({})): Promise<Said> {
    const known = await before;
    try {
      const answer = await this.#ask(api, known.etag);
      if (answer === undefined) return known;
      const hash = createHash('sha256').update(answer.bytes).digest('hex');
      if (known.document?.hash === hash) return known;
      return { etag: answer.etag, document: { hash, entries: entriesAbout(api, decodeJson(answer.bytes)) } };
    } catch {
      return known;
    }
  }

  /** The document's bytes, if it is another than that of the etag. @throws ApiError. */
  async #ask(
    api: Publisher,
    known: string | undefined,
  ): Promise<{ readonly bytes: Buffer; readonly etag: string | undefined } | undefined> {
    const late = new AbortController();
    using _timer = this.clock.after(ANSWER_MS, () => late.abort());
    const request: ApiRequest = {
      method: 'GET',
      url: '/openapi/v2',
      headers: { accept: 'application/json', ...(known === undefined ? {} : { 'if-none-match': known }) },
      body: none(),
      signal: late.signal,
    };
    const { status, headers, body } = await api.forward(request, AGGREGATOR);
    if (status !== 200) return undefined;
    const bytes = await readBody(stream(body), undefined, LARGEST_BYTES);
    const { etag } = headers;
    return { bytes, etag: typeof etag === 'string' ? etag : undefined };
  }
}

/** The paths of a group version, and whatever they refer to. */
function entriesAbout(api: Publisher, document: unknown): EntryV2[] {
  if (!isJsonObject(document)) return [];
  const prefix = `/apis/${apiVersion(api)}/`;
  const entries: EntryV2[] = [];
  const seen = new Set<string>();
  const open: EntryV2[] = Object.entries(sectionOf(document, 'paths'))
    .filter(([path]) => `${path}/`.startsWith(prefix))
    .flatMap(([name, value]) => (isJsonObject(value) ? [{ section: 'paths', name, value }] : []));
  for (let entry = open.pop(); entry !== undefined; entry = open.pop()) {
    entries.push(entry);
    for (const reference of references(entry.value)) {
      const [, section, name = ''] = REFERENCE.exec(reference) ?? [];
      if ((section !== 'definitions' && section !== 'parameters') || seen.has(reference)) continue;
      seen.add(reference);
      const value = sectionOf(document, section)[name];
      if (isJsonObject(value)) open.push({ section, name, value });
    }
  }
  return entries;
}

function sectionOf(document: JsonObject, section: EntryV2['section']): JsonObject {
  const found = document[section];
  return isJsonObject(found) ? found : {};
}

function references(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(references);
  if (!isJsonObject(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    key === '$ref' && typeof inner === 'string' ? [inner] : references(inner),
  );
}

async function* none(): AsyncGenerator<Uint8Array> {}

async function* stream(body: Uint8Array | AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  if (body instanceof Uint8Array) yield body;
  else yield* body;
}
