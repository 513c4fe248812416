import { readFile } from 'node:fs/promises';
import { createTestAuthority, openTestAuthority, type TestAuthority } from '@drover/client/testing';
import { expect, inject, it } from 'vitest';
import { suite } from '../suite.js';

const HOUR_MS = 3_600_000;
const SELF = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
const selfReview = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' };
const file = inject('target')?.clientAuthority;

if (file === undefined) it.skip('client certificates (needs the authority: DROVER_TEST_CLIENT_AUTHORITY)');
else {
  suite('client certificates', ({ promises, before }) => {
    let authority: TestAuthority;
    before(async () => {
      authority = await openTestAuthority(await readFile(file, 'utf8'));
    }, 10_000);

    promises('make their owner the common name, in its organizations', async ({ api }) => {
      const groups = ['conformance:one', 'conformance, O=two'];
      await using ann = api.withCertificate(await authority.issueClient('ann, O=system:masters', { groups }));
      const self = await ann.post(SELF, selfReview);
      expect(self.at('status.userInfo')).toMatchObject({
        username: 'ann, O=system:masters',
        groups: [...groups, 'system:authenticated'],
        extra: { 'authentication.kubernetes.io/credential-id': [expect.stringMatching(/^X509SHA256=[0-9a-f]{64}$/)] },
      });
      const refused = await ann.get('/api/v1/namespaces');
      expect(refused.textAt('message')).toContain('User "ann, O=system:masters" cannot list resource "namespaces"');
    });

    promises('of the group system:masters may do everything', async ({ api }) => {
      const root = await authority.issueClient('conformance:root', { groups: ['system:masters'] });
      await using master = api.withCertificate(root);
      expect((await master.get('/api/v1/namespaces')).status).toBe(200);
    });

    promises('are stronger than a token that is shown beside them', async ({ api, core }) => {
      await api.post(core('serviceaccounts'), { metadata: { name: 'beside' } });
      const made = await api.post(core('serviceaccounts', 'beside', 'token'), { spec: {} });
      await using both = api.withCertificate(
        await authority.issueClient('conformance:certified'),
        made.textAt('status.token'),
      );
      expect((await both.post(SELF, selfReview)).textAt('status.userInfo.username')).toBe('conformance:certified');
    });

    for (const [what, issue] of [
      ['of another authority', async () => (await createTestAuthority()).issueClient('conformance:root')],
      ['that have ended', () => authority.issueClient('conformance:root', { notAfter: Date.now() - HOUR_MS })],
      ['without a name', () => authority.issueClient('', { groups: ['system:masters'] })],
      ['that are for servers', () => authority.issue('127.0.0.1')],
    ] as const) {
      promises(`${what} are refused, also where nothing is needed`, async ({ api }) => {
        await using liar = api.withCertificate(await issue());
        expect((await liar.get('/api/v1')).outcome).toBe('401 Unauthorized');
        expect((await liar.get('/healthz')).status).toBe(401);
      });

      promises(`${what} do not stand in the way of a token`, async ({ api, core, namespace }) => {
        const name = `token-${what.replaceAll(' ', '-')}`;
        await api.post(core('serviceaccounts'), { metadata: { name } });
        const made = await api.post(core('serviceaccounts', name, 'token'), { spec: {} });
        await using holder = api.withCertificate(await issue(), made.textAt('status.token'));
        const self = await holder.post(SELF, selfReview);
        expect(self.textAt('status.userInfo.username')).toBe(`system:serviceaccount:${namespace}:${name}`);
      });
    }
  });
}
