import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer, type TLSSocket } from 'node:tls';
import { createApiServer } from '@drover/apiserver';
import { createLog, drawnAhead, systemClock } from '@drover/kit';
import { openMemoryStore } from '@drover/store';
import { sample } from './api.js';

/** Of a head that has come: what it asks for, and the length of the body behind it. */
const LENGTH = /\r\ncontent-length: (\d+)/;
const HEAD_END = '\r\n\r\n';

/**
 * The limit of figure 4 in one thread of Node: what is sent in a PATCH goes to everybody who watches, in an event of the usual size
 * that is put together once. No object is kept, nothing is checked, the disk is not asked.
 */
class FanOut {
  readonly #watchers = new Set<TLSSocket>();

  take(socket: TLSSocket): void {
    let arrived = '';
    socket.setNoDelay(true);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.#watchers.delete(socket));
    socket.on('data', (bytes) => {
      arrived += bytes.toString('latin1');
      for (let end = arrived.indexOf(HEAD_END); end >= 0; end = arrived.indexOf(HEAD_END)) {
        const head = arrived.slice(0, end);
        const start = end + HEAD_END.length;
        const length = Number(LENGTH.exec(head)?.[1] ?? 0);
        if (arrived.length < start + length) return;
        this.#answer(socket, head, arrived.slice(start, start + length));
        arrived = arrived.slice(start + length);
      }
    });
  }

  #answer(socket: TLSSocket, head: string, body: string): void {
    if (head.includes('?watch=1')) {
      this.#watchers.add(socket);
      socket.write(`HTTP/1.1 200 OK\r\ntransfer-encoding: chunked${HEAD_END}`);
      return;
    }
    if (head.startsWith('PATCH ')) this.#tell((JSON.parse(body) as { spec: Record<string, unknown> }).spec);
    socket.write(`HTTP/1.1 200 OK\r\ncontent-length: 2${HEAD_END}{}`);
  }

  #tell(spec: Record<string, unknown>): void {
    const line = `${JSON.stringify({ type: 'MODIFIED', object: sample('watched', spec) })}\n`;
    const chunk = Buffer.from(`${line.length.toString(16)}\r\n${line}\r\n`);
    for (const watcher of this.#watchers) watcher.write(chunk);
  }
}

/** Serves in a process of its own, with an authority in the directory named on its command line, until its standard input ends. */
async function main(dataDir: string): Promise<void> {
  const random = drawnAhead(randomBytes);
  const log = createLog({ write: (line) => process.stderr.write(`${line}\n`), clock: systemClock, level: 'warn' });
  const advertise = { host: '127.0.0.1', port: 6443 };
  await using store = openMemoryStore({ clock: systemClock, log });
  // For its certificates alone: clients connect as they do to ours.
  await using authority = await createApiServer({ store, clock: systemClock, random, log, dataDir, advertise });
  const { certPem, keyPem } = await authority.servingCertificate([advertise.host]);
  const fanOut = new FanOut();
  const server = createServer({ cert: certPem, key: keyPem, minVersion: 'TLSv1.2' }, (socket) => fanOut.take(socket));
  server.listen(0, advertise.host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const kubeconfig = await authority.adminKubeconfig(`https://${advertise.host}:${port}`);
  process.stdout.write(`${JSON.stringify({ kubeconfig })}\n`);
  process.stdin.resume();
  await once(process.stdin, 'end');
  server.close();
}

const [dataDir] = process.argv.slice(2);
if (dataDir === undefined) throw new TypeError('usage: fan-out DATA-DIR');
await main(dataDir);
