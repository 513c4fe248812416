import { once } from 'node:events';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import type { ClusterAccess } from '@drover/client';
import { AnswerParser, type AnswerSink } from './answer-parser.js';

/** One request to a Kubernetes API. */
export interface Request {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly body?: string;
  readonly contentType?: string;
}

/** A whole answer. */
export interface Answer {
  readonly status: number;
  readonly body: Buffer;
}

interface Waiter extends AnswerSink {
  fail(error: Error): void;
}

/**
 * One connection to a Kubernetes API that is kept alive: HTTP/1.1 over TLS, one request at a time. It does as little as can be done,
 * so that what is measured is the server.
 */
export class Connection implements Disposable {
  #waiter: Waiter | undefined;

  private constructor(
    readonly socket: TLSSocket,
    readonly commonHead: string,
  ) {
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
  static async open({ server, ca, cert, key, token, tlsServerName }: ClusterAccess): Promise<Connection> {
    const { hostname, port, host } = new URL(server);
    const socket = connectTls({
      host: hostname,
      port: Number(port || 443),
      ca,
      cert,
      key: key?.reveal(),
      ...(tlsServerName === undefined ? {} : { servername: tlsServerName }),
    });
    await once(socket, 'secureConnect');
    socket.setNoDelay(true);
    const bearer = typeof token === 'function' ? await token() : token;
    return new Connection(
      socket,
      ` HTTP/1.1\r\nhost: ${host}\r\n${bearer === undefined ? '' : `authorization: Bearer ${bearer.reveal()}\r\n`}`,
    );
  }

  /** Sends a request and resolves with its whole answer, whatever its status. */
  send(request: Request): Promise<Answer> {
    return new Promise((resolve, reject) => {
      let status = 0;
      const parts: Buffer[] = [];
      this.#ask(request, {
        head: (code) => {
          status = code;
        },
        body: (bytes) => parts.push(bytes),
        end: () => {
          this.#waiter = undefined;
          resolve({ status, body: parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts) });
        },
        fail: reject,
      });
    });
  }

  /** Sends a request whose answer has no end: resolves when it has begun, and gives its body to `onBody` as it comes. */
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
