import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { send } from './request.js';

async function serve(
  listener: RequestListener,
): Promise<AsyncDisposable & { url: string; port: number; server: ReturnType<typeof createServer> }> {
  const server = createServer(listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    server,
    port,
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

const none = { proxy: {}, ca: [] };
const never = new AbortController().signal;
const text = async (body: AsyncIterable<Buffer>): Promise<string> => {
  let all = '';
  for await (const chunk of body) all += chunk.toString();
  return all;
};

describe('an outbound request', () => {
  it('follows redirects and keeps credentials from other origins', async () => {
    await using other = await serve((request, response) => response.end(JSON.stringify(request.headers)));
    await using first = await serve((_, response) => response.writeHead(302, { location: `${other.url}/there` }).end());
    const url = new URL(first.url);
    const answer = await send(
      { method: 'GET', url, headers: { authorization: 'Bearer x', 'x-kept': 'y' }, signal: never },
      none,
    );
    const headers: unknown = JSON.parse(await text(answer.body));
    expect(headers).toMatchObject({ 'x-kept': 'y' });
    expect(headers).not.toHaveProperty('authorization');
  });

  it('gives up on a redirect loop', async () => {
    await using loop = await serve((_, response) => response.writeHead(307, { location: '/' }).end());
    await expect(send({ method: 'GET', url: new URL(loop.url), signal: never }, none)).rejects.toThrow(
      /more than 10 redirects/,
    );
  });

  it('says what failed without the secrets of the URL', async () => {
    const url = new URL('http://user:secret@127.0.0.1:1/x?token=secret');
    const failed = send({ method: 'HEAD', url, signal: never }, none);
    await expect(failed).rejects.toThrow(/HEAD http:\/\/127.0.0.1:1\/x: .*ECONNREFUSED/);
    await expect(failed).rejects.not.toThrow(/secret/);
  });

  it('refuses what is neither http nor https, also behind a redirect', async () => {
    await using server = await serve((_, response) =>
      response.writeHead(302, { location: 'file:///etc/passwd' }).end(),
    );
    await expect(send({ method: 'GET', url: new URL('ftp://x/'), signal: never }, none)).rejects.toThrow(
      /only http and https/,
    );
    await expect(send({ method: 'GET', url: new URL(server.url), signal: never }, none)).rejects.toThrow(
      /only http and https/,
    );
  });

  it('asks the proxy for plain URLs with the whole URL and its credentials', async () => {
    await using proxy = await serve((request, response) => {
      response.end(
        JSON.stringify({ url: request.url, auth: request.headers['proxy-authorization'], host: request.headers.host }),
      );
    });
    const outbound = { ca: [], proxy: { httpProxy: `http://me:pw@127.0.0.1:${proxy.port}` } };
    const answer = await send(
      { method: 'GET', url: new URL('http://images.test/debian.qcow2'), signal: never },
      outbound,
    );
    expect(JSON.parse(await text(answer.body))).toEqual({
      url: 'http://images.test/debian.qcow2',
      auth: `Basic ${Buffer.from('me:pw').toString('base64')}`,
      host: 'images.test',
    });
  });

  it('opens a tunnel through the proxy for https URLs, and says when the proxy refuses', async () => {
    const asked: (string | undefined)[] = [];
    await using proxy = await serve(() => {});
    proxy.server.on('connect', (request, socket) => {
      asked.push(request.url);
      socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
    });
    const outbound = { ca: [], proxy: { httpsProxy: `http://127.0.0.1:${proxy.port}` } };
    const url = new URL('https://images.test/debian.qcow2');
    await expect(send({ method: 'GET', url, signal: never }, outbound)).rejects.toThrow(
      /answered 403 for images.test:443/,
    );
    expect(asked).toEqual(['images.test:443']);
  });

  it('ends when its signal says so', async () => {
    await using silent = await serve(() => {});
    const stop = new AbortController();
    const sent = send({ method: 'GET', url: new URL(silent.url), signal: stop.signal }, none);
    const connection = connect(silent.port, '127.0.0.1');
    await once(connection, 'connect');
    connection.destroy();
    stop.abort(new Error('no answer within 30 s'));
    await expect(sent).rejects.toThrow(/no answer within 30 s/);
  });
});
