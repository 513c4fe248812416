import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KubeObject, ObjectRef } from '@drover/api';
import { FakeClock } from '@drover/kit';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ISSUER, ServiceAccountTokens } from './service-account-tokens.js';

const START = Date.UTC(2026, 0, 1);
const account = { name: 'sa', uid: 'u1' };
const stored = new Map<string, KubeObject>();
const objects = {
  get: ({ plural }: { plural: string }, { namespace, name }: ObjectRef) => stored.get(`${plural}/${namespace}/${name}`),
  list: () => [],
};
const put = (plural: string, name: string, uid: string, more: object = {}): void => {
  stored.set(`${plural}/ns/${name}`, {
    apiVersion: 'v1',
    kind: 'X',
    metadata: { name, namespace: 'ns', uid },
    ...more,
  });
};

let dir: string;
let clock: FakeClock;
let tokens: ServiceAccountTokens;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'drover-tokens-'));
  clock = new FakeClock(START);
  tokens = await ServiceAccountTokens.open(dir, objects, clock, (length) => randomBytes(length));
});
afterAll(() => rmSync(dir, { recursive: true }));

const issue = (more: object = {}): string =>
  tokens.issue({ namespace: 'ns', account, audiences: [ISSUER], expires: clock.now() / 1000 + 3600, ...more });

describe('a service-account token', () => {
  it('makes its bearer the account, while the account is there', () => {
    put('serviceaccounts', 'sa', 'u1');
    const found = tokens.authenticate(issue());
    expect(found?.identity).toMatchObject({
      name: 'system:serviceaccount:ns:sa',
      uid: 'u1',
      groups: ['system:serviceaccounts', 'system:serviceaccounts:ns', 'system:authenticated'],
    });
    const token = issue();
    put('serviceaccounts', 'sa', 'made-again');
    expect(() => tokens.authenticate(token)).toThrow(/is gone/);
    put('serviceaccounts', 'sa', 'u1');
  });

  it('verifies with the published key by any JOSE library', async () => {
    const keys = createLocalJWKSet({ keys: [tokens.publicJwk] });
    const { payload } = await jwtVerify(issue(), keys, {
      issuer: ISSUER,
      audience: ISSUER,
      currentDate: new Date(START),
    });
    expect(payload.sub).toBe('system:serviceaccount:ns:sa');
  });

  it('ends with its time', async () => {
    const token = issue();
    await clock.advance(3600_000 + 11_000);
    expect(() => tokens.authenticate(token)).toThrow(/expired/);
  });

  it('ends with the pod it is bound to', () => {
    put('pods', 'p', 'pod-uid');
    const token = issue({ boundTo: { kind: 'Pod', name: 'p', uid: 'pod-uid' } });
    expect(tokens.authenticate(token)?.identity.extra['authentication.kubernetes.io/pod-name']).toEqual(['p']);
    stored.delete('pods/ns/p');
    expect(() => tokens.authenticate(token)).toThrow(/is gone/);
  });

  it('is for its audiences only', () => {
    const token = issue({ audiences: ['vault'] });
    expect(() => tokens.authenticate(token)).toThrow(/audience/);
    expect(tokens.authenticate(token, ['vault', 'other'])?.audiences).toEqual(['vault']);
  });

  it('of a Secret ends when the Secret holds another', () => {
    const token = tokens.issueForSecret('ns', account, 's');
    put('secrets', 's', 'x', { data: { token: Buffer.from(token).toString('base64') } });
    expect(tokens.authenticate(token)?.identity.name).toBe('system:serviceaccount:ns:sa');
    put('secrets', 's', 'x', { data: { token: Buffer.from('another').toString('base64') } });
    expect(() => tokens.authenticate(token)).toThrow(/revoked/);
  });

  it('that was tampered with, or says another algorithm, is refused', () => {
    const [head = '', payload = '', signature = ''] = issue().split('.');
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString());
    const forged = Buffer.from(JSON.stringify({ ...claims, sub: 'system:admin' })).toString('base64url');
    expect(() => tokens.authenticate(`${head}.${forged}.${signature}`)).toThrow(/not signed/);
    const none = Buffer.from(JSON.stringify({ alg: 'none', kid: tokens.publicJwk.kid })).toString('base64url');
    expect(tokens.authenticate(`${none}.${payload}.`)).toBeUndefined();
    expect(tokens.authenticate('not-a-token')).toBeUndefined();
  });

  it('is signed with a key that only the owner can read, and that stays', async () => {
    expect(statSync(join(dir, 'service-account.key')).mode & 0o777).toBe(0o600);
    const again = await ServiceAccountTokens.open(dir, objects, clock, (length) => randomBytes(length));
    expect(again.publicJwk.kid).toBe(tokens.publicJwk.kid);
  });
});
