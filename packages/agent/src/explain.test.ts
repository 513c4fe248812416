import { TransportError } from '@drover/client';
import { TunnelRefused } from '@drover/tunnel';
import { describe, expect, it } from 'vitest';
import { explain } from './explain.js';

const failure = (code: string): Error => Object.assign(new Error('connect failed'), { code });

describe('a failure of the agent', () => {
  it.each([
    [failure('ENOTFOUND'), /does not resolve in this cluster/],
    [failure('ECONNREFUSED'), /nothing listens at that address/],
    [failure('CERT_HAS_EXPIRED'), /has expired; renew it there/],
    [
      new TransportError('GET https://drover/ping: refused', { cause: failure('SELF_SIGNED_CERT_IN_CHAIN') }),
      /apply the import manifest anew/,
    ],
    [new TunnelRefused(401, 'the server answered 401'), /the cluster was deleted there or its token was replaced/],
    [new TunnelRefused(418, 'the server answered 418'), /^the server answered 418$/],
    [new Error('something else'), /^something else$/],
    ['no error at all', /^no error at all$/],
  ])('%s comes with what to do about it', (error, sentence) => {
    expect(explain(error)).toMatch(sentence);
  });
});
