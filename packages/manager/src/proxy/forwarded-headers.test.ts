import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { forwardable, returnable } from './forwarded-headers.js';

const CLAIMS = [
  'impersonate-user',
  'Impersonate_Group',
  'impersonate-extra-x',
  'x-remote-user',
  'authorization',
  'cookie',
  'x-forwarded-for',
  'host',
];
const HOPS = ['connection', 'upgrade', 'te', 'trailer', 'transfer-encoding', 'keep-alive', 'proxy-authorization'];
const plain = fc.constantFrom('accept', 'content-type', 'x-own', 'user-agent', 'sec-websocket-protocol');
const name = fc.oneof(plain, fc.constantFrom(...CLAIMS.map((each) => each.toLowerCase()), ...HOPS));

describe('the header fields of a request that travel on', () => {
  it('are never those that claim an identity, belong to one hop, or are named by Connection', () => {
    fc.assert(
      fc.property(fc.dictionary(name, fc.string()), fc.array(name), (fields, named) => {
        const kept = Object.keys(forwardable({ ...fields, connection: named.join(', ') }));
        for (const each of kept) {
          expect(CLAIMS.concat(HOPS).map((claim) => claim.toLowerCase().replaceAll('_', '-'))).not.toContain(
            each.replaceAll('_', '-'),
          );
          expect(named).not.toContain(each);
        }
      }),
    );
  });

  it('carry no token disguised as a subprotocol', () => {
    const offered = 'v4.channel.k8s.io, base64url.bearer.authorization.k8s.io.ZXlK, plain.kubevirt.io';
    expect(forwardable({ 'sec-websocket-protocol': offered })).toEqual({
      'sec-websocket-protocol': 'v4.channel.k8s.io, plain.kubevirt.io',
    });
  });

  it('are otherwise all there, as they were', () => {
    const fields = { accept: '*/*', 'content-type': 'application/json', 'sec-websocket-protocol': 'v4.channel.k8s.io' };
    expect(forwardable({ ...fields, connection: 'keep-alive' })).toEqual(fields);
  });
});

it('what travels back sets no cookies and belongs to no hop', () => {
  const fields = {
    'set-cookie': ['a=b'],
    connection: 'x-own',
    'x-own': '1',
    'transfer-encoding': 'chunked',
    etag: '"1"',
  };
  expect(returnable(fields)).toEqual({ etag: '"1"' });
});
