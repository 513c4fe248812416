import { isJsonObject, type Json, withoutSecrets } from '@drover/api';

/** As much of a body as is told; longer ones are left out. */
export const RECORDED_BYTES = 64 * 1024;

/** Collects what passes, as far as it is told, while it passes. */
export class RecordedBody {
  #chunks: Uint8Array[] = [];
  #size = 0;

  constructor(private readonly contentType: string | undefined) {}

  /** The same bytes, seen by this. */
  async *through(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of body) {
      this.#size += chunk.byteLength;
      if (this.#size <= RECORDED_BYTES) this.#chunks.push(chunk);
      else this.#chunks = [];
      yield chunk;
    }
  }

  /** What passed, without secrets; a text that says why it is not told; `undefined` when nothing passed. */
  get told(): Json | undefined {
    if (this.#size === 0) return undefined;
    if (!isJson(this.contentType)) return `[left out: ${this.contentType ?? 'no content type'}]`;
    if (this.#size > RECORDED_BYTES) return `[left out: more than ${RECORDED_BYTES} bytes]`;
    const document = this.#document;
    return document === undefined ? '[left out: no JSON]' : withoutSecrets(document);
  }

  /** The name that the object which passed has, or is to have. */
  get objectName(): string | undefined {
    if (!isJson(this.contentType) || this.#size > RECORDED_BYTES) return undefined;
    const document = this.#document;
    const metadata = isJsonObject(document) ? document['metadata'] : undefined;
    const name = isJsonObject(metadata) ? metadata['name'] : undefined;
    return typeof name === 'string' ? name : undefined;
  }

  get #document(): Json | undefined {
    try {
      return JSON.parse(Buffer.concat(this.#chunks).toString('utf8')) as Json;
    } catch {
      return undefined;
    }
  }
}

/** Whether a body of this type can be told. */
export const isJson = (contentType: string | undefined): boolean =>
  /^application\/([\w.-]+\+)?json\b/.test(contentType ?? '');
