import { describe, expect, it } from 'vitest';
import { hasFormat } from './format.js';

describe('a format', () => {
  it.each([
    ['date-time', '2026-11-20T10:00:00Z', true],
    ['date-time', '2026-11-20T10:00:00.123+02:00', true],
    ['date-time', '2026-13-20T10:00:00Z', false],
    ['date-time', '2026-11-20', false],
    ['date', '2026-11-20', true],
    ['date', '2026-11-33', false],
    ['duration', '1h30m', true],
    ['duration', 'soon', false],
    ['ipv4', '10.0.0.255', true],
    ['ipv4', '10.0.0.256', false],
    ['ipv6', 'fe80::1', true],
    ['ipv6', '10.0.0.1', false],
    ['cidr', '10.0.0.0/8', true],
    ['cidr', 'fe80::/64', true],
    ['cidr', '10.0.0.0/33', false],
    ['cidr', '10.0.0.0', false],
    ['hostname', 'a.example.com', true],
    ['hostname', '-a', false],
    ['mac', '52:54:00:12:34:56', true],
    ['mac', '52:54:00', false],
    ['uuid', '123e4567-e89b-12d3-a456-426614174000', true],
    ['uuid', '123', false],
    ['byte', 'aGk=', true],
    ['byte', 'a', false],
    ['uri', 'https://example.com/a', true],
    ['uri', 'not one', false],
    ['email', 'a@b', true],
    ['email', 'a', false],
    ['quantity', '1.5Gi', true],
    ['quantity', 'much', false],
    ['int64', 'anything', true],
    ['constructor', 'anything', true],
  ])('%s takes %s: %s', (format, text, expected) => {
    expect(hasFormat(text, format)).toBe(expected);
  });
});
