import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { decodeProtobufBody, readYamlBody } from '../request/decode.js';

/** Bytes of one body that an event tells; of a larger one it says that it was left out. */
export const RECORDED_BYTES = 1024 * 1024;

/** What a request's body was, noted as it is read. */
export class RecordedBody {
  #chunks: Uint8Array[] | undefined = [];
  #bytes = 0;

  /** The same body; what is read of it is kept. */
  async *through(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of body) {
      this.#bytes += chunk.length;
      if (this.#bytes > RECORDED_BYTES) this.#chunks = undefined;
      else this.#chunks?.push(chunk);
      yield chunk;
    }
  }

  get tooLarge(): boolean {
    return this.#chunks === undefined;
  }

  /** The document that was read; `undefined` when there was none, or none that can be told. */
  async document(contentType: string, encoding: string | undefined): Promise<unknown> {
    if (this.#chunks === undefined || this.#bytes === 0) return undefined;
    const sent = Buffer.concat(this.#chunks);
    try {
      const bytes = encoding === 'gzip' ? await promisify(gunzip)(sent, { maxOutputLength: RECORDED_BYTES }) : sent;
      return (await (contentType.includes('protobuf') ? decodeProtobufBody(bytes) : readYamlBody(bytes))).value;
    } catch {
      // What could not be read was refused, and the refusal is told.
      return undefined;
    }
  }
}
