import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Secret } from '@drover/kit';
import { describe, expect, it } from 'vitest';
import { type Login, type Lookup, lookUp } from './lookup.js';
import { parseReference } from './reference.js';
import { parseRegistrySettings } from './settings.js';

const DIGEST = `sha256:${'a'.repeat(64)}`;

async function registry(listener: RequestListener): Promise<AsyncDisposable & { host: string; asked: string[] }> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    listener(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    asked,
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

function find(image: string, setting: unknown = '', logins: readonly Login[] = []): Promise<Lookup> {
  const reference = parseReference(image);
  if (reference === undefined) throw new TypeError(image);
  const settings = parseRegistrySettings(setting === '' ? '' : JSON.stringify(setting));
  return lookUp(reference, settings, { proxy: {}, ca: [] }, logins, new AbortController().signal);
}

describe('a registry lookup', () => {
  it('finds an image by its manifest', async () => {
    await using found = await registry((_, response) =>
      response.writeHead(200, { 'docker-content-digest': DIGEST }).end(),
    );
    expect(await find(`${found.host}/agent:v1`)).toEqual({ found: true, digest: DIGEST });
    expect(found.asked).toEqual(['HEAD /v2/agent/manifests/v1']);
  });

  it('says what containerd says for a missing image, and for a registry that is not there', async () => {
    await using empty = await registry((_, response) => response.writeHead(404).end());
    const image = `${empty.host}/rancher/rancher-agent:v2.12.0`;
    expect(await find(image)).toEqual({
      found: false,
      code: 'NotFound',
      error: `failed to pull and unpack image "${image}": failed to resolve reference "${image}": ${image}: not found`,
    });
    expect(await find('127.0.0.1:1/x')).toMatchObject({
      found: false,
      error: expect.stringMatching(/failed to do request: .*ECONNREFUSED/),
    });
  });

  it('gets a token where the challenge says, with the credentials of the settings', async () => {
    await using token = await registry((request, response) => {
      const right = request.headers.authorization === `Basic ${Buffer.from('me:pw').toString('base64')}`;
      response.writeHead(right ? 200 : 401).end(JSON.stringify({ token: 'granted' }));
    });
    await using guarded = await registry((request, response) => {
      if (request.headers.authorization === 'Bearer granted')
        response.writeHead(200, { 'docker-content-digest': DIGEST }).end();
      else
        response
          .writeHead(401, {
            'www-authenticate': `Bearer realm="http://${token.host}/token",service="registry",scope="repository:a/b:pull"`,
          })
          .end();
    });
    const image = `${guarded.host}/a/b:1`;
    expect(await find(image)).toMatchObject({ found: false, error: expect.stringMatching(/pull access denied/) });
    expect(
      await find(image, { Configs: { [guarded.host]: { Auth: { Username: 'me', Password: 'pw' } } } }),
    ).toMatchObject({ found: true });
    expect(await find(image, '', [{ host: guarded.host, username: 'me', password: new Secret('pw') }])).toMatchObject({
      found: true,
    });
    expect(token.asked[0]).toBe('GET /token?scope=repository%3Aa%2Fb%3Apull&service=registry');
  });

  it('asks the mirrors first, with rewritten paths, and the registry last', async () => {
    await using dead = await registry((_, response) => response.writeHead(500).end());
    await using mirror = await registry((_, response) =>
      response.writeHead(200, { 'docker-content-digest': DIGEST }).end(),
    );
    const Mirrors = {
      'docker.io': {
        Endpoints: [`http://${dead.host}`, `http://${mirror.host}/v2`],
        Rewrites: { '^library/(.*)': 'cache/$1' },
      },
    };
    expect(await find('debian:12', { Mirrors })).toEqual({ found: true, digest: DIGEST });
    expect(dead.asked).toEqual(['HEAD /v2/cache/debian/manifests/12']);
    expect(mirror.asked).toEqual(['HEAD /v2/cache/debian/manifests/12']);
  });
});

describe('the setting containerd-registry', () => {
  it('reads names in any case and refuses by name what it cannot read', () => {
    const settings = parseRegistrySettings(
      '{"mirrors":{"*":{"endpoint":["mirror.test"]}},"configs":{"m":{"tls":{"insecure_skip_verify":true}}}}',
    );
    expect(settings.mirrors.get('*')?.endpoints).toEqual(['https://mirror.test']);
    expect(settings.configs.get('m')?.skipVerify).toBe(true);
    expect(() => parseRegistrySettings('{')).toThrow(/not JSON/);
    expect(() => parseRegistrySettings('{"Mirrors":{"x":{"Endpoints":[1]}}}')).toThrow(/Mirrors.x.Endpoints/);
    expect(() => parseRegistrySettings('[]')).toThrow(/expected an object/);
  });
});
