import { describe, expect, it } from 'vitest';
import { type Credentials, readCredentials } from './credentials.js';

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const token = (via: 'bearer' | 'basic' | 'cookie'): Credentials => ({
  form: 'token',
  via,
  name: 'token-abcde',
  key: 'secret',
});

describe('credentials are read from', () => {
  const table: [string, Parameters<typeof readCredentials>[0], Credentials][] = [
    ['nothing', {}, { form: 'none' }],
    ['a bearer', { authorization: 'Bearer token-abcde:secret' }, token('bearer')],
    ['a bearer in capitals', { authorization: 'BEARER  token-abcde:secret' }, token('bearer')],
    ['basic', { authorization: `Basic ${base64('token-abcde:secret')}` }, token('basic')],
    ['the session cookie', { cookie: 'a=b; R_SESS=token-abcde:secret; CSRF=x' }, token('cookie')],
    [
      'a header before a cookie',
      { authorization: 'Bearer eyJhbGciOi', cookie: 'R_SESS=token-abcde:secret' },
      { form: 'foreign' },
    ],
    ['a service account token', { authorization: 'Bearer eyJhbGciOi.x.y' }, { form: 'foreign' }],
    ['too many parts', { authorization: 'Bearer a:b:c' }, { form: 'malformed' }],
    ['a name with a path in it', { authorization: 'Bearer ../users/x:b' }, { form: 'malformed' }],
    ['an empty key', { authorization: 'Bearer token-abcde:' }, { form: 'malformed' }],
    ['another scheme', { authorization: 'Negotiate abc' }, { form: 'malformed' }],
    ['an empty header', { authorization: '' }, { form: 'malformed' }],
    ['a cookie of a similar name', { cookie: 'XR_SESS=token-abcde:secret' }, { form: 'none' }],
  ];
  it.each(table)('%s', (_, headers, expected) => expect(readCredentials(headers)).toEqual(expected));
});
