import type { Answer, Connection, Request } from './connection.js';

const GROUP = 'bench.drover.example';
/** Where the benchmark's objects are. */
export const COLLECTION = `/apis/${GROUP}/v1/namespaces/bench/samples`;
const PADDING = 'x'.repeat(1_700);

/** Sends a request and reads its answer to the end. @throws Error for any status but a good one. */
export async function send(connection: Connection, request: Request): Promise<Buffer> {
  return good(request, await connection.send(request));
}

function good({ method, path }: Request, { status, body }: Answer): Buffer {
  if (status < 300) return body;
  throw new Error(`${method} ${path}: ${status} ${body.subarray(0, 300)}`);
}

/** Sends a document. */
export function write(
  connection: Connection,
  method: 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  path: string,
  document?: unknown,
  contentType = 'application/json',
): Promise<Buffer> {
  const body = document === undefined ? {} : { body: JSON.stringify(document), contentType };
  return send(connection, { method, path, ...body });
}

/** A custom resource of 2 KiB. */
export function sample(name: string, more: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    apiVersion: `${GROUP}/v1`,
    kind: 'Sample',
    metadata: { name, namespace: 'bench', labels: { 'bench/shard': name.slice(-1) } },
    spec: { ...more, padding: PADDING },
  };
}

/** The same as a server keeps it and answers with it: what is added to it is as long as with ours. */
export function asStored(name: string, more: Record<string, unknown>): Record<string, unknown> {
  const object = sample(name, more);
  const time = '2026-01-01T00:00:00Z';
  const fields = {
    'f:metadata': { 'f:labels': { '.': {}, 'f:bench/shard': {} } },
    'f:spec': { '.': {}, ...FIELDS_SET },
  };
  const manager = { manager: 'unknown', operation: 'Update', apiVersion: `${GROUP}/v1`, time, fieldsType: 'FieldsV1' };
  const metadata = {
    resourceVersion: '1000000',
    ...(object['metadata'] as object),
    uid: '00000000-0000-4000-8000-000000000000',
    creationTimestamp: time,
    generation: 1_000,
    managedFields: [{ ...manager, fieldsV1: fields }],
  };
  return { ...object, metadata };
}

/** Makes the namespace and the kind the objects are of, and waits until the kind is served. */
export async function prepare(connection: Connection): Promise<void> {
  await write(connection, 'POST', '/api/v1/namespaces', {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'bench' },
  });
  await write(connection, 'POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `samples.${GROUP}` },
    spec: {
      group: GROUP,
      scope: 'Namespaced',
      names: { plural: 'samples', singular: 'sample', kind: 'Sample', listKind: 'SampleList' },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: {
            openAPIV3Schema: {
              type: 'object',
              properties: { spec: { type: 'object', properties: SPEC_FIELDS } },
            },
          },
        },
      ],
    },
  });
  // A new kind is served a moment after its definition was accepted, with real servers up to some seconds.
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const { status } = await connection.send({ method: 'GET', path: COLLECTION });
    if (status === 200) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('the kind of the samples is not served');
}

const SPEC_FIELDS = {
  padding: { type: 'string' },
  turn: { type: 'integer' },
  sent: { type: 'number' },
};

const FIELDS_SET = { 'f:padding': {}, 'f:sent': {}, 'f:turn': {} };

/** Removes what `prepare` made: a peer may be somebody's. */
export async function cleanUp(connection: Connection): Promise<void> {
  await write(connection, 'DELETE', `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/samples.${GROUP}`);
  await write(connection, 'DELETE', '/api/v1/namespaces/bench');
}
