import { EventEmitter, once } from 'node:events';
import { createServer } from 'node:https';
import { connect, type TLSSocket } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { openTestServer } from '../testing/test-server.js';
import { serveHttp1 } from './http1.js';

/** How long readers may take nothing here, in milliseconds. */
const STALL_MS = 1000;

/** A front that answers with `body`, asked by a reader who takes nothing yet. */
async function ask(body: Uint8Array | AsyncIterable<Uint8Array>) {
  const test = await openTestServer();
  const { certPem: cert, keyPem: key } = await test.server.servingCertificate(['127.0.0.1']);
  const front = createServer({ cert, key });
  front.timeout = STALL_MS;
  const handle = async () => ({ status: 200, headers: {}, body });
  serveHttp1(front, { ...test.server, handle }, () => {});
  await once(front.listen(0, '127.0.0.1'), 'listening');
  const bound = front.address();
  const port = typeof bound === 'object' && bound !== null ? bound.port : 0;
  const connected = once(front, 'secureConnection');
  const reader = connect({ port, host: '127.0.0.1', ca: test.server.caPem });
  reader.write('GET / HTTP/1.1\r\nhost: test\r\n\r\n');
  const asked = once(front, 'request');
  const [connection] = (await connected) as [TLSSocket];
  await asked;
  const began = performance.now();
  return {
    reader,
    /** Milliseconds after which the connection was cut. */
    cut: once(connection, 'close').then(() => performance.now() - began),
    async [Symbol.asyncDispose]() {
      reader.destroy();
      front.close();
      await test[Symbol.asyncDispose]();
    },
  };
}

/** Longer than what a connection holds on its way. */
const LONG = Buffer.alloc(32 * 1024 * 1024);

describe('an answer that its reader does not take', () => {
  it('is cut after a while when it is whole', async () => {
    await using asked = await ask(LONG);
    expect(await asked.cut).toBeGreaterThan(STALL_MS * 0.9);
  });

  it('is cut after a while when it is a stream', async () => {
    async function* body(): AsyncGenerator<Uint8Array> {
      for (;;) yield LONG.subarray(0, 100_000);
    }
    await using asked = await ask(body());
    expect(await asked.cut).toBeGreaterThan(STALL_MS * 0.9);
  });
});

describe('an answer that says nothing for a while', () => {
  it('is not cut', async () => {
    const speaker = new EventEmitter();
    const said = once(speaker, 'said');
    async function* body(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('first');
      await said;
      yield Buffer.from('second');
    }
    await using asked = await ask(body());
    let text = '';
    asked.reader.on('data', (bytes: Buffer) => {
      text += bytes.toString('latin1');
    });
    asked.reader.setTimeout(STALL_MS * 2);
    await once(asked.reader, 'timeout');
    speaker.emit('said');
    asked.reader.setTimeout(0);
    while (!text.includes('second')) await once(asked.reader, 'data');
    expect(text).toContain('first');
  });
});
