import { ApiError, type ApiRequest, type ApiResponse, type Identity } from '@drover/api';
import { connectionOptions, isHopByHop } from '@drover/kit';

type Fields = Record<string, string | readonly string[]>;

/** Fields that say who somebody is, or where a request came from. */
const IDENTITY = new Set(['authorization', 'cookie', 'forwarded']);
const IDENTITY_PREFIXES = ['impersonate-', 'x-remote-', 'x-forwarded-'];
/** What a header's name may be made of (RFC 9110 token), but for the mark of what is not. */
const PLAIN = /[A-Za-z0-9!#$&'*+\-.^_`|~]/;

/**
 * The header of a request to an extension server: what the caller sent, without anything that is about one connection or claims
 * an identity, in whatever spelling; then who the caller is, which the extension server believes because of our certificate. The
 * caller can neither double nor strike out what we add. How long the body is, is not among it: that is for whoever sends one.
 *
 * @throws ApiError ServiceUnavailable when a name has control characters, which cannot be sent.
 */
export function requestFields({ headers, from }: ApiRequest, { name, groups, extra }: Identity): Fields {
  const fields = passed(headers, (field) => field !== 'content-length' && !isIdentity(field));
  const tell = (field: string, values: readonly string[]): void => {
    if (values.length > 0) fields[field] = values.map((value) => inUtf8(field, value));
  };
  tell('X-Remote-User', [name]);
  tell('X-Remote-Group', groups);
  for (const [key, values] of Object.entries(extra)) tell(`X-Remote-Extra-${escapedKey(key)}`, values);
  if (from !== undefined) fields['x-forwarded-for'] = from;
  return fields;
}

/** The header of an extension server's answer as it may travel back. A cookie of that server would be set for ours. */
export function answerFields(headers: ApiRequest['headers']): ApiResponse['headers'] {
  return passed(headers, (field) => field !== 'set-cookie');
}

function passed(headers: ApiRequest['headers'], keep: (field: string) => boolean): Fields {
  const named = connectionOptions(headers['connection']);
  const fields: Fields = {};
  for (const [field, value] of Object.entries(headers)) {
    if (value === undefined || isHopByHop(field) || named.has(field) || !keep(field)) continue;
    fields[field] = value;
  }
  return fields;
}

/** An underscore is a hyphen to some servers. */
function isIdentity(field: string): boolean {
  const spelled = field.toLowerCase().replaceAll('_', '-');
  return IDENTITY.has(spelled) || IDENTITY_PREFIXES.some((prefix) => spelled.startsWith(prefix));
}

/** A value whose UTF-8 is what travels, as upstream sends it: Node sends each character of a header as one byte. */
function inUtf8(field: string, value: string): string {
  if (/\p{Cc}/u.test(value.replaceAll('\t', ''))) {
    const why = `net/http: invalid header field value for "${field}"`;
    throw new ApiError('ServiceUnavailable', `error trying to reach service: ${why}`);
  }
  return Buffer.from(value).toString('latin1');
}

function escapedKey(key: string): string {
  return [...Buffer.from(key)]
    .map((byte) => {
      const character = String.fromCharCode(byte);
      return PLAIN.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
    })
    .join('');
}
