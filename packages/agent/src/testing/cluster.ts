import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage, RequestListener } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { type KubeObject, type Stored, secrets, services, toStatus } from '@drover/api';
import type { Client } from '@drover/client';
import { createFakeClient } from '@drover/client/fake';
import type { TestAuthority } from '@drover/client/testing';
import { type Clock, type RandomBytes, systemClock } from '@drover/kit';

/** A cluster as a pod of it sees it: an API server over TLS, and the pod's files. */
export interface FakeCluster extends AsyncDisposable {
  readonly env: Readonly<Record<string, string>>;
  readonly root: string;
  /** The same objects, directly. */
  readonly objects: Client;
  /** Serves what is no Secret and no Service. */
  answer: RequestListener;
  onUpgrade: (request: IncomingMessage, socket: Duplex) => void;
}

const JWT = ['{}', JSON.stringify({ sub: 'system:serviceaccount:cattle-system:cattle' }), 'signature']
  .map((part) => Buffer.from(part).toString('base64url'))
  .join('.');

/** Starts one whose credentials are for `server`. */
export async function startCluster(
  authority: TestAuthority,
  { token = 'good-token', random }: { token?: string; random: RandomBytes },
): Promise<FakeCluster> {
  const clock: Clock = systemClock;
  const objects = createFakeClient({ clock, random, withoutStatus: ['secrets'] });
  const api = createServer(await authority.issue('127.0.0.1'));
  api.on('request', (request, response) => {
    const served = /^\/api\/v1\/namespaces\/cattle-system\/(secrets|services)(?:\/([\w.-]+))?/.exec(request.url ?? '');
    const impersonates = request.headers['impersonate-user'] !== undefined;
    if (served === null || impersonates) cluster.answer(request, response);
    else if (request.headers.authorization !== `Bearer ${JWT}`) response.writeHead(401).end();
    else void serve(objects, request, served[1] === 'secrets' ? 'secrets' : 'services', served[2], response);
  });
  api.on('upgrade', (request, socket) => cluster.onUpgrade(request, socket));
  api.listen(0, '127.0.0.1');
  await once(api, 'listening');
  const root = await mkdtemp(join(tmpdir(), 'drover-agent-'));
  const files: Readonly<Record<string, string>> = {
    'cattle-credentials/token': `${token}\n`,
    'var/run/secrets/kubernetes.io/serviceaccount/token': JWT,
    'var/run/secrets/kubernetes.io/serviceaccount/ca.crt': authority.ca,
    'var/run/secrets/kubernetes.io/serviceaccount/namespace': 'cattle-system',
  };
  for (const [path, text] of Object.entries(files)) {
    await mkdir(join(root, path, '..'), { recursive: true });
    await writeFile(join(root, path), text);
  }
  const cluster: FakeCluster = {
    root,
    objects,
    env: {
      CATTLE_CLUSTER: 'true',
      KUBERNETES_SERVICE_HOST: '127.0.0.1',
      KUBERNETES_SERVICE_PORT: String((api.address() as AddressInfo).port),
      DROVER_POD_ROOT: root,
    },
    answer: (_request, response) => response.writeHead(404).end(),
    onUpgrade: (_request, socket) => socket.destroy(),
    async [Symbol.asyncDispose]() {
      api.close();
      api.closeAllConnections();
      await once(api, 'close');
      await rm(root, { recursive: true });
    },
  };
  return cluster;
}

/** Just enough of the API for the agent's own calls: get, create, apply, list, watch; token Secrets are filled in. */
async function serve(
  objects: Client,
  request: IncomingMessage,
  plural: 'secrets' | 'services',
  name: string | undefined,
  response: Parameters<RequestListener>[1],
): Promise<void> {
  const kind = plural === 'secrets' ? secrets : services;
  const query = new URL(request.url ?? '/', 'https://api').searchParams;
  const selection = { namespace: 'cattle-system', fieldSelector: query.get('fieldSelector') ?? '' };
  try {
    if (query.get('watch') === 'true') {
      response.writeHead(200).flushHeaders();
      const gone = new AbortController();
      response.once('close', () => gone.abort());
      const resourceVersion = query.get('resourceVersion') ?? '0';
      for await (const event of objects.watch<KubeObject>(kind, {
        ...selection,
        resourceVersion,
        signal: gone.signal,
      })) {
        response.write(`${JSON.stringify(event)}\n`);
      }
      response.end();
      return;
    }
    response.end(JSON.stringify(await call(objects, request, kind, name, selection)));
  } catch (error) {
    if (response.headersSent) response.destroy();
    else response.writeHead(toStatus(error).code).end(JSON.stringify(toStatus(error)));
  }
}

async function call(
  objects: Client,
  request: IncomingMessage,
  kind: typeof secrets | typeof services,
  name: string | undefined,
  selection: { namespace: string; fieldSelector: string },
): Promise<unknown> {
  if (request.method === 'GET' && name === undefined) return objects.list<KubeObject>(kind, selection);
  if (request.method === 'GET') return objects.get<KubeObject>(kind, { namespace: 'cattle-system', name: name ?? '' });
  let text = '';
  for await (const chunk of request) text += String(chunk);
  const object = JSON.parse(text) as KubeObject;
  if (request.method === 'PATCH')
    return objects.apply<KubeObject>(kind, object, { fieldManager: 'agent', force: true });
  const made: Stored<KubeObject> = await objects.create<KubeObject>(kind, object);
  // The token controller's part.
  await objects.patch<KubeObject>(
    kind,
    { namespace: 'cattle-system', name: made.metadata.name },
    {
      type: 'merge',
      patch: { data: { token: Buffer.from('lasting-token').toString('base64') } },
    },
  );
  return made;
}
