import {
  type ApiResponse,
  badRequest,
  invalidValue,
  type KubeObject,
  notFound,
  type ProtobufDocument,
} from '@drover/api';
import type { Entry } from '@drover/store';
import type { Served } from '../catalog/definition.js';
import { reached } from '../registry/awaited-revision.js';
import { type Listed, listEntries, listMetadata } from '../registry/list.js';
import { type ListBody, listBody } from '../registry/list-body.js';
import { ListStream } from '../registry/list-stream.js';
import { protobufListBody } from '../registry/protobuf-list.js';
import { type IncludeObject, partialMetadata, represent, table, tableRow } from '../registry/represent.js';
import { selection } from '../registry/selection.js';
import { shown } from '../registry/shown.js';
import { servedVersion, viewOf } from '../registry/view.js';
import { watchLines, watchRefusal } from '../registry/watch.js';
import { CONTENT_TYPES } from '../request/encode.js';
import { noStream, type Representation } from '../request/negotiation.js';
import { listOptions, revision } from '../request/query.js';
import { documentResponse, jsonBytes } from '../request/response.js';
import { collectionPrefix, namespacePrefix, objectKey } from '../storage/key.js';
import { render } from '../storage/rendering.js';
import type { Call, Verbs } from './call.js';

/** Lists up to this many bytes are sent in one piece. */
const WHOLE_BYTES = 256 * 1024;

/** Objects parsed in one turn of the event loop, and lists up to this long are sent in one piece. */
const WHOLE_ITEMS = 500;

/** GET of one object. */
export function get(verbs: Verbs, call: Call): ApiResponse | Promise<ApiResponse> {
  const { core } = verbs;
  const asked = revision(call.query.get('resourceVersion')) ?? 0;
  if (asked > core.store.revision) return reached(core, asked).then(() => present(verbs, call));
  return present(verbs, call);
}

function present({ core }: Verbs, call: Call): ApiResponse | Promise<ApiResponse> {
  const { served, namespace, name = '' } = call;
  const { definition, version } = served;
  const entry = core.store.get(objectKey(collectionPrefix(definition), { namespace, name }));
  if (entry === undefined) throw notFound(definition, name);
  const now = core.clock.now();
  const response = ({ value, revision }: Entry): ApiResponse => objectResponse(200, now, call, value, revision);
  return version.converter === undefined ? response(entry) : shown(served, entry).then(response);
}

/** An answer with one object, in the form the caller asked for. */
export function objectResponse(
  status: number,
  now: number,
  { query, served, form }: Call,
  value: Uint8Array,
  revision: number | undefined,
): ApiResponse {
  const { definition, version } = served;
  if (isStoredForm(form) && version.convert === undefined) {
    return jsonBytes(status, render(value, revision, servedVersion(served), definition.kind, { after: '\n' }));
  }
  const object = viewOf(served, value, revision ?? 0);
  if (revision === undefined) delete object.metadata.resourceVersion;
  return documentResponse(status, represent(object, version, form, now, includeObject(form, query)), form);
}

/** Whether stored bytes are the answer's, but for what stands before their metadata. */
function isStoredForm({ form, media, pretty }: Representation): boolean {
  return form === 'object' && media === 'json' && !pretty;
}

/** GET of a collection. */
export async function list({ core, facets }: Verbs, call: Call): Promise<ApiResponse> {
  const { query, served, namespace } = call;
  const options = listOptions(query);
  const selected = selection(options.labelSelector, options.fieldSelector, served.version);
  const listed = await listEntries(core, facets, served, namespace, options, selected);
  return listResponse(core.clock.now(), call, listed);
}

/** An answer with a list, in the form the caller asked for. */
export async function listResponse(now: number, call: Call, listed: Listed): Promise<ApiResponse> {
  const { form, served } = call;
  const metadata = listMetadata(listed);
  if (form.media === 'protobuf') return protobufList(call, metadata, listed.entries);
  if (isStoredForm(form) && served.version.convert === undefined) return objectList(call, metadata, listed.entries);
  const response = formedList(call, metadata, listed.entries, now);
  return form.media === 'json' ? response : documentResponse(200, JSON.parse(await textOf(response.body)), form);
}

function objectList({ served }: Call, metadata: Record<string, unknown>, entries: readonly Entry[]): ApiResponse {
  const { listKind, kind } = served.definition;
  return bodyResponse(listBody({ listKind, kind, apiVersion: servedVersion(served) }, metadata, entries), 'json');
}

async function protobufList(
  { served, form }: Call,
  metadata: Record<string, unknown>,
  entries: readonly Entry[],
): Promise<ApiResponse> {
  const parsed = ({ value, revision }: Entry): KubeObject => viewOf(served, value, revision);
  const body = await protobufListBody(listHead(served, form, metadata), entries, parsed);
  return bodyResponse(body, 'protobuf');
}

/** A list without its items. */
interface ListHead extends ProtobufDocument {
  readonly metadata: object;
}

/** The head of a list of objects, or of their metadata alone. */
function listHead(served: Served, { form, version }: Representation, metadata: object): ListHead {
  return form === 'metadata'
    ? { kind: 'PartialObjectMetadataList', apiVersion: `meta.k8s.io/${version}`, metadata }
    : { kind: served.definition.listKind, apiVersion: servedVersion(served), metadata };
}

function bodyResponse(body: ListBody, media: keyof typeof CONTENT_TYPES): ApiResponse {
  const { length } = body;
  const headers = { 'content-type': CONTENT_TYPES[media] };
  if (length <= WHOLE_BYTES)
    return { status: 200, headers, body: Buffer.concat([...body.chunks(Buffer.allocUnsafe)], length) };
  return { status: 200, headers: { ...headers, 'content-length': String(length) }, body: new ListStream(body) };
}

/** Chunks one turn of the loop apart: a long list lets other requests in between. */
async function* asStream(chunks: Iterable<Buffer>): AsyncGenerator<Buffer> {
  for (const chunk of chunks) {
    yield chunk;
    await new Promise((turn) => setImmediate(turn));
  }
}

/** A list whose objects have to be parsed: as a table, as metadata, converted, or to be read by people. */
function formedList(
  { query, served, form }: Call,
  metadata: Record<string, unknown>,
  entries: readonly Entry[],
  now: number,
): ApiResponse {
  const { version } = served;
  const parsed = ({ value, revision }: Entry): KubeObject => viewOf(served, value, revision);
  if (form.form === 'table') {
    const include = includeObject(form, query);
    const head = table([], version.columns, metadata, form.version);
    return itemsOf(head, 'rows', entries, (entry) =>
      tableRow(parsed(entry), version.columns, include, form.version, now),
    );
  }
  const head = listHead(served, form, metadata);
  if (form.form === 'metadata')
    return itemsOf(head, 'items', entries, (entry) => partialMetadata(parsed(entry), form.version));
  if (!form.pretty) return itemsOf(head, 'items', entries, parsed);
  const whole = { ...head, items: entries.map(parsed) };
  return documentResponse(200, whole, { media: 'json', pretty: true });
}

/** The document `head` with one item for each entry, made as it is sent. */
function itemsOf(
  head: object,
  field: 'items' | 'rows',
  entries: readonly Entry[],
  item: (entry: Entry) => unknown,
): ApiResponse {
  const { [field]: _none, ...fields } = head as Record<string, unknown>;
  const opening = `${JSON.stringify(fields).slice(0, -1)},"${field}":[`;
  const chunks = itemChunks(opening, entries, item);
  return jsonBytes(200, entries.length <= WHOLE_ITEMS ? Buffer.concat([...chunks]) : asStream(chunks));
}

function* itemChunks(
  opening: string,
  entries: readonly Entry[],
  item: (entry: Entry) => unknown,
): Generator<Buffer, void, undefined> {
  let text = opening;
  for (const [index, entry] of entries.entries()) {
    if (index > 0) text += ',';
    text += JSON.stringify(item(entry));
    if ((index + 1) % WHOLE_ITEMS !== 0) continue;
    yield Buffer.from(text);
    text = '';
  }
  yield Buffer.from(`${text}]}\n`);
}

/** GET of a collection with `watch`. */
export async function watch(verbs: Verbs, call: Call): Promise<ApiResponse> {
  const { core, facets, batches, watches, onOverflow, onEvents } = verbs;
  const { request, query, served, namespace, form } = call;
  const { signal } = request;
  if (form.media === 'yaml') throw noStream();
  const options = listOptions(query);
  const selected = selection(options.labelSelector, options.fieldSelector, served.version);
  const type = form.media === 'json' ? CONTENT_TYPES.json : `${CONTENT_TYPES[form.media]};stream=watch`;
  const headers = { 'content-type': type, 'cache-control': 'no-cache, private' };
  try {
    // The state a watch begins with is that of the revision asked for, or of a newer one.
    if (options.sendInitialEvents) await reached(core, options.resourceVersion ?? 0);
  } catch (error) {
    return { status: 200, headers, body: watchRefusal(error, form) };
  }
  const body = watchLines(
    { core, facets, batches },
    { served, namespace, options, selection: selected, form, signal, onOverflow, onEvent: onEvents(served) },
  );
  // Those of one name are not told of what is written to others.
  if (selected.name === undefined) {
    const prefix = collectionPrefix(served.definition);
    watches.add(namespace === undefined ? prefix : namespacePrefix(prefix, namespace), signal);
  }
  return { status: 200, headers, body };
}

/** What rows of a table have of their objects. @throws ApiError BadRequest for a choice that is none. */
function includeObject({ form }: Representation, query: URLSearchParams): IncludeObject {
  const asked = query.get('includeObject') ?? '';
  if (form !== 'table') return 'Metadata';
  if (asked === 'None' || asked === 'Object' || asked === 'Metadata') return asked;
  if (asked === '') return 'Metadata';
  const cause = invalidValue('includeObject', asked, "must be 'Metadata', 'Object', 'None', or empty");
  throw badRequest(`Unable to convert to Table as requested: ${cause.field}: ${cause.message}`);
}

async function textOf(body: ApiResponse['body']): Promise<string> {
  if (body instanceof Uint8Array) return Buffer.from(body).toString();
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
