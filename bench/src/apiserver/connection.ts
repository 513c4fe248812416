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

const NOTHING = Buffer.alloc(0);
/** Bytes at the end of a list in which its metadata is, when it is not at the beginning. */
const END = 4096;

/** What is kept of an answer that may be long: where a list's metadata is. */
export interface Skimmed {
  readonly status: number;
  readonly length: number;
  readonly first: Buffer;
  readonly last: Buffer;
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
  async send(request: Request): Promise<Answer> {
    const parts: Buffer[] = [];
    const status = await this.#answered(request, (bytes) => parts.push(bytes));
    return { status, body: parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts) };
  }

  /** As `send`, keeping the beginning and the end only: to hold a long answer costs more than to take it. */
  async skim(request: Request): Promise<Skimmed> {
    let length = 0;
    let first: Buffer = NOTHING;
    let last: Buffer = NOTHING;
    const status = await this.#answered(request, (bytes) => {
      if (length === 0) first = bytes;
      length += bytes.length;
      last = bytes.length < END ? Buffer.concat([last.subarray(-END), bytes]) : bytes;
    });
    return { status, length, first, last };
  }

  #answered(request: Request, onBody: (bytes: Buffer) => void): Promise<number> {
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
