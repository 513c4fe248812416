import { describe, expect, it } from 'vitest';
import { comparedFault, settingFault } from './setting-rules.js';

describe('a setting', () => {
  it.each([
    ['agent-image', ''],
    ['agent-image', 'drover:v0.1.0'],
    ['agent-image', 'registry.example.com:5000/team/drover-agent:v1'],
    ['agent-image', `ghcr.io/x/drover@sha256:${'a'.repeat(64)}`],
    ['server-url', ''],
    ['server-url', 'https://drover.example.com'],
    ['server-url', 'https://10.0.0.1:8443/'],
    ['server-url', 'https://[::1]:8443'],
    ['password-min-length', '16'],
    ['auth-user-session-idle-ttl-minutes', '15'],
    ['auth-token-max-ttl-minutes', '0'],
    ['ui-brand', 'anything at all'],
  ])('%s takes "%s"', (name, value) => expect(settingFault(name, value)).toBeUndefined());

  it.each([
    ['agent-image', 'foo bar\n  evil: x', /reference to an image/],
    ['agent-image', 'Drover:v1', /reference to an image/],
    ['agent-image', 'drover:v1\n', /reference to an image/],
    ['agent-image', '-flag', /reference to an image/],
    ['server-url', 'javascript:1', /https URL without a path/],
    ['server-url', 'http://drover.example.com', /https URL/],
    ['server-url', 'https://drover.example.com/dashboard', /without a path/],
    ['server-url', 'https://u:p@drover.example.com', /https URL/],
    ['server-url', 'https://drover.example.com?x', /https URL/],
    ['password-min-length', '1', /from 2 to 256/],
    ['auth-user-session-idle-ttl-minutes', '0', /from 1 to/],
    ['auth-user-session-ttl-minutes', '1e3', /whole number of minutes/],
    ['kubeconfig-generate-token', 'yes', /true or false/],
    ['password-min-length', '12.5', /whole number/],
    ['password-min-length', '257', /from 2 to 256/],
  ])('%s does not take "%s"', (name, value, words) => expect(settingFault(name, value)).toMatch(words));
});

it('a session cannot idle for longer than it lasts, whichever of the two is changed', () => {
  expect(comparedFault('auth-user-session-idle-ttl-minutes', '61', '60')).toMatch(
    /longer \(61 minutes\) than it lasts/,
  );
  expect(comparedFault('auth-user-session-ttl-minutes', '59', '60')).toMatch(/longer \(60 minutes\) than it lasts/);
  expect(comparedFault('auth-user-session-idle-ttl-minutes', '60', '60')).toBeUndefined();
});
