import { describe, expect, it } from 'vitest';
import { DescriptionError } from './description.js';
import { hostForward, userAddresses } from './network.js';

describe('a user-mode network', () => {
  it.each([
    [undefined, '10.0.2.1', '10.0.2.2', '10.0.2.3'],
    ['192.168.76.8/29', '192.168.76.9', '192.168.76.10', '192.168.76.11'],
    ['10.0.0.0/8', '10.0.0.1', '10.0.0.2', '10.0.0.3'],
  ])('of %s has its gateway, its guest and its DNS first', (cidr, gateway, guest, dns) => {
    expect(userAddresses({ kind: 'user', ...(cidr ? { cidr } : {}) })).toMatchObject({ gateway, guest, dns });
  });

  it.each(['', '10.0.2.0', '10.0.2.0/30', '10.0.2.0/7', '10.0.2.1/24', '10.0.2.0/24,restrict=off', 'fd00::/64'])(
    'is not %j',
    (cidr) => {
      expect(() => userAddresses({ kind: 'user', cidr })).toThrow(DescriptionError);
    },
  );

  it.each([
    { hostAddress: '127.0.0.1;id' },
    { hostAddress: '::1' },
    { hostPort: -1 },
    { hostPort: 65_536 },
    { guestPort: 0 },
    { guestPort: 1.5 },
  ])('has no forward with %j', (change) => {
    const forward = { protocol: 'tcp', hostAddress: '127.0.0.1', hostPort: 0, guestPort: 22, ...change } as const;
    expect(() => hostForward(forward, '10.0.2.2')).toThrow(DescriptionError);
  });
});
