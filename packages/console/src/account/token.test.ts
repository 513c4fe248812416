import { describe, expect, it } from 'vitest';
import { browserIn, keyRequest, readTokens } from './token.js';

const row = (id: string, more: object = {}): object => ({
  id,
  description: '',
  created: '2026-01-01T00:00:00Z',
  expiresAt: '',
  enabled: true,
  expired: false,
  clusterId: null,
  lastUsedAt: null,
  labels: {},
  ...more,
});

describe('tokens', () => {
  it('are told apart by what they are for, the newest first', () => {
    const labels = (kind: string) => ({ labels: { 'authn.management.cattle.io/kind': kind } });
    const data = [
      row('a', labels('session')),
      row('b', { ...labels('derived'), created: '2026-03-01T00:00:00Z' }),
      row('c', { ...labels('kubeconfig'), created: '2026-02-01T00:00:00Z' }),
      row('d', labels('provisioning')),
    ];
    expect(readTokens({ data }).map(({ id, kind }) => `${id} ${kind}`)).toEqual([
      'b key',
      'c kubeconfig',
      'a session',
      'd machine',
    ]);
  });

  it('that have ended, never end, or are for one cluster say so', () => {
    const [ended, endless, scoped] = readTokens({
      data: [
        row('a', { expired: true }),
        row('b'),
        row('c', { clusterId: 'c-m-abcdefgh', expiresAt: '2027-01-01T00:00:00Z' }),
      ],
    });
    expect([ended?.ended, endless?.expires, scoped?.cluster, scoped?.expires]).toEqual([
      true,
      undefined,
      'c-m-abcdefgh',
      '2027-01-01T00:00:00Z',
    ]);
  });

  it('are none in an answer that has none', () => {
    expect([readTokens(null), readTokens({ data: [1, {}] })]).toEqual([[], []]);
  });
});

it.each([
  [
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36',
    'Chrome, Linux',
  ],
  [
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/126.0 Safari/537.36 Edg/126.0',
    'Edge, Windows',
  ],
  [
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/17.5 Safari/605.1.15',
    'Safari, macOS',
  ],
  ['Mozilla/5.0 (Android 14; Mobile; rv:127.0) Gecko/127.0 Firefox/127.0', 'Firefox, Android'],
  ['curl/8.5.0', 'curl/8.5.0'],
  ['', undefined],
])('%s is %s', (agent, browser) => expect(browserIn(agent)).toBe(browser));

describe('a new key', () => {
  it('is asked for with what was chosen, and nothing else', () => {
    expect(keyRequest({ description: ' ci ', lifetime: 'month', cluster: 'c-m-abcdefgh' })).toEqual({
      type: 'token',
      description: 'ci',
      ttl: 30 * 86_400_000,
      clusterId: 'c-m-abcdefgh',
    });
    expect(keyRequest({ description: '', lifetime: 'longest', cluster: '' })).toEqual({
      type: 'token',
      description: '',
    });
  });
});
