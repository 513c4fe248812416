import { once } from 'node:events';
import type { ConnectOpts } from 'node:net';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import type { ClusterAccess } from '@drover/client';
import { authorization, credentials } from './access.js';
import { AnswerParser, type AnswerSink } from './answer-parser.js';
import { Connection, type Request } from './connection.js';

interface Waiter extends AnswerSink {
  fail(error: Error): void;
}

/**
 * What was read last, on whichever connection: it is looked at before anything else is read. A buffer of its own for each read, on
 * its way through a stream of Node, would cost a third of what it costs to take an event.
 */
const ARRIVED = Buffer.allocUnsafeSlow(64 * 1024);

/**
 * One connection to a Kubernetes API that is kept alive: HTTP/1.1 over TLS, one request at a time. It does as little as can be done,
 * so that what is measured is the server.
 */
export class Http1Connection extends Connection {
  #waiter: Waiter | undefined;
  readonly #parser = new AnswerParser({
    head: (status) => this.#waiter?.head(status),
    body: (bytes) => this.#waiter?.body(bytes),
    end: () => this.#waiter?.end(),
  });

  private constructor(
    readonly socket: TLSSocket,
    readonly commonHead: string,
  ) {
    super();
    socket.on('error', (error) => this.#waiter?.fail(error));
    socket.on('close', () => this.#waiter?.fail(new Error('the server closed the connection')));
  }

  /** Connects. The server's certificate is verified. */
  static async open(access: ClusterAccess): Promise<Http1Connection> {
    const { hostname, port, host } = new URL(access.server);
    let connection: Http1Connection | undefined;
    const read = (length: number): boolean => {
      if (connection !== undefined) connection.#parser.take(ARRIVED.subarray(0, length));
      return true;
    };
    const options: ConnectionOptions & ConnectOpts = {
      host: hostname,
      port: Number(port || 443),
      ...credentials(access),
      onread: { buffer: ARRIVED, callback: read },
    };
    const socket = connect(options);
    await once(socket, 'secureConnect');
    socket.setNoDelay(true);
    const fields = Object.entries({ host, ...(await authorization(access)) });
    const head = fields.map(([name, value]) => `${name}: ${value}\r\n`).join('');
    connection = new Http1Connection(socket, ` HTTP/1.1\r\n${head}`);
    return connection;
  }

  protected answered(request: Request, onBody: (bytes: Buffer) => void): Promise<number> {
    return new Promise((resolve, reject) => {
      let status = 0;
      this.#ask(request, {
        head: (code) => {
          status = code;
        },
        body: onBody,
        end: () => {
          this.#waiter = undefined;
          resolve(status);
        },
        fail: reject,
      });
    });
  }

  follow(request: Request, onBody: (bytes: Buffer) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#ask(request, {
        head: (status) => (status === 200 ? resolve() : reject(new Error(`${request.path}: ${status}`))),
        body: onBody,
        end: () => undefined,
        fail: reject,
      });
    });
  }

  #ask({ method, path, body, contentType = 'application/json' }: Request, waiter: Waiter): void {
    this.#waiter = waiter;
    const head = `${method} ${path}${this.commonHead}`;
    this.socket.write(
      body === undefined
        ? `${head}\r\n`
        : `${head}content-type: ${contentType}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    );
  }

  [Symbol.dispose](): void {
    this.#waiter = undefined;
    this.socket.destroy();
  }
}
