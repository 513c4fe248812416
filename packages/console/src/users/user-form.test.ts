import type { GlobalRole, GlobalRoleBinding, Stored } from '@drover/api';
import { describe, expect, it } from 'vitest';
import { stored } from '../testing/stored.js';
import { rolesByKind, withBase } from './global-role-kinds.js';
import { emptyUser, generatePassword, roleChanges, userFaults } from './user-form.js';

const api = { apiVersion: 'management.cattle.io/v3' } as const;
const role = (name: string, part: Partial<GlobalRole> = {}): Stored<GlobalRole> =>
  stored<GlobalRole>({ ...api, kind: 'GlobalRole', ...part, metadata: { name } });
const binding = (globalRoleName: string): Stored<GlobalRoleBinding> =>
  stored<GlobalRoleBinding>({
    ...api,
    kind: 'GlobalRoleBinding',
    globalRoleName,
    userName: 'u-a',
    metadata: { name: `grb-${globalRoleName}` },
  });

describe('a form for a user', () => {
  it('begins with the roles that every new user gets', () => {
    expect([...emptyUser([role('admin'), role('user', { newUserDefault: true })]).roles]).toEqual(['user']);
  });

  it('wants a user name that nobody has, and, where it is typed, the password twice', () => {
    const form = { ...emptyUser([]), username: 'ada' };
    expect(userFaults(form, [])).toEqual({});
    expect(userFaults(form, ['ada']).username).toMatchObject({ key: 'user.fault.taken' });
    expect(userFaults({ ...form, username: 'ada l' }, []).username).toEqual({ key: 'user.fault.username' });
    const typed = { ...form, secret: 'typed' as const, password: 'long enough, surely', again: 'long enough' };
    expect(userFaults(typed, [])).toEqual({ again: { key: 'password.fault.differ' } });
  });

  it('makes passwords of the bytes it is given, without letters that look alike', () => {
    const password = generatePassword((length) => Uint8Array.from({ length }, (_, index) => index * 3));
    expect(password).toMatch(/^[^lIO01]{20}$/);
    expect(generatePassword((length) => new Uint8Array(length))).toBe('a'.repeat(20));
  });
});

describe('roleChanges', () => {
  it('gives what is missing and takes what is too much', () => {
    const { give, take } = roleChanges([binding('user'), binding('users-manage')], new Set(['user', 'admin']));
    expect([give, take.map(({ metadata: { name } }) => name)]).toEqual([['admin'], ['grb-users-manage']]);
  });
});

describe('kinds of global roles', () => {
  it('are what sort of user one is, what adds to it, and one’s own', () => {
    const roles = [role('user'), role('admin'), role('users-manage', { builtin: true }), role('mine')];
    const names = Object.values(rolesByKind(roles)).map((each) => each.map(({ metadata: { name } }) => name));
    expect(names).toEqual([['admin', 'user'], ['users-manage'], ['mine']]);
  });

  it('one of the first replaces the others, and leaves the rest', () => {
    expect([...withBase(new Set(['user', 'users-manage']), 'admin')]).toEqual(['users-manage', 'admin']);
  });
});
