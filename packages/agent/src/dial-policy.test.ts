import { describe, expect, it } from 'vitest';
import { dialPolicy } from './dial-policy.js';

describe('the dial policy', () => {
  const allow = dialPolicy('10.53.0.1:443', ['[fd00::1]:443', '*.svc:443', 'dns.kube-system.svc:53']);

  it.each([
    ['10.53.0.1', 443, true],
    ['10.53.0.1', 6443, false],
    ['FD00::1', 443, true],
    ['longhorn-frontend.longhorn-system.svc', 443, true],
    ['longhorn-frontend.longhorn-system.SVC.', 443, true],
    ['dns.kube-system.svc', 53, true],
    ['dns.kube-system.svc', 443, true],
    ['svc', 443, false],
    ['evilsvc', 443, false],
    ['a.svc.example.com', 443, false],
    ['127.0.0.1', 443, false],
    ['localhost', 443, false],
    ['169.254.169.254', 80, false],
    ['::ffff:10.53.0.1', 443, false],
    ['0xa350001', 443, false],
    ['', 443, false],
  ])('for %s:%i is %s', (host, port, allowed) => {
    expect(allow(host, port)).toBe(allowed);
  });
});
