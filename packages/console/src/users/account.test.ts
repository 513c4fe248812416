import type { GlobalRole, GlobalRoleBinding, Stored, User } from '@drover/api';
import { describe, expect, it } from 'vitest';
import { stored } from '../testing/stored.js';
import { accountsOf } from './account.js';

const api = { apiVersion: 'management.cattle.io/v3' } as const;
const user = (name: string, part: Partial<User> = {}): Stored<User> =>
  stored<User>({ ...api, kind: 'User', username: `${name}-signs-in`, ...part, metadata: { name } });
const bound = (globalRoleName: string, subject: Partial<GlobalRoleBinding>): Stored<GlobalRoleBinding> =>
  stored<GlobalRoleBinding>({
    ...api,
    kind: 'GlobalRoleBinding',
    globalRoleName,
    ...subject,
    metadata: { name: `grb-${globalRoleName}` },
  });
const role = (name: string, displayName: string): Stored<GlobalRole> =>
  stored<GlobalRole>({ ...api, kind: 'GlobalRole', displayName, metadata: { name } });

describe('accountsOf', () => {
  it('names the global roles that a user has by id and by principal, once each', () => {
    const bindings = [
      bound('user', { userName: 'u-a' }),
      bound('user', { userPrincipalName: 'local://u-a' }),
      bound('own', { userPrincipalName: 'local://u-a' }),
      bound('admin', { userName: 'u-b' }),
    ];
    const [account] = accountsOf([user('u-a')], bindings, [role('user', 'Standard User')], 'u-b');
    expect(account).toMatchObject({ name: 'u-a-signs-in', roles: ['Standard User', 'own'], isMe: false });
  });

  it('says when a user signed in last', () => {
    const ada = user('u-a');
    ada.metadata.labels = { 'cattle.io/last-login': '1893456000' };
    expect(accountsOf([ada, user('u-b')], [], [], '').map(({ lastLogin }) => lastLogin)).toEqual([
      '2030-01-01T00:00:00.000Z',
      undefined,
    ]);
  });

  it('leaves out what the server itself acts as', () => {
    expect(accountsOf([user('u-s', { principalIds: ['system://local'] })], [], [], '')).toEqual([]);
  });

  it.each([
    ['disabled', { enabled: false, mustChangePassword: true }],
    ['active', { mustChangePassword: true }],
    ['active', {}],
  ])('is %s', (state, part) => {
    expect(accountsOf([user('u-a', part)], [], [], '')[0]?.state.id).toBe(state);
  });
});
