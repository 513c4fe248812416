import { type ApiResponse, badRequest, encodeYaml, invalidValue, type KubeObject, notFound } from '@drover/api';
import type { Entry } from '@drover/store';
import { listEntries, listMetadata } from '../registry/list.js';
import { listBody } from '../registry/list-body.js';
import { tooLargeRevision } from '../registry/refusal.js';
import { type IncludeObject, partialMetadata, represent, table, tableRow } from '../registry/represent.js';
import { selection } from '../registry/selection.js';
import { shown } from '../registry/shown.js';
import { servedVersion, viewOf } from '../registry/view.js';
import { watchLines } from '../registry/watch.js';
import { notAcceptable, type Representation, representation } from '../request/negotiation.js';
import { listOptions, revision } from '../request/query.js';
import { header, json, jsonBytes } from '../request/response.js';
import { collectionPrefix, objectKey } from '../storage/key.js';
import { render } from '../storage/rendering.js';
import type { Call, Verbs } from './call.js';

/** Lists up to this many bytes are sent in one piece. */
const WHOLE_BYTES = 256 * 1024;

/** Objects parsed in one turn of the event loop, and lists up to this long are sent in one piece. */
const WHOLE_ITEMS = 500;

/** GET of one object. */
export function get({ core }: Verbs, call: Call): ApiResponse | Promise<ApiResponse> {
  const { served, namespace, name = '' } = call;
  const { definition, version } = served;
  const asked = revision(call.query.get('resourceVersion')) ?? 0;
  if (asked > core.store.revision) throw tooLargeRevision(asked, core.store.revision);
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
  { request, query, served }: Call,
  value: Uint8Array,
  revision: number | undefined,
): ApiResponse {
  const form = representation(header(request, 'accept'), query);
  const { definition, version } = served;
  if (form.form === 'object' && !form.pretty && !form.yaml && version.convert === undefined) {
    return jsonBytes(status, render(value, revision, servedVersion(served), definition.kind, { after: '\n' }));
  }
  const object = viewOf(served, value, revision ?? 0);
  if (revision === undefined) delete object.metadata.resourceVersion;
  const document = represent(object, version, form, now, includeObject(form, query));
  if (form.yaml) return yaml(status, document);
  return form.pretty ? pretty(status, document) : json(status, document);
}

/** GET of a collection. */
export async function list({ core, facets }: Verbs, call: Call): Promise<ApiResponse> {
  const { request, query, served, namespace } = call;
  const form = representation(header(request, 'accept'), query, true);
  const options = listOptions(query);
  const selected = selection(options.labelSelector, options.fieldSelector, served.version);
  const listed = await listEntries(core, facets, served, namespace, options, selected);
  const metadata = listMetadata(listed);
  const response =
    form.form === 'object' && !form.pretty && !form.yaml && served.version.convert === undefined
      ? objectList(call, metadata, listed.entries)
      : formedList(call, form, metadata, listed.entries, core.clock.now());
  return form.yaml ? yaml(200, JSON.parse(await textOf(response.body))) : response;
}

function objectList({ served }: Call, metadata: Record<string, unknown>, entries: readonly Entry[]): ApiResponse {
  const { listKind, kind } = served.definition;
  const body = listBody({ listKind, kind, apiVersion: servedVersion(served) }, metadata, entries);
  if (body.length <= WHOLE_BYTES) return jsonBytes(200, Buffer.concat([...body.chunks()], body.length));
  return jsonBytes(200, asStream(body.chunks()), { 'content-length': String(body.length) });
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
  { query, served }: Call,
  form: Representation,
  metadata: Record<string, unknown>,
  entries: readonly Entry[],
  now: number,
): ApiResponse {
  const { definition, version } = served;
  const apiVersion = servedVersion(served);
  const parsed = ({ value, revision }: Entry): KubeObject => viewOf(served, value, revision);
  if (form.form === 'table') {
    const include = includeObject(form, query);
    const head = table([], version.columns, metadata, form.version);
    return itemsOf(head, 'rows', entries, (entry) =>
      tableRow(parsed(entry), version.columns, include, form.version, now),
    );
  }
  if (form.form === 'metadata') {
    const head = { kind: 'PartialObjectMetadataList', apiVersion: `meta.k8s.io/${form.version}`, metadata };
    return itemsOf(head, 'items', entries, (entry) => partialMetadata(parsed(entry), form.version));
  }
  const head = { kind: definition.listKind, apiVersion, metadata };
  return form.pretty ? pretty(200, { ...head, items: entries.map(parsed) }) : itemsOf(head, 'items', entries, parsed);
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
export function watch({ core, facets, events, onOverflow, onEvents }: Verbs, call: Call): ApiResponse {
  const { request, query, served, namespace } = call;
  const { signal } = request;
  const form = representation(header(request, 'accept'), query);
  if (form.yaml) throw notAcceptable();
  const options = listOptions(query);
  const selected = selection(options.labelSelector, options.fieldSelector, served.version);
  const body = watchLines(
    { core, facets, events },
    { served, namespace, options, selection: selected, form, signal, onOverflow, onEvent: onEvents(served) },
  );
  return { status: 200, headers: { 'content-type': 'application/json', 'cache-control': 'no-cache, private' }, body };
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

function yaml(status: number, document: unknown): ApiResponse {
  const body = Buffer.from(encodeYaml(JSON.parse(JSON.stringify(document))));
  return { status, headers: { 'content-type': 'application/yaml' }, body };
}

async function textOf(body: ApiResponse['body']): Promise<string> {
  if (body instanceof Uint8Array) return Buffer.from(body).toString();
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

function pretty(status: number, document: unknown): ApiResponse {
  return jsonBytes(status, Buffer.from(`${JSON.stringify(document, null, 2)}\n`));
}
