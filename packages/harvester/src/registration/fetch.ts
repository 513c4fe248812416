import type { Clock } from '@drover/kit';
import { type Outbound, OutboundError, plain, send } from '../outbound/request.js';
import type { RegistrationUrl } from '../setting/value.js';

/** Harvester's own bounds for a registration manifest. */
const TIMEOUT_MS = 30_000;
const MAX_BYTES = 1 << 20;
/** As much of a refusal as is shown. */
const MAX_SHOWN = 300;

/**
 * The text at a registration URL.
 *
 * @throws OutboundError when there is no answer within 30 s, one outside 200 to 399, or one larger than 1 MiB.
 */
export async function fetchManifest(
  { url, insecureSkipTLSVerify }: RegistrationUrl,
  outbound: Outbound,
  clock: Clock,
  signal: AbortSignal,
): Promise<string> {
  const target = new URL(url);
  const late = new AbortController();
  using _timer = clock.after(TIMEOUT_MS, () => late.abort(new Error(`no answer within ${TIMEOUT_MS / 1000} s`)));
  const request = { method: 'GET' as const, url: target, signal: AbortSignal.any([signal, late.signal]) };
  const { status, body } = await send(request, { ...outbound, skipVerify: insecureSkipTLSVerify });
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BYTES) throw new OutboundError(`GET ${plain(target)}: the answer exceeds ${MAX_BYTES} bytes`);
    chunks.push(chunk);
  }
  const text = Buffer.concat(chunks).toString('utf8');
  if (status < 200 || status > 399) {
    throw new OutboundError(`GET ${plain(target)}: ${status}: ${text.trim().slice(0, MAX_SHOWN)}`);
  }
  return text;
}
