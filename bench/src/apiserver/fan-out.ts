import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createServer, type TLSSocket } from 'node:tls';
import { createApiServer } from '@drover/apiserver';
import { createLog, drawnAhead, systemClock } from '@drover/kit';
import { openMemoryStore, openSqliteStore, type Revision, type Store } from '@drover/store';
import { asStored } from './api.js';

/** Of a head that has come: what it asks for, and the length of the body behind it. */
const LENGTH = /\r\ncontent-length: (\d+)/;
const HEAD_END = '\r\n\r\n';

/**
 * The limit of figure 4 for a server of Node whose writes are durable: what is sent in a PATCH is committed in the bytes of the usual
 * object, by the store that ours uses, and goes to everybody who watches, put together once. Nothing is looked up, merged or checked.
 */
class FanOut {
  readonly #watchers = new Set<TLSSocket>();
  #writers = 0;

  constructor(readonly store: Store) {}

  take(socket: TLSSocket): void {
    const writer: Writer = { key: `/written/${this.#writers++}`, revision: undefined };
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
        // What fails here ends the process, with its reason: a limit that loses writes is none.
        void this.#answer(socket, writer, head, arrived.slice(start, start + length));
        arrived = arrived.slice(start + length);
      }
    });
  }

  async #answer(socket: TLSSocket, writer: Writer, head: string, body: string): Promise<void> {
    if (head.includes('?watch=1')) {
      this.#watchers.add(socket);
      socket.write(`HTTP/1.1 200 OK\r\ntransfer-encoding: chunked${HEAD_END}`);
      return;
    }
    const object = head.startsWith('PATCH ') ? await this.#write(writer, JSON.parse(body) as Sent) : '{}';
    socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${object.length}${HEAD_END}${object}`);
  }

  async #write(writer: Writer, { spec }: Sent): Promise<string> {
    const object = JSON.stringify(asStored('watched', spec));
    const { key, revision } = writer;
    const bytes = Buffer.from(object);
    const entry = await (revision === undefined
      ? this.store.create(key, bytes)
      : this.store.update(key, bytes, revision));
    writer.revision = entry.revision;
    const line = `{"type":"MODIFIED","object":${object}}\n`;
    const chunk = Buffer.from(`${line.length.toString(16)}\r\n${line}\r\n`);
    for (const watcher of this.#watchers) watcher.write(chunk);
    return object;
  }
}

/** Each connection writes an entry of its own, one request at a time: nobody waits for anybody else. */
interface Writer {
  readonly key: string;
  revision: Revision | undefined;
}

interface Sent {
  readonly spec: Record<string, unknown>;
}

/** Serves in a process of its own, with an authority in the directory named on its command line, until its standard input ends. */
async function main(dataDir: string): Promise<void> {
  const random = drawnAhead(randomBytes);
  const log = createLog({ write: (line) => process.stderr.write(`${line}\n`), clock: systemClock, level: 'warn' });
  const advertise = { host: '127.0.0.1', port: 6443 };
  // For its certificates alone: clients connect as they do to ours.
  await using unused = openMemoryStore({ clock: systemClock, log });
  await using authority = await createApiServer({ store: unused, clock: systemClock, random, log, dataDir, advertise });
  const { certPem, keyPem } = await authority.servingCertificate([advertise.host]);
  await using store = await openSqliteStore({ file: join(dataDir, 'store.db'), clock: systemClock, log });
  const fanOut = new FanOut(store);
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
