import type { Transport, TransportRequest } from '@drover/client';

const GROUP = 'bench.drover.example';
/** Where the benchmark's objects are. */
export const COLLECTION = `/apis/${GROUP}/v1/namespaces/bench/samples`;
const PADDING = 'x'.repeat(1_700);

/** Sends a request and reads its answer to the end. @throws Error for any status but a good one. */
export async function send(
  transport: Transport,
  request: Partial<TransportRequest> & { path: string },
): Promise<Buffer> {
  const { status, body } = await transport.send({ method: 'GET', headers: {}, ...request });
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  const text = Buffer.concat(chunks);
  if (status >= 300) throw new Error(`${request.method ?? 'GET'} ${request.path}: ${status} ${text.subarray(0, 300)}`);
  return text;
}

/** Sends a document. */
export function write(
  transport: Transport,
  method: 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  path: string,
  document?: unknown,
  contentType = 'application/json',
): Promise<Buffer> {
  const body = document === undefined ? {} : { body: Buffer.from(JSON.stringify(document)) };
  return send(transport, { method, path, headers: { 'content-type': contentType }, ...body });
}

/** A custom resource of 2 KiB. */
export function sample(name: string, more: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    apiVersion: `${GROUP}/v1`,
    kind: 'Sample',
    metadata: { name, namespace: 'bench', labels: { 'bench/shard': name.slice(-1) } },
    spec: { padding: PADDING, ...more },
  };
}

/** Makes the namespace and the kind the objects are of, and waits until the kind is served. */
export async function prepare(transport: Transport): Promise<void> {
  await write(transport, 'POST', '/api/v1/namespaces', {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'bench' },
  });
  await write(transport, 'POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', {
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
    const { status, body } = await transport.send({ method: 'GET', path: COLLECTION, headers: {} });
    for await (const _ of body);
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

/** Removes what `prepare` made: a peer may be somebody's. */
export async function cleanUp(transport: Transport): Promise<void> {
  await write(transport, 'DELETE', `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/samples.${GROUP}`);
  await write(transport, 'DELETE', '/api/v1/namespaces/bench');
}
