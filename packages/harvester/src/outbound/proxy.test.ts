import { describe, expect, it } from 'vitest';
import { proxyFor } from './proxy.js';

const settings = {
  httpProxy: 'http://plain:3128',
  httpsProxy: 'http://secure:3128',
  noProxy: 'example.org, .suse.com,10.0.0.0/8, registry:5000',
};

describe('the proxy of a request', () => {
  it.each([
    ['http://debian.org/', 'plain:3128'],
    ['https://debian.org/', 'secure:3128'],
    ['https://example.org/', undefined],
    ['https://www.example.org/', undefined],
    ['https://notexample.org/', 'secure:3128'],
    ['https://download.suse.com/', undefined],
    ['https://10.1.2.3:6443/', undefined],
    ['https://11.1.2.3/', 'secure:3128'],
    ['https://registry:5000/v2/', undefined],
    ['https://registry/v2/', 'secure:3128'],
    ['https://localhost:8443/', undefined],
    ['https://127.0.0.1:8443/', undefined],
    ['https://[::1]:8443/', undefined],
  ])('of %s is %s', (url, proxy) => {
    expect(proxyFor(new URL(url), settings)?.host).toBe(proxy);
  });

  it('is none where none is set', () => {
    expect(proxyFor(new URL('https://debian.org/'), {})).toBeUndefined();
    expect(proxyFor(new URL('https://debian.org/'), { httpsProxy: '' })).toBeUndefined();
  });

  it('must be an http URL', () => {
    expect(() => proxyFor(new URL('http://debian.org/'), { httpProxy: 'socks5://x' })).toThrow(
      /http-proxy.*not an http/,
    );
  });
});
