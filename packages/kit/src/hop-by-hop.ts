/**
 * Fields of HTTP's header that are about one connection and not about the message, which whoever passes a message on leaves out (RFC
 * 9110, 7.6.1), and those of the same kind that were never standardized. Names are in lower case.
 */
const HOP_BY_HOP: ReadonlySet<string> = new Set([
  'connection',
  'expect',
  'host',
  'http2-settings',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** Whether a field stays behind when its message is passed on, in whatever spelling: an underscore is a hyphen to some servers. */
export function isHopByHop(name: string): boolean {
  return HOP_BY_HOP.has(name.toLowerCase().replaceAll('_', '-'));
}

/** The further fields that a message's `Connection` names as being about the connection, in lower case. */
export function connectionOptions(connection: string | readonly string[] | undefined): ReadonlySet<string> {
  const text = typeof connection === 'string' ? connection : (connection ?? []).join(',');
  return new Set(
    text
      .split(',')
      .map((name) => name.trim().toLowerCase())
      .filter((name) => name !== ''),
  );
}
