import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KubeObject, ObjectRef } from '@drover/api';
import { FakeClock } from '@drover/kit';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ISSUER, ServiceAccountTokens } from './service-account-tokens.js';
import { TokenRefused } from './token-refused.js';

const START = Date.UTC(2026, 0, 1);
const account = { name: 'sa', uid: 'u1' };
const stored = new Map<string, KubeObject>();
const objects = {
  get: ({ plural }: { plural: string }, { namespace, name }: ObjectRef) => stored.get(`${plural}/${namespace}/${name}`),
  list: () => [],
};
const put = (
  plural: string,
  name: string,
  uid: string,
  metadata = {},
  namespace: string | undefined = 'ns',
  more = {},
) =>
  stored.set(`${plural}/${plural === 'nodes' ? undefined : namespace}/${name}`, {
    apiVersion: 'v1',
    kind: 'X',
    metadata: { name, uid, ...metadata },
    ...more,
  });
const claimsOf = (token: string): Record<string, unknown> =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());

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

const refusal = (token: string, ...audiences: string[]): string => {
  try {
    return JSON.stringify(tokens.authenticate(token, audiences.length === 0 ? undefined : audiences)) ?? 'unknown';
  } catch (error) {
    return error instanceof TokenRefused ? error.message : String(error);
  }
};

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
    expect(refusal(token)).toBe('service account UID (made-again) does not match claim (u1)');
    stored.delete('serviceaccounts/ns/sa');
    expect(refusal(token)).toBe('serviceaccounts "sa" not found');
    put('serviceaccounts', 'sa', 'u1');
  });

  it('says what tokens of kube-apiserver say', () => {
    const pod = { name: 'p', uid: 'pod-uid' };
    const node = { name: 'n', uid: 'node-uid' };
    const { jti, ...claims } = claimsOf(issue({ bound: { node, pod }, warnAfter: clock.now() / 1000 + 600 }));
    const now = START / 1000;
    expect(claims).toEqual({
      aud: [ISSUER],
      exp: now + 3600,
      iat: now,
      iss: ISSUER,
      'kubernetes.io': { namespace: 'ns', node, pod, serviceaccount: account, warnafter: now + 600 },
      nbf: now,
      sub: 'system:serviceaccount:ns:sa',
    });
    expect(jti).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('verifies with the published keys by any JOSE library', async () => {
    const keys = createLocalJWKSet({ keys: [...tokens.jwks] });
    const { payload } = await jwtVerify(issue(), keys, {
      issuer: ISSUER,
      audience: ISSUER,
      currentDate: new Date(START),
    });
    expect(payload.sub).toBe('system:serviceaccount:ns:sa');
  });

  it('ends with its time, but for a minute by which clocks may differ', async () => {
    const token = issue();
    await clock.advance(3600_000 + 60_000);
    expect(tokens.authenticate(token)).toBeDefined();
    await clock.advance(1000);
    expect(refusal(token)).toBe('service account token has expired');
  });

  it('ends with what it is bound to, also when another comes by its name', () => {
    for (const kind of ['pod', 'secret', 'node'] as const) {
      const namespace = kind === 'node' ? undefined : 'ns';
      put(`${kind}s`, 'b', 'first', {}, namespace);
      const token = issue({ bound: { [kind]: { name: 'b', uid: 'first' } } });
      expect(tokens.authenticate(token)).toBeDefined();
      put(`${kind}s`, 'b', 'second', {}, namespace);
      expect(refusal(token)).toBe(`${kind} UID (second) does not match service account ${kind} ref claim (first)`);
      stored.delete(`${kind}s/${namespace}/b`);
      expect(refusal(token)).toBe('service account token has been invalidated');
    }
  });

  it('ends a minute after its pod was to have ended', async () => {
    const deletionTimestamp = new Date(clock.now()).toISOString();
    put('pods', 'p', 'pod-uid', { deletionTimestamp });
    const token = issue({ bound: { pod: { name: 'p', uid: 'pod-uid' } } });
    expect(tokens.authenticate(token)).toBeDefined();
    await clock.advance(61_000);
    expect(refusal(token)).toBe('service account token has been invalidated');
  });

  it('tells which token, pod and node it is, and outlives only the node of its pod', () => {
    put('pods', 'p', 'pod-uid');
    const bound = { pod: { name: 'p', uid: 'pod-uid' }, node: { name: 'n', uid: 'node-uid' } };
    const extra = tokens.authenticate(issue({ bound }))?.identity.extra ?? {};
    expect(Object.keys(extra).sort()).toEqual(
      ['credential-id', 'node-name', 'node-uid', 'pod-name', 'pod-uid'].map(
        (key) => `authentication.kubernetes.io/${key}`,
      ),
    );
    expect(extra['authentication.kubernetes.io/credential-id']?.[0]).toMatch(/^JTI=/);
  });

  it('is for its audiences only', () => {
    const token = issue({ audiences: ['vault'] });
    expect(refusal(token)).toBe(`token audiences ["vault"] is invalid for the target audiences ["${ISSUER}"]`);
    expect(tokens.authenticate(token, ['vault', 'other'])?.audiences).toEqual(['vault']);
  });

  it('of a Secret holds while the Secret holds it and is not marked, for this API only, and its uses are told', () => {
    const token = tokens.issueForSecret('ns', account, 's');
    const data = (text: string): object => ({ data: { token: Buffer.from(text).toString('base64') } });
    const used: string[] = [];
    using _listening = tokens.onSecretUsed(({ namespace, name }) => used.push(`${namespace}/${name}`));
    put('secrets', 's', 'x', {}, 'ns', data(token));
    expect(tokens.authenticate(token)?.identity).toMatchObject({ name: 'system:serviceaccount:ns:sa', extra: {} });
    expect(used).toEqual(['ns/s']);
    expect(refusal(token, 'vault')).toContain('is invalid for the target audiences ["vault"]');
    put('secrets', 's', 'x', {}, 'ns', data('another'));
    expect(refusal(token)).toBe("Token does not match server's copy");
    put(
      'secrets',
      's',
      'x',
      { labels: { 'kubernetes.io/legacy-token-invalid-since': '2026-01-01' } },
      'ns',
      data(token),
    );
    expect(refusal(token)).toContain('the token in secret ns/s for service account ns/sa has been marked invalid');
    stored.delete('secrets/ns/s');
    expect(refusal(token)).toBe('Token has been invalidated');
  });
});
