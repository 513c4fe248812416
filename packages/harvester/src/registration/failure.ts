/**
 * The cluster could not be registered. The message names the host and the reason; what leads to the manifest is left out, as it
 * is also the credential of whoever joins, and the message is read by many: in Events, in a condition, in the log.
 */
export class RegistrationFailed extends Error {
  override readonly name = 'RegistrationFailed';
}

/** Shorter texts are no credentials, and occur in any sentence. */
const MIN_SECRET = 8;

/** What went wrong at a registration URL; `url` is empty when it was not even read. It has no cause: that would be logged. */
export function registrationFailed(error: unknown, url: string): RegistrationFailed {
  const message = error instanceof Error ? error.message : String(error);
  return new RegistrationFailed(URL.canParse(url) ? withoutWay(message, new URL(url)) : message);
}

/** Leaves out the path and query, and the credentials in them wherever else they occur, such as in what the server answered. */
function withoutWay(message: string, { origin, pathname, search, username, password }: URL): string {
  const file = pathname.split('/').at(-1) ?? '';
  const parts = [file, file.split('_')[0] ?? '', search.slice(1), username, password];
  const secrets = [pathname + search, pathname, ...parts].filter(({ length }) => length >= MIN_SECRET);
  const named = message.replaceAll(`${origin}${pathname}`, `${origin}/…`);
  return secrets.reduce((text, secret) => text.replaceAll(secret, '…'), named);
}
