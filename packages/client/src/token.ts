import type { Secret } from '@drover/kit';

/** A bearer token, or where to look for it at each request (a service account's token file is renewed in place). */
export type TokenSource = Secret | (() => Secret | Promise<Secret>);

/** The `authorization` header for a token, or none. */
export async function authorization(token: TokenSource | undefined): Promise<{ authorization?: string }> {
  if (token === undefined) return {};
  const secret = typeof token === 'function' ? await token() : token;
  return { authorization: `Bearer ${secret.reveal()}` };
}
