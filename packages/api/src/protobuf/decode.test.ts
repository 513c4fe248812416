import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ApiError } from '../errors.js';
import type { Json } from '../object.js';
import { builtinResources, protobufTables } from '../schemas.js';
import { findKubectl, kubectl } from '../testing/kubectl.js';
import { ProtobufDecoder } from './decode.js';

const decoder = new ProtobufDecoder(protobufTables());
const utf8 = new TextEncoder();

/** Just enough of an encoder to write what kubectl would not. */
const field = (number: number, content: Uint8Array | string | number): number[] => {
  if (typeof content === 'number') return [...varint(number * 8), ...varint(content)];
  const bytes = typeof content === 'string' ? utf8.encode(content) : content;
  return [...varint(number * 8 + 2), ...varint(bytes.length), ...bytes];
};
const varint = (value: number): number[] =>
  value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))];
const message = (...fields: number[][]): Uint8Array => Uint8Array.from(fields.flat());
const body = (apiVersion: string, kind: string, raw: Uint8Array): Uint8Array =>
  Uint8Array.from([0x6b, 0x38, 0x73, 0, ...field(1, message(field(1, apiVersion), field(2, kind))), ...field(2, raw)]);

describe('a protobuf body', () => {
  it('becomes the object it stands for', () => {
    const meta = message(
      field(1, 'a'),
      field(8, message(field(1, 1_700_000_000))),
      field(11, message(field(1, 'k'), field(2, 'v'))),
    );
    const secret = message(
      field(1, meta),
      field(2, message(field(1, 'password'), field(2, Uint8Array.of(0, 255)))),
      field(3, 'Opaque'),
    );
    expect(decoder.decode(body('v1', 'Secret', secret))).toEqual({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'a', creationTimestamp: '2023-11-14T22:13:20Z', labels: { k: 'v' } },
      data: { password: 'AP8=' },
      type: 'Opaque',
    });
  });

  it('keeps a zero that says something', () => {
    expect(decoder.decode(body('v1', 'DeleteOptions', message(field(1, 0))))).toMatchObject({ gracePeriodSeconds: 0 });
    expect(decoder.decode(body('apps/v1', 'Deployment', message(field(2, message(field(1, 0))))))).toMatchObject({
      spec: { replicas: 0 },
    });
  });

  it('leaves out what is empty', () => {
    const spec = message(field(3, ''), field(11, 0));
    expect(decoder.decode(body('v1', 'Pod', message(field(2, spec))))).toMatchObject({ spec: {} });
  });

  it('passes over fields it does not know', () => {
    const decoded = decoder.decode(
      body('v1', 'ConfigMap', message(field(999, 'x'), field(998, 7), field(1, message(field(1, 'a'))))),
    );
    expect(decoded).toEqual({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } });
  });

  it.each<[string, Uint8Array, string]>([
    ['no magic', utf8.encode('{}'), 'does not begin'],
    ['an unknown kind', body('v1', 'Widget', message()), 'no kind "Widget" is registered for version "v1"'],
    ['a kind of another version', body('v2', 'Pod', message()), 'no kind "Pod" is registered for version "v2"'],
    ['an early end', body('v1', 'Pod', message(field(1, 'abc').slice(0, 3))), 'ends early'],
    ['the wrong wire type', body('v1', 'Pod', message(field(1, 7))), 'wire type 0 where 2 belongs'],
    [
      'the key that changes objects',
      body('v1', 'ConfigMap', message(field(2, message(field(1, '__proto__'), field(2, 'x'))))),
      'not allowed',
    ],
    ['a text that is none', body('v1', 'Pod', message(field(1, message(field(1, Uint8Array.of(0xff)))))), 'not UTF-8'],
  ])('is refused for %s', (_name, bytes, why) => {
    expect(() => decoder.decode(bytes)).toThrow(why);
  });

  it('is refused when nested without end', () => {
    let schema = message(field(5, 'object'));
    for (let depth = 0; depth < 300; depth += 1) schema = message(field(28, schema));
    const version = message(field(1, 'v1'), field(4, message(field(1, schema))));
    const crd = message(field(2, message(field(7, version))));
    expect(() => decoder.decode(body('apiextensions.k8s.io/v1', 'CustomResourceDefinition', crd))).toThrow(
      'nested deeper',
    );
  });

  it('never fails otherwise than by refusing', () => {
    const kinds = builtinResources().map(
      ({ group, version, kind }) => [group === '' ? version : `${group}/${version}`, kind] as const,
    );
    fc.assert(
      fc.property(fc.constantFrom(...kinds), fc.uint8Array({ maxLength: 200 }), ([apiVersion, kind], bytes) => {
        try {
          decoder.decode(body(apiVersion, kind, bytes));
        } catch (error) {
          expect(error).toBeInstanceOf(ApiError);
        }
      }),
    );
  });
});

const program = findKubectl('kubectl.1.33', 'kubectl.1.32');

describe.skipIf(program === undefined)('what kubectl >= 1.32 sends (skipped without kubectl 1.32 or 1.33)', () => {
  it.each<[string, string[]]>([
    ['a config map', ['configmap', 'a', '--from-literal=k=v']],
    ['a secret', ['secret', 'generic', 'a', '--from-literal=k=v']],
    ['a namespace', ['namespace', 'a']],
    ['a cluster role', ['clusterrole', 'a', '--verb=get,list', '--resource=pods,pods/log']],
    ['a cluster role on paths', ['clusterrole', 'a', '--verb=get', '--non-resource-url=/logs/*']],
    ['a role binding', ['rolebinding', 'a', '--clusterrole=view', '--user=u', '--group=g', '--serviceaccount=ns:sa']],
    ['a deployment', ['deployment', 'a', '--image=x', '--replicas=0', '--port=80']],
    ['a job', ['job', 'a', '--image=x', '--', 'sleep', '1']],
    ['a cron job', ['cronjob', 'a', '--image=x', '--schedule=* * * * *']],
    ['a quota', ['quota', 'a', '--hard=cpu=1,memory=1Gi']],
    ['a service', ['service', 'clusterip', 'a', '--tcp=80:8080']],
    ['a headless service', ['service', 'clusterip', 'a', '--clusterip=None']],
    ['an ingress', ['ingress', 'a', '--rule=h/p*=s:80', '--class=c']],
    ['a disruption budget', ['poddisruptionbudget', 'a', '--selector=a=b', '--min-available=0']],
    ['a priority class', ['priorityclass', 'a', '--value=0']],
    ['a service account', ['serviceaccount', 'a']],
  ])('reads %s as the JSON of the same', async (_name, command) => {
    await using server = await recording();
    const target = [`--server=${server.url}`, '--namespace=default', '--request-timeout=10s'];
    await kubectl(program ?? '', ['create', ...target, ...command]);
    const stdout = await kubectl(program ?? '', ['create', ...target, '--dry-run=client', '-o', 'json', ...command]);
    expect(decoder.decode(server.lastBody())).toEqual(withoutNulls(JSON.parse(stdout) as Json));
  });
});

/** JSON encoders of Go write null for unset times; the protobuf form has nothing there. */
function withoutNulls(value: Json): Json {
  return JSON.parse(JSON.stringify(value, (_key, item: Json) => (item === null ? undefined : item))) as Json;
}

interface Recording extends AsyncDisposable {
  readonly url: string;
  lastBody(): Uint8Array;
}

/** A server that knows the built-in kinds for discovery, and keeps what is posted. */
async function recording(): Promise<Recording> {
  let last: Uint8Array = new Uint8Array();
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      response.setHeader('content-type', 'application/json');
      const path = request.url?.split('?')[0] ?? '';
      if (request.method === 'POST') {
        last = Buffer.concat(chunks);
        response.writeHead(201).end(JSON.stringify(decoder.decode(last)));
        return;
      }
      response.end(JSON.stringify(discovery(path)));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    lastBody: () => last,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

function discovery(path: string): object {
  const resources = builtinResources();
  const groups = [...new Set(resources.map(({ group }) => group))].filter((group) => group !== '');
  const version = (group: string): string =>
    resources.filter((resource) => resource.group === group).at(-1)?.version ?? 'v1';
  if (path === '/api') return { kind: 'APIVersions', versions: ['v1'] };
  if (path === '/apis') {
    const list = groups.map((name) => {
      const preferred = { groupVersion: `${name}/${version(name)}`, version: version(name) };
      return { name, versions: [preferred], preferredVersion: preferred };
    });
    return { kind: 'APIGroupList', apiVersion: 'v1', groups: list };
  }
  const [, , group = '', named] = path.split('/');
  const [wantedGroup, wantedVersion] = path.startsWith('/api/') ? ['', group] : [group, named];
  const served = resources.filter((resource) => resource.group === wantedGroup && resource.version === wantedVersion);
  return {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: wantedGroup === '' ? wantedVersion : `${wantedGroup}/${wantedVersion}`,
    resources: served.map(({ plural, singular, kind, namespaced, verbs }) => ({
      name: plural,
      singularName: singular,
      kind,
      namespaced,
      verbs,
    })),
  };
}
