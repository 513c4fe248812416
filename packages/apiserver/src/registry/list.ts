import { type ApiError, badRequest, isJsonObject, jsonSyntaxFault } from '@drover/api';
import type { Entry, Page, Revision } from '@drover/store';
import type { Served } from '../catalog/definition.js';
import type { ListOptions } from '../request/query.js';
import { collectionPrefix, namespacePrefix, objectKey } from '../storage/key.js';
import { reached } from './awaited-revision.js';
import type { Core } from './core.js';
import type { FacetIndex } from './facets.js';
import { continueRefusal, revisionRefusal } from './refusal.js';
import type { Selection } from './selection.js';
import { allShown } from './shown.js';

/** A consistent part of a collection. */
export interface Listed {
  readonly entries: readonly Entry[];
  readonly revision: number;
  readonly continueToken: string | undefined;
  /** How many more there are; unknown when a selector leaves some out. */
  readonly remaining: number | undefined;
}

/** Entries a selector looks at in one turn of the event loop: a few milliseconds when none has been parsed before. */
const SCAN = 200;

/** Where the objects of a request are. */
export function prefixOf({ definition }: Served, namespace: string | undefined): string {
  const collection = collectionPrefix(definition);
  return namespace === undefined ? collection : namespacePrefix(collection, namespace);
}

/** A range of keys in which all that is selected lies; of one name, all that begin with it, so that nobody else is looked at. */
export function rangeOf(served: Served, namespace: string | undefined, { name }: Selection): string {
  const { definition } = served;
  const placed = namespace !== undefined || !definition.namespaced;
  if (name === undefined || !placed || definition.strategy.nameRule(name) !== undefined)
    return prefixOf(served, namespace);
  return objectKey(collectionPrefix(definition), { namespace, name });
}

/**
 * The entries a LIST asks for, at one revision, chosen as the Kubernetes API documents for each combination of
 * resourceVersion, match, limit and continue.
 *
 * @throws ApiError Expired, Timeout (the revision does not happen within three seconds), BadRequest (continue).
 */
export async function listEntries(
  core: Core,
  facets: FacetIndex,
  served: Served,
  namespace: string | undefined,
  options: ListOptions,
  selection: Selection,
): Promise<Listed> {
  const prefix = prefixOf(served, namespace);
  const { after, at } = startOf(prefix, options);
  if (at === undefined && options.resourceVersion !== undefined) await reached(core, options.resourceVersion);
  if (selection.name !== undefined && (namespace !== undefined || !served.definition.namespaced) && at === undefined) {
    return listOne(core, facets, served, namespace, selection.name, selection);
  }
  const { limit } = options;
  try {
    if (!selection.everything) return await listSelected(core, facets, served, prefix, selection, limit, after, at);
    const listed = listAll(core, prefix, limit, after, at);
    return served.version.converter === undefined
      ? listed
      : { ...listed, entries: await allShown(served, listed.entries) };
  } catch (error) {
    throw options.continueToken === undefined
      ? revisionRefusal(error)
      : continueRefusal(error, newestToken(prefix, after));
  }
}

async function listOne(
  core: Core,
  facets: FacetIndex,
  served: Served,
  namespace: string | undefined,
  name: string,
  selection: Selection,
): Promise<Listed> {
  const { revision } = core.store;
  const place = { revision, continueToken: undefined, remaining: undefined };
  if (served.definition.strategy.nameRule(name) !== undefined) return { ...place, entries: [] };
  const entry = core.store.get(objectKey(collectionPrefix(served.definition), { namespace, name }));
  const entries = await allShown(served, entry === undefined ? [] : [entry]);
  return { ...place, entries: entries.filter((candidate) => selection.matches(facets.of(candidate, served.version))) };
}

function listAll(core: Core, prefix: string, limit?: number, after?: string, at?: Revision): Listed {
  const page = core.store.list(prefix, pageRequest(limit, after, at));
  const more = page.more > 0;
  return {
    entries: page.entries,
    revision: page.revision,
    continueToken: more ? tokenAfter(prefix, page) : undefined,
    remaining: more ? page.more : undefined,
  };
}

/** What a selector leaves of a range, at one revision however long the search takes. */
async function listSelected(
  core: Core,
  facets: FacetIndex,
  served: Served,
  prefix: string,
  selection: Selection,
  limit = Number.POSITIVE_INFINITY,
  after?: string,
  at?: Revision,
): Promise<Listed> {
  const { version } = served;
  const entries: Entry[] = [];
  let page = core.store.list(prefix, pageRequest(SCAN, after, at));
  const { revision } = page;
  for (;;) {
    const candidates = version.converter === undefined ? page.entries : await allShown(served, page.entries);
    for (const [index, entry] of candidates.entries()) {
      if (!selection.matches(facets.of(entry, version))) continue;
      entries.push(entry);
      const rest = page.entries.length - index - 1 + page.more;
      if (entries.length < limit || rest === 0) continue;
      return { entries, revision, continueToken: token(prefix, revision, entry.key), remaining: undefined };
    }
    if (page.more === 0) return { entries, revision, continueToken: undefined, remaining: undefined };
    await new Promise((turn) => setImmediate(turn));
    page = core.store.list(prefix, pageRequest(SCAN, page.entries.at(-1)?.key, revision));
  }
}

function pageRequest(
  limit: number | undefined,
  after: string | undefined,
  at: Revision | undefined,
): { limit?: number; after?: string; at?: Revision } {
  return {
    ...(limit === undefined ? {} : { limit }),
    ...(after === undefined ? {} : { after }),
    ...(at === undefined ? {} : { at }),
  };
}

/** Where to begin, and at which revision; no revision means the newest. */
function startOf(prefix: string, options: ListOptions): { after?: string; at?: Revision } {
  const { resourceVersion = 0, resourceVersionMatch, limit, continueToken } = options;
  if (continueToken !== undefined) {
    if (resourceVersion !== 0) throw badRequest('specifying resource version is not allowed when using continue');
    return readToken(prefix, continueToken);
  }
  if (resourceVersion === 0) return {};
  // A limit with a revision and no match is exact: that is how clients page from a known state.
  const exact = resourceVersionMatch === 'Exact' || (resourceVersionMatch === undefined && limit !== undefined);
  return exact ? { at: resourceVersion as Revision } : {};
}

function tokenAfter(prefix: string, { entries, revision }: Page): string {
  return token(prefix, revision, (entries.at(-1) as Entry).key);
}

/** At this revision a list is continued at the newest one, whatever happened in between. */
const NEWEST = -1;
/** A continued list begins at the least key after the last one that was told. */
const NEXT = '\0';

function token(prefix: string, revision: number, lastKey: string): string {
  const place = { v: 'meta.k8s.io/v1', rv: revision, start: `${lastKey.slice(prefix.length)}${NEXT}` };
  return Buffer.from(JSON.stringify(place)).toString('base64url');
}

const newestToken = (prefix: string, after = prefix): string => token(prefix, NEWEST, after);

function readToken(prefix: string, text: string): { after: string; at?: Revision } {
  const place = placeOf(text);
  const { v, rv, start } = place;
  if (v !== 'meta.k8s.io/v1') throw badToken(`: server does not recognize this encoded version ${String(v ?? '')}`);
  if (typeof rv !== 'number' || !Number.isSafeInteger(rv) || rv === 0 || rv < NEWEST)
    throw badToken(': incorrect encoded start resourceVersion (version meta.k8s.io/v1)');
  if (typeof start !== 'string' || start === '') throw badToken(': encoded start key empty (version meta.k8s.io/v1)');
  if (start.split('/').some((step, index) => step === '.' || step === '..' || (step === '' && index > 0)))
    throw badToken(`: ${start}`);
  const after = `${prefix}${start.endsWith(NEXT) ? start.slice(0, -NEXT.length) : start}`;
  return rv === NEWEST ? { after } : { after, at: rv as Revision };
}

function placeOf(text: string): Readonly<Record<string, unknown>> {
  const decoded = Buffer.from(text, 'base64url').toString();
  const fault = jsonSyntaxFault(decoded);
  if (fault !== undefined) throw badToken(`: ${fault}`);
  const place: unknown = JSON.parse(decoded);
  return isJsonObject(place) ? place : {};
}

const badToken = (why: string): ApiError => badRequest(`invalid continue token: continue key is not valid${why}`);

/** What a list's own metadata says. */
export function listMetadata({ revision, continueToken, remaining }: Listed): Record<string, unknown> {
  return {
    resourceVersion: String(revision),
    ...(continueToken === undefined ? {} : { continue: continueToken }),
    ...(remaining === undefined ? {} : { remainingItemCount: remaining }),
  };
}
