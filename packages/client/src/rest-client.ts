import {
  apiVersion,
  type Json,
  type JsonObject,
  type Kind,
  type KubeObject,
  type ObjectList,
  resourcePath,
  type Stored,
} from '@drover/api';
import type { Clock } from '@drover/kit';
import { readDocument, refusal } from './body.js';
import type { Client, DeleteOptions, ListOptions, Patch, WatchOptions, WriteOptions } from './client.js';
import { type Transport, TransportError, type TransportRequest, type TransportResponse } from './transport.js';
import { watchEvents } from './watch-lines.js';

/** What a client needs besides a transport. */
export interface ClientOptions {
  readonly clock: Clock;
  /** Names this program in the server's audit log. Default `drover`. */
  readonly userAgent?: string;
  /** How long to wait for an answer's end, in milliseconds; watches and `raw` have no such end. Default 60 s. */
  readonly timeoutMs?: number;
  /** Who owns the fields that this client writes, unless a call says otherwise. Default `drover`. */
  readonly fieldManager?: string;
}

/** A full LIST of a large kind is the longest answer; beyond this a page limit is missing. */
const DOCUMENT_LIMIT = 512 * 1024 * 1024;

const PATCH_TYPES: Readonly<Record<Patch['type'], string>> = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
};

/** The verbs of the Kubernetes API over any transport. */
export function createClient(transport: Transport, options: ClientOptions): Client {
  const { clock, userAgent = 'drover', timeoutMs = 60_000, fieldManager = 'drover' } = options;

  const ask = async (request: {
    readonly method: string;
    readonly path: string;
    readonly body?: Json | object;
    readonly contentType?: string;
    readonly signal?: AbortSignal | undefined;
  }): Promise<unknown> => {
    const { method, path, body, contentType = 'application/json', signal } = request;
    using deadline = within(clock, timeoutMs, signal);
    const response = await transport.send({
      method,
      path,
      headers: {
        accept: 'application/json',
        'user-agent': userAgent,
        ...(body === undefined ? {} : { 'content-type': contentType }),
      },
      ...(body === undefined ? {} : { body: new TextEncoder().encode(JSON.stringify(body)) }),
      signal: deadline.signal,
    });
    return readDocument(response, DOCUMENT_LIMIT);
  };

  const writeQuery = ({ dryRun, fieldManager: manager = fieldManager }: WriteOptions): Query => ({
    fieldManager: manager,
    dryRun: dryRun === true ? 'All' : undefined,
  });

  return {
    async get<T extends KubeObject>(
      kind: Kind<T>,
      { namespace, name }: { namespace?: string | undefined; name: string },
      { signal }: { signal?: AbortSignal } = {},
    ) {
      return stored<T>(await ask({ method: 'GET', path: resourcePath(kind, { namespace, name }), signal }));
    },

    async list<T extends KubeObject>(kind: Kind<T>, list: ListOptions = {}): Promise<ObjectList<T>> {
      const { namespace, signal, ...query } = list;
      const path = resourcePath(kind, { namespace }) + queryOf(query);
      return withKinds(kind, objectList<T>(await ask({ method: 'GET', path, signal })));
    },

    async create<T extends KubeObject>(kind: Kind<T>, object: T, write: WriteOptions = {}) {
      const path = resourcePath(kind, { namespace: object.metadata.namespace }) + queryOf(writeQuery(write));
      return stored<T>(await ask({ method: 'POST', path, body: typed(kind, object), signal: write.signal }));
    },

    async update<T extends KubeObject>(kind: Kind<T>, object: T, write: WriteOptions & { subresource?: string } = {}) {
      const path = objectPath(kind, object, write.subresource) + queryOf(writeQuery(write));
      return stored<T>(await ask({ method: 'PUT', path, body: typed(kind, object), signal: write.signal }));
    },

    async patch<T extends KubeObject>(
      kind: Kind<T>,
      { namespace, name }: { namespace?: string | undefined; name: string },
      patch: Patch,
      write: WriteOptions & { subresource?: string } = {},
    ) {
      const path = resourcePath(kind, { namespace, name, ...subresourceOf(write) }) + queryOf(writeQuery(write));
      const body = patch.type === 'json' ? patch.operations : patch.patch;
      return stored<T>(
        await ask({ method: 'PATCH', path, body, contentType: PATCH_TYPES[patch.type], signal: write.signal }),
      );
    },

    async apply<T extends KubeObject>(
      kind: Kind<T>,
      object: T,
      write: WriteOptions & { fieldManager: string; force?: boolean; subresource?: string },
    ) {
      const query = queryOf({ ...writeQuery(write), force: write.force === true ? true : undefined });
      return stored<T>(
        await ask({
          method: 'PATCH',
          path: objectPath(kind, object, write.subresource) + query,
          body: typed(kind, object),
          contentType: 'application/apply-patch+yaml',
          signal: write.signal,
        }),
      );
    },

    async delete(
      kind,
      { namespace, name },
      { dryRun, propagationPolicy, gracePeriodSeconds, preconditions, signal }: DeleteOptions = {},
    ) {
      const body: JsonObject = {
        kind: 'DeleteOptions',
        apiVersion: 'v1',
        ...(propagationPolicy === undefined ? {} : { propagationPolicy }),
        ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }),
        ...(preconditions === undefined ? {} : { preconditions: { ...preconditions } }),
        ...(dryRun === true ? { dryRun: ['All'] } : {}),
      };
      await ask({ method: 'DELETE', path: resourcePath(kind, { namespace, name }), body, signal });
    },

    async post(path, body, write = {}) {
      const query = queryOf({ dryRun: write.dryRun === true ? 'All' : undefined, fieldManager: write.fieldManager });
      return (await ask({ method: 'POST', path: path + query, body: body ?? {}, signal: write.signal })) as Json;
    },

    async *watch<T extends KubeObject>(kind: Kind<T>, watch: WatchOptions = {}) {
      const { namespace, signal, onOpen, ...query } = watch;
      const ended = new AbortController();
      using _relay = relay(signal, ended);
      // The head must come in time; the body may take for ever.
      const head = clock.after(timeoutMs, () => ended.abort(new Error(`no answer within ${timeoutMs} ms`)));
      try {
        const response = await transport.send({
          method: 'GET',
          path: resourcePath(kind, { namespace }) + queryOf({ ...query, watch: true }),
          headers: { accept: 'application/json', 'user-agent': userAgent },
          signal: ended.signal,
        });
        if (response.status !== 200) throw await refusal(response);
        head[Symbol.dispose]();
        onOpen?.();
        yield* watchEvents<T>(response.body);
      } finally {
        head[Symbol.dispose]();
        ended.abort(new Error('the watch has ended'));
      }
    },

    raw(request: TransportRequest): Promise<TransportResponse> {
      return transport.send(request);
    },
  };
}

type Query = Readonly<Record<string, string | number | boolean | undefined>>;

function queryOf(query: Query): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) search.set(name, String(value));
  const text = search.toString();
  return text === '' ? '' : `?${text}`;
}

function objectPath(kind: Kind, object: KubeObject, subresource: string | undefined): string {
  const { namespace, name } = object.metadata;
  if (name === undefined) throw new TypeError(`a ${kind.kind} without metadata.name cannot be written`);
  return resourcePath(kind, { namespace, name, ...(subresource === undefined ? {} : { subresource }) });
}

const subresourceOf = ({ subresource }: { subresource?: string }): { subresource?: string } =>
  subresource === undefined ? {} : { subresource };

function typed<T extends KubeObject>(kind: Kind<T>, object: T): T {
  return { ...object, apiVersion: apiVersion(kind), kind: kind.kind };
}

/** The shape every server guarantees is checked; what the kind adds is the server's schema's business. */
function stored<T extends KubeObject>(document: unknown): Stored<T> {
  if (!isObject(document) || !isObject(document['metadata']) || typeof document['metadata']['name'] !== 'string') {
    throw new TransportError('the answer is no Kubernetes object');
  }
  return document as Stored<T>;
}

function objectList<T extends KubeObject>(document: unknown): ObjectList<T> {
  if (!isObject(document) || !isObject(document['metadata'])) throw new TransportError('the answer is no list');
  // Go writes an empty list of some aggregated servers as null.
  if (document['items'] === null) return { ...document, items: [] } as unknown as ObjectList<T>;
  if (!Array.isArray(document['items'])) throw new TransportError('the answer is no list');
  return document as unknown as ObjectList<T>;
}

/** Servers leave apiVersion and kind out of the items of a list of a built-in kind. */
function withKinds<T extends KubeObject>(kind: Kind<T>, list: ObjectList<T>): ObjectList<T> {
  const version = apiVersion(kind);
  for (const item of list.items) {
    item.apiVersion ??= version;
    item.kind ??= kind.kind;
  }
  return list;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A signal that follows `signal` and also aborts after `ms`; disposing it disarms both. */
function within(
  clock: Clock,
  ms: number,
  signal: AbortSignal | undefined,
): Disposable & { readonly signal: AbortSignal } {
  const controller = new AbortController();
  const relayed = relay(signal, controller);
  const timer = clock.after(ms, () => controller.abort(new Error(`no answer within ${ms} ms`)));
  return {
    signal: controller.signal,
    [Symbol.dispose]() {
      relayed[Symbol.dispose]();
      timer[Symbol.dispose]();
    },
  };
}

function relay(from: AbortSignal | undefined, to: AbortController): Disposable {
  if (from === undefined) return { [Symbol.dispose]() {} };
  const abort = (): void => to.abort(from.reason);
  if (from.aborted) abort();
  else from.addEventListener('abort', abort, { once: true });
  return { [Symbol.dispose]: () => from.removeEventListener('abort', abort) };
}
