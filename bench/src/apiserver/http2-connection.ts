import { once } from 'node:events';
import { type ClientHttp2Session, type ClientHttp2Stream, connect } from 'node:http2';
import type { ClusterAccess } from '@drover/client';
import { authorization, credentials } from './access.js';
import { Connection, type Request } from './connection.js';

/** Clients that share a connection: fewer than the requests that servers of Kubernetes take on one at a time. */
const CLIENTS = 50;

/** Bytes that may be on their way to one client (Go's http2.Transport). */
const WINDOW = 4 * 1024 * 1024;

interface Shared {
  readonly session: ClientHttp2Session;
  readonly fields: { readonly authorization?: string };
  clients: number;
}

/** HTTP/2 to one server: a connection for every fifty clients, as programs with many watches have them. */
export class Http2Connections {
  readonly #open = new Set<Shared>();

  constructor(readonly access: ClusterAccess) {}

  async connect(): Promise<Connection> {
    const shared = [...this.#open].find(({ clients }) => clients < CLIENTS) ?? (await this.#connect());
    shared.clients += 1;
    return new Http2Client(shared, () => this.#leave(shared));
  }

  async #connect(): Promise<Shared> {
    const session = connect(this.access.server, {
      ...credentials(this.access),
      settings: { initialWindowSize: WINDOW },
    });
    await once(session, 'connect');
    session.setLocalWindowSize(WINDOW * 4);
    const shared = { session, fields: await authorization(this.access), clients: 0 };
    this.#open.add(shared);
    return shared;
  }

  #leave(shared: Shared): void {
    shared.clients -= 1;
    if (shared.clients > 0) return;
    this.#open.delete(shared);
    shared.session.destroy();
  }
}

class Http2Client extends Connection {
  #stream: ClientHttp2Stream | undefined;

  constructor(
    readonly shared: Shared,
    readonly leave: () => void,
  ) {
    super();
  }

  follow(request: Request, onBody: (bytes: Buffer) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      const stream = this.#ask(request, onBody, reject);
      stream.on('response', ({ ':status': status }) =>
        status === 200 ? resolve() : reject(new Error(`${request.path}: ${status}`)),
      );
    });
  }

  protected answered(request: Request, onBody: (bytes: Buffer) => void): Promise<number> {
    return new Promise((resolve, reject) => {
      let answered = 0;
      const stream = this.#ask(request, onBody, reject);
      stream.on('response', ({ ':status': status }) => {
        answered = status ?? 0;
      });
      stream.on('end', () => resolve(answered));
    });
  }

  #ask(
    { method, path, body, contentType = 'application/json' }: Request,
    onBody: (bytes: Buffer) => void,
    onError: (error: Error) => void,
  ): ClientHttp2Stream {
    const { session, fields } = this.shared;
    const typed = body === undefined ? {} : { 'content-type': contentType };
    const stream = session.request({ ':method': method, ':path': path, ...fields, ...typed });
    this.#stream = stream;
    stream.on('data', onBody);
    stream.on('error', onError);
    stream.end(body);
    return stream;
  }

  [Symbol.dispose](): void {
    this.#stream?.removeAllListeners('error').on('error', () => undefined);
    this.#stream?.destroy();
    this.leave();
  }
}
