import { EventEmitter, once } from 'node:events';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { openTestServer } from '../testing/test-server.js';
import { serveHttp1 } from './http1.js';

/** How long readers may take nothing here, in milliseconds. */
const STALL_MS = 50;

/** A front whose answers are longer than what the kernel keeps for a reader, and a connection to it. */
async function ask(body: Uint8Array | AsyncIterable<Uint8Array>) {
  const test = await openTestServer();
  const front = createServer();
  front.timeout = STALL_MS;
  const handle = async () => ({ status: 200, headers: {}, body });
  serveHttp1(front, { ...test.server, handle }, () => {});
  await once(front.listen(0, '127.0.0.1'), 'listening');
  const bound = front.address();
  const served = once(front, 'connection');
  const reader = connect(typeof bound === 'object' && bound !== null ? bound.port : 0, '127.0.0.1');
  reader.write('GET / HTTP/1.1\r\nhost: test\r\n\r\n');
  const [connection] = await served;
  return {
    reader,
    cut: once(connection, 'close'),
    async [Symbol.asyncDispose]() {
      reader.destroy();
      front.close();
      await test[Symbol.asyncDispose]();
    },
  };
}

const LONG = Buffer.alloc(32 * 1024 * 1024);

describe('an answer that its reader does not take', () => {
  it('is cut after a while when it is whole', async () => {
    await using asked = await ask(LONG);
    await asked.cut;
  });

  it('is cut after a while when it is a stream', async () => {
    async function* body(): AsyncGenerator<Uint8Array> {
      for (;;) yield LONG.subarray(0, 100_000);
    }
    await using asked = await ask(body());
    await asked.cut;
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
    const idle = once(asked.reader, 'timeout');
    asked.reader.setTimeout(STALL_MS * 3);
    let text = '';
    asked.reader.on('data', (bytes: Buffer) => {
      text += bytes.toString('latin1');
    });
    await idle;
    speaker.emit('said');
    asked.reader.setTimeout(0);
    while (!text.includes('second')) await once(asked.reader, 'data');
    expect(text).toContain('first');
  });
});
