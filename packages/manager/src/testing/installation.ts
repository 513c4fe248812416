import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isJsonObject, type Json, managementTokens, type User, users } from '@drover/api';
import type { Transport, TransportRequest } from '@drover/client';
import { createFakeClient, type FakeClient, type FakeClientOptions } from '@drover/client/fake';
import { Closing, FakeClock, Secret, silentLog } from '@drover/kit';
import { bootstrap } from '../bootstrap/bootstrap.js';
import { hashKey, newKey } from '../identity/token-key.js';
import type { ManagerOptions } from '../manager.js';
import { type RunningManager, runManager } from '../running-manager.js';

/** A manager over a fake Kubernetes API, on a loopback port. */
export interface Installation extends AsyncDisposable {
  readonly client: FakeClient;
  readonly clock: FakeClock;
  readonly manager: RunningManager;
  readonly firstPassword: Secret;
  /** What has been passed on to the local Kubernetes API byte by byte. */
  readonly passedOn: readonly TransportRequest[];
  /** Makes a user who has chosen its password, and a token of it, as `name:key`. */
  user(facts: Partial<User> & { readonly name: string }): Promise<string>;
  /** A new token of a user, as `name:key`. */
  token(user: string): Promise<string>;
  ask(method: string, path: string, options?: AskOptions): Promise<Answered>;
  readonly port: number;
}

/** How a request is sent. */
export interface AskOptions {
  readonly token?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: object | string;
}

/** What came back. */
export interface Answered {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The JSON of the answer; an empty object for anything else. */
  readonly json: Record<string, unknown>;
}

/** Users for whom the fake API's authorizer says yes to everything; to others it says no. */
const ADMINISTRATORS = /^user-/;

/** Starts one. Its local API answers every request that is passed on with an empty object. */
export async function startInstallation({
  before = () => {},
  ...options
}: Pick<ManagerOptions, 'bootstrapPassword' | 'audit'> & {
  /** Called before each of the manager's own requests to the API. */
  readonly before?: FakeClientOptions['before'];
} = {}): Promise<Installation> {
  await using closing = new Closing();
  const clock = new FakeClock(Date.parse('2030-01-01T00:00:00Z'));
  const passedOn: TransportRequest[] = [];
  const client = createFakeClient({
    clock,
    random: randomBytes,
    withoutStatus: [
      'tokens.management.cattle.io',
      'settings.management.cattle.io',
      'users.management.cattle.io',
      'projects.management.cattle.io',
      'roletemplates.management.cattle.io',
      'projectroletemplatebindings.management.cattle.io',
      'userattributes.management.cattle.io',
    ],
    before,
    post: (path, body) => review(path, body),
  });
  const local: Transport = {
    async send(sent) {
      passedOn.push(sent);
      if (sent.body !== undefined && !(sent.body instanceof Uint8Array)) {
        for await (const _ of sent.body) {
          // What is answered does not depend on it.
        }
      }
      return { status: 200, headers: { 'content-type': 'application/json' }, body: bytes('{}') };
    },
  };
  const given = {
    client,
    localTransport: local,
    anonymousTransport: local,
    clock,
    random: (length: number) => randomBytes(length),
    log: silentLog,
    serverUrl: 'https://drover.example',
    caPem: '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n',
    version: 'v0.0.0',
    ...options,
  };
  const firstPassword = (await bootstrap(given)) ?? new Secret('');
  const manager = closing.use(await runManager(given));
  const server = createServer((incoming, response) => manager.front.handle(incoming, response));
  server.on('upgrade', (incoming, socket, head: Buffer) => manager.front.upgrade(incoming, socket, head));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.defer(async () => {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  });
  const { port } = server.address() as AddressInfo;
  const token = async (user: string): Promise<string> => {
    const key = newKey(randomBytes);
    const { metadata } = await client.create(managementTokens, {
      apiVersion: 'management.cattle.io/v3',
      kind: 'Token',
      metadata: {
        name: `token-${randomBytes(4).toString('hex')}`,
        labels: { 'authn.management.cattle.io/kind': 'session' },
      },
      token: hashKey(key, randomBytes),
      userId: user,
    });
    return `${metadata.name}:${key.reveal()}`;
  };
  const opened = closing.move();
  return {
    client,
    clock,
    manager,
    firstPassword,
    passedOn,
    port,
    token,
    async user({ name, ...fields }) {
      await client.create(users, {
        apiVersion: 'management.cattle.io/v3',
        kind: 'User',
        metadata: { name },
        enabled: true,
        ...fields,
      });
      return token(name);
    },
    ask: (method, path, sending) => ask(port, method, path, sending),
    [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose](),
  };
}

function review(path: string, body: Json): Json {
  const spec = isJsonObject(body) ? body['spec'] : undefined;
  if (path.endsWith('/tokenreviews')) return tokenReview(spec);
  const user = isJsonObject(spec) ? spec['user'] : undefined;
  if (!path.endsWith('/subjectaccessreviews')) throw new Error(`nobody posts to ${path} here`);
  return { status: { allowed: typeof user === 'string' && ADMINISTRATORS.test(user) } };
}

/** Of the tokens that are not of our form the fake API knows one. */
function tokenReview(spec: Json | undefined): Json {
  const authenticated = isJsonObject(spec) && spec['token'] === 'known-to-kubernetes';
  return { status: authenticated ? { authenticated, user: { username: 'system:serviceaccount:a:b' } } : {} };
}

async function ask(
  port: number,
  method: string,
  path: string,
  { token, headers = {}, body }: AskOptions = {},
): Promise<Answered> {
  const outgoing = request({
    host: '127.0.0.1',
    port,
    method,
    path,
    agent: false,
    headers: {
      host: 'drover.example',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...headers,
    },
  });
  outgoing.end(body === undefined || typeof body === 'string' ? body : JSON.stringify(body));
  const [response] = await once(outgoing, 'response');
  let text = '';
  for await (const chunk of response) text += String(chunk);
  return { status: response.statusCode, headers: response.headers, text, json: parsed(text) };
}

function parsed(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : {};
  } catch {
    return {};
  }
}

async function* bytes(text: string): AsyncGenerator<Uint8Array> {
  yield new TextEncoder().encode(text);
}
