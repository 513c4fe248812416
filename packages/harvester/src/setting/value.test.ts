import { describe, expect, it } from 'vitest';
import { SETTING_DEFAULTS } from './defaults.js';
import { parseRegistrationUrl, SETTING_RULES } from './value.js';

describe("a setting's value", () => {
  it('obeys its rule by default', () => {
    for (const [name, value] of Object.entries(SETTING_DEFAULTS))
      expect(() => SETTING_RULES[name]?.(value)).not.toThrow();
  });

  it.each([
    ['overcommit-config', '{"cpu":50,"memory":150,"storage":100}', /cpu: expected a whole number of percent from 100/],
    ['overcommit-config', '{"cpu":100}', /memory/],
    ['http-proxy', '{"httpProxy":"socks5://x"}', /httpProxy: "socks5:\/\/x" is not an http/],
    ['http-proxy', '[]', /expected a JSON object/],
    ['additional-ca', 'not a certificate', /expected PEM/],
    ['additional-ca', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----', /additional-ca/],
    ['default-vm-termination-grace-period-seconds', '-1', /whole number of seconds/],
    ['cluster-registration-url', 'ftp://x', /not an http or https URL/],
    ['cluster-registration-url', '{"url":', /not JSON/],
    ['additional-guest-memory-overhead-ratio', '0.5', /from 1.0 to 10.0/],
    ['log-level', 'loud', /expected one of/],
  ])('%s = %s is refused', (name, value, sentence) => {
    expect(() => SETTING_RULES[name]?.(value)).toThrow(sentence);
  });

  it('names the registration URL plainly, then unverified, or as an object', () => {
    const url = 'https://drover.test/v3/import/t_c-m-abcdefgh.yaml';
    expect(parseRegistrationUrl(url)).toEqual({ url, insecureSkipTLSVerify: true });
    expect(parseRegistrationUrl(JSON.stringify({ url }))).toEqual({ url, insecureSkipTLSVerify: false });
    expect(parseRegistrationUrl(JSON.stringify({ url, insecureSkipTLSVerify: true }))).toEqual({
      url,
      insecureSkipTLSVerify: true,
    });
    expect(parseRegistrationUrl(' ')).toEqual({ url: '', insecureSkipTLSVerify: false });
  });
});
