import { once } from 'node:events';
import { connect, type TLSSocket } from 'node:tls';
import type { ClusterAccess } from '@drover/client';
import { authorization, credentials } from './access.js';
import { AnswerParser, type AnswerSink } from './answer-parser.js';
import { Connection, type Request } from './connection.js';

interface Waiter extends AnswerSink {
  fail(error: Error): void;
}

/**
 * One connection to a Kubernetes API that is kept alive: HTTP/1.1 over TLS, one request at a time. It does as little as can be done,
 * so that what is measured is the server.
 */
export class Http1Connection extends Connection {
  #waiter: Waiter | undefined;

  private constructor(
    readonly socket: TLSSocket,
    readonly commonHead: string,
  ) {
    super();
    const parser = new AnswerParser({
      head: (status) => this.#waiter?.head(status),
      body: (bytes) => this.#waiter?.body(bytes),
      end: () => this.#waiter?.end(),
    });
    socket.on('data', (data: Buffer) => parser.take(data));
    socket.on('error', (error) => this.#waiter?.fail(error));
    socket.on('close', () => this.#waiter?.fail(new Error('the server closed the connection')));
  }

  /** Connects. The server's certificate is verified. */
  static async open(access: ClusterAccess): Promise<Http1Connection> {
    const { hostname, port, host } = new URL(access.server);
    const socket = connect({ host: hostname, port: Number(port || 443), ...credentials(access) });
    await once(socket, 'secureConnect');
    socket.setNoDelay(true);
    const fields = Object.entries({ host, ...(await authorization(access)) });
    const head = fields.map(([name, value]) => `${name}: ${value}\r\n`).join('');
    return new Http1Connection(socket, ` HTTP/1.1\r\n${head}`);
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
