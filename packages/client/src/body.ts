import { fromStatus } from '@drover/api';
import { TransportError, type TransportResponse } from './transport.js';

/**
 * The whole body as text. More than `limitBytes` is refused: an answer that does not end must not fill the memory.
 *
 * @throws TransportError when the body is longer than `limitBytes`.
 */
export async function readText(body: AsyncIterable<Uint8Array>, limitBytes: number): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  let size = 0;
  for await (const chunk of body) {
    size += chunk.byteLength;
    if (size > limitBytes) throw new TransportError(`the answer is longer than ${limitBytes} bytes`);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

/**
 * The JSON document of a successful answer.
 *
 * @throws ApiError for any status that is not 2xx.
 * @throws TransportError when the answer is no JSON, or longer than `limitBytes`.
 */
export async function readDocument(response: TransportResponse, limitBytes: number): Promise<unknown> {
  const { status } = response;
  if (status < 200 || status > 299) throw await refusal(response);
  const text = await readText(response.body, limitBytes);
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new TransportError(`the answer (${status}) is no JSON: ${text.slice(0, 80)}`, { cause });
  }
}

/** A refusal is a Status document of a few hundred bytes; an HTML page of a proxy in between may be longer. */
const REFUSAL_LIMIT = 1024 * 1024;

/** The error that an answer other than 2xx stands for. */
export async function refusal(response: TransportResponse): Promise<Error> {
  const { status } = response;
  const text = await readText(response.body, REFUSAL_LIMIT);
  if (status >= 300 && status < 400) {
    return fromStatus(502, `the server answered ${status}: redirects are not followed`);
  }
  try {
    return fromStatus(status, JSON.parse(text));
  } catch {
    return fromStatus(status, text);
  }
}
