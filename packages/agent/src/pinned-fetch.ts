import { createHash } from 'node:crypto';
import { request } from 'node:https';

/** The document that came is not the one that was pinned: someone else answered, or the pin is old. */
export class PinMismatch extends Error {
  override readonly name = 'PinMismatch';
}

const TIMEOUT_MS = 30_000;
const LIMIT = 1024 * 1024;

/**
 * Fetches a document over TLS *without verifying the server*, and returns what `extract` makes of it only when the SHA-256 of
 * that is `sha256`. The one thing it is for is the very first contact: the certificate authority that later verifies
 * everything is itself known by nothing but its checksum. No credential is sent, and nothing unpinned is returned.
 *
 * @throws PinMismatch when the checksum is another.
 * @throws Error when there is no answer.
 */
export async function fetchPinned(url: string, extract: (body: string) => string, sha256: string): Promise<string> {
  const text = extract(await fetchUnverified(url));
  const actual = createHash('sha256').update(text).digest('hex');
  if (actual !== sha256) {
    throw new PinMismatch(
      `Configured cacerts checksum (${actual}) does not match given --ca-checksum (${sha256}): the CA of the server at ${url} is not the one of the import manifest; apply the current manifest, unless somebody is in between`,
    );
  }
  return text;
}

function fetchUnverified(url: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { rejectUnauthorized: false, agent: false, timeout: TIMEOUT_MS });
    outgoing.once('timeout', () => outgoing.destroy(new Error(`GET ${url}: no answer within ${TIMEOUT_MS / 1000} s`)));
    outgoing.once('error', reject);
    outgoing.once('response', (incoming) => {
      let text = '';
      incoming.setEncoding('utf8');
      incoming.on('data', (chunk: string) => {
        text += chunk;
        if (text.length > LIMIT) outgoing.destroy(new Error(`GET ${url}: the answer is longer than ${LIMIT} bytes`));
      });
      incoming.once('error', reject);
      incoming.once('end', () => {
        if (incoming.statusCode === 200) resolve(text);
        else reject(new Error(`GET ${url}: the server answered ${incoming.statusCode}`));
      });
    });
    outgoing.end();
  });
}
