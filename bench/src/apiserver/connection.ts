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

/** What one client asks a Kubernetes API through: one request at a time. */
export abstract class Connection implements Disposable {
  /** Sends a request and resolves with its whole answer, whatever its status. */
  async send(request: Request): Promise<Answer> {
    const parts: Buffer[] = [];
    const status = await this.answered(request, (bytes) => parts.push(Buffer.from(bytes)));
    return { status, body: parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts) };
  }

  /** As `send`, keeping the beginning and the end only: to hold a long answer costs more than to take it. */
  async skim(request: Request): Promise<Skimmed> {
    let length = 0;
    let first: Buffer = NOTHING;
    let last: Buffer = NOTHING;
    const status = await this.answered(request, (bytes) => {
      if (length === 0) first = Buffer.from(bytes);
      length += bytes.length;
      last = Buffer.concat([last.subarray(-END), bytes.subarray(-END)]);
    });
    return { status, length, first, last };
  }

  /**
   * Sends a request whose answer has no end: resolves when it has begun, and gives its body to `onBody` as it comes, in bytes that
   * are others afterwards.
   */
  abstract follow(request: Request, onBody: (bytes: Buffer) => void): Promise<void>;

  /** Resolves with the status when the answer is complete; `onBody` is given its body as it comes, in bytes that are others afterwards. */
  protected abstract answered(request: Request, onBody: (bytes: Buffer) => void): Promise<number>;

  abstract [Symbol.dispose](): void;
}
