import { describe, expect, it } from 'vitest';
import { ask } from '../testing/ask.js';
import { openTestServer } from '../testing/test-server.js';

describe('what is not implemented', () => {
  it.each([
    [
      '/apis/certificates.k8s.io/v1/certificatesigningrequests',
      {
        apiVersion: 'certificates.k8s.io/v1',
        kind: 'CertificateSigningRequest',
        metadata: { name: 'x' },
        spec: { request: 'eA==', signerName: 'a.io/b', usages: ['client auth'] },
      },
      'signing of certificates is not implemented by this server',
    ],
  ])('is refused by name at %s', async (url, body, message) => {
    await using test = await openTestServer();
    const answer = await ask(test.server, 'POST', url, body);
    expect([answer.status, answer.body['message']]).toEqual([501, message]);
  });

  it('but does no harm is told in a Warning', async () => {
    await using test = await openTestServer();
    const body = {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: 'x' },
      spec: { podSelector: {} },
    };
    const { status, headers } = await ask(
      test.server,
      'POST',
      '/apis/networking.k8s.io/v1/namespaces/default/networkpolicies',
      body,
    );
    expect([status, headers['warning']]).toEqual([
      201,
      ['299 - "NetworkPolicies are kept, but not enforced by this server"'],
    ]);
  });
});
