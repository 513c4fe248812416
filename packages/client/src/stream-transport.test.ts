import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { expect, it } from 'vitest';
import { streamTransport } from './stream-transport.js';

it.each(['send', 'upgrade'] as const)(
  'a request (%s) that is given up in the moment in which its stream ends fails, and ends nothing else',
  async (way) => {
    const server = createServer((socket) => {
      // Hangs up instead of answering.
      socket.once('data', () => socket.end());
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const stop = new AbortController();
    await using transport = streamTransport(
      () => {
        const stream = connect(port, '127.0.0.1');
        stream.once('end', () => stop.abort(new Error('nobody waits any more')));
        return stream;
      },
      { host: 'far.example' },
    );
    const request = { method: 'GET', path: '/', headers: {}, signal: stop.signal };
    await expect(transport[way](request)).rejects.toThrow('nobody waits any more');
    server.close();
    // An error that nobody heard would be told here.
    await once(server, 'close');
  },
);
