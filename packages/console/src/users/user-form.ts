import type { GlobalRole, GlobalRoleBinding, Stored } from '@drover/api';
import { type RandomBytes, randomText } from '@drover/kit';
import { type Message, message } from '../i18n/message.js';
import { passwordFaults } from '../session/password.js';

/** What the form of a user asks for. */
export interface UserForm {
  readonly username: string;
  readonly displayName: string;
  readonly description: string;
  readonly secret: 'generated' | 'typed';
  readonly password: string;
  readonly again: string;
  readonly mustChange: boolean;
  readonly roles: ReadonlySet<string>;
}

/** A form for a new user, who is given what every new user is given unless somebody says otherwise. */
export const emptyUser = (roles: readonly Stored<GlobalRole>[]): UserForm => ({
  username: '',
  displayName: '',
  description: '',
  secret: 'generated',
  password: '',
  again: '',
  mustChange: true,
  roles: new Set(roles.filter(({ newUserDefault }) => newUserDefault === true).map(({ metadata }) => metadata.name)),
});

/** What is wrong with a form, by field. `taken` are the user names in use. */
export function userFaults(
  { username, secret, password, again }: UserForm,
  taken: readonly string[],
): Partial<Record<'username' | 'password' | 'again', Message>> {
  const wrong = secret === 'typed' ? passwordFaults({ username, current: '', next: password, again }) : {};
  return {
    ...(username.trim() === '' || /\s/.test(username)
      ? { username: message('user.fault.username') }
      : taken.includes(username)
        ? { username: message('user.fault.taken', { name: username }) }
        : {}),
    ...(wrong.next === undefined ? {} : { password: wrong.next }),
    ...(wrong.again === undefined ? {} : { again: wrong.again }),
  };
}

/** No character that is mistaken for another when it is read out or copied by hand. */
const LETTERS = 'abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789';
/** Of 56 letters this many give more than 110 bits. */
const LENGTH = 20;

/** A password nobody can guess. */
export const generatePassword = (random: RandomBytes): string => randomText(LENGTH, random, LETTERS);

/** What has to be done so that a user who has `bindings` has the roles that are `wanted`, and no other. */
export function roleChanges(
  bindings: readonly Stored<GlobalRoleBinding>[],
  wanted: ReadonlySet<string>,
): { readonly give: readonly string[]; readonly take: readonly Stored<GlobalRoleBinding>[] } {
  const held = new Set(bindings.map(({ globalRoleName }) => globalRoleName));
  return {
    give: [...wanted].filter((role) => !held.has(role)),
    take: bindings.filter(({ globalRoleName }) => !wanted.has(globalRoleName)),
  };
}
