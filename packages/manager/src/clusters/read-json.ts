import type { Client } from '@drover/client';

/** Discovery and version documents are some kilobytes; more than this is nobody's. */
const LIMIT = 8 * 1024 * 1024;

/** The JSON document at a path that is no resource; `undefined` when it is not served. */
export async function readJson(
  client: Client,
  path: string,
  { accept = 'application/json', signal }: { readonly accept?: string; readonly signal?: AbortSignal } = {},
): Promise<unknown> {
  const headers = { accept };
  const response = await client.raw({ method: 'GET', path, headers, ...(signal === undefined ? {} : { signal }) });
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of response.body) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length > LIMIT) throw new Error(`GET ${path}: the answer is longer than ${LIMIT} bytes`);
  }
  if (response.status === 404) return undefined;
  if (response.status !== 200) throw new Error(`GET ${path} answered ${response.status}`);
  return JSON.parse(text + decoder.decode());
}
