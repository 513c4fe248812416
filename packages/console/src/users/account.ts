import type { GlobalRole, GlobalRoleBinding, Stored, User } from '@drover/api';
import type { State } from '../components/state.js';
import { message } from '../i18n/message.js';
import { localUserOf } from '../members/member.js';

/** A user with the global roles it has. */
export interface Account {
  /** The user's id, `u-…`. */
  readonly key: string;
  readonly id: string;
  /** What the user signs in with; the id of one who only comes from elsewhere. */
  readonly name: string;
  readonly displayName: string;
  readonly user: Stored<User>;
  readonly bindings: readonly Stored<GlobalRoleBinding>[];
  /** What its global roles are called. */
  readonly roles: readonly string[];
  readonly state: State<'active' | 'disabled' | 'removing'>;
  readonly isMe: boolean;
  /** When the user signed in last, RFC 3339; absent: never. */
  readonly lastLogin: string | undefined;
}

/** Users that are people: what the server itself acts as is left out. */
export function accountsOf(
  users: readonly Stored<User>[],
  bindings: readonly Stored<GlobalRoleBinding>[],
  roles: readonly Stored<GlobalRole>[],
  me: string,
): Account[] {
  const titles = new Map(roles.map((role) => [role.metadata.name, role.displayName ?? role.metadata.name]));
  const byUser = new Map<string, Stored<GlobalRoleBinding>[]>();
  for (const binding of bindings) {
    const user = localUserOf(binding) ?? '';
    byUser.set(user, [...(byUser.get(user) ?? []), binding]);
  }
  return users.filter(isPerson).map((user) => {
    const id = user.metadata.name;
    const own = byUser.get(id) ?? [];
    const named = new Set(own.map(({ globalRoleName }) => globalRoleName));
    return {
      key: id,
      id,
      name: user.username || id,
      displayName: user.displayName ?? '',
      user,
      bindings: own,
      roles: [...named].map((role) => titles.get(role) ?? role).sort(),
      state: accountState(user),
      isMe: id === me,
      lastLogin: lastLoginOf(user),
    };
  });
}

/** The label in which the server says when a user signed in last, in seconds since the epoch. */
const LAST_LOGIN = 'cattle.io/last-login';

function lastLoginOf({ metadata }: User): string | undefined {
  const seconds = metadata.labels?.[LAST_LOGIN];
  return seconds === undefined || !/^\d{1,11}$/.test(seconds)
    ? undefined
    : new Date(Number(seconds) * 1000).toISOString();
}

const isPerson = ({ principalIds }: User): boolean => !principalIds?.some((id) => id.startsWith('system://'));

function accountState({ metadata, enabled, mustChangePassword }: Stored<User>): Account['state'] {
  if (metadata.deletionTimestamp !== undefined)
    return { id: 'removing', title: message('user.state.removing'), tone: 'warning', transitioning: true };
  if (enabled === false)
    return { id: 'disabled', title: message('user.state.disabled'), tone: 'neutral', transitioning: false };
  return {
    id: 'active',
    title: message(mustChangePassword === true ? 'user.state.invited' : 'user.state.active'),
    tone: mustChangePassword === true ? 'info' : 'success',
    transitioning: false,
  };
}
