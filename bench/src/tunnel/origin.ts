import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

// What is behind the tunnel, in a process of its own: bytes without end at /bulk, one KiB elsewhere.
const block = Buffer.alloc(64 * 1024);
const small = Buffer.alloc(1024);

const flood = (response: ServerResponse): void => {
  // One block a turn of the event loop: a transfer whose reader is quick must not keep the others from being written.
  const pump = (): void => {
    if (!response.destroyed && response.write(block)) setImmediate(pump);
  };
  response.on('drain', () => setImmediate(pump));
  pump();
};

const server = createServer((request, response) => {
  if (request.url === '/bulk') flood(response);
  else response.end(small);
});
server.listen(0, '127.0.0.1', () => process.stdout.write(`127.0.0.1:${(server.address() as AddressInfo).port}\n`));
process.stdin.resume().on('end', () => {
  server.close();
  server.closeAllConnections();
});
