import type { GlobalRole, Stored } from '@drover/api';

/** The built-in roles that say what kind of user somebody is, the strongest first; the others add to one of them. */
export const BASE_ROLES: readonly string[] = ['admin', 'user', 'user-base'];

/** Global roles as the form of a user shows them. */
export function rolesByKind(
  roles: readonly Stored<GlobalRole>[],
): Readonly<Record<'base' | 'builtIn' | 'custom', readonly Stored<GlobalRole>[]>> {
  const byName = new Map(roles.map((role) => [role.metadata.name, role]));
  const others = roles.filter(({ metadata }) => !BASE_ROLES.includes(metadata.name)).sort(byTitle);
  return {
    base: BASE_ROLES.flatMap((name) => byName.get(name) ?? []),
    builtIn: others.filter(({ builtin }) => builtin === true),
    custom: others.filter(({ builtin }) => builtin !== true),
  };
}

const byTitle = (a: GlobalRole, b: GlobalRole): number => (a.displayName ?? '').localeCompare(b.displayName ?? '');

/** The roles with that one, and no other, as the kind of user. */
export const withBase = (chosen: ReadonlySet<string>, base: string): ReadonlySet<string> =>
  new Set([...[...chosen].filter((role) => !BASE_ROLES.includes(role)), base]);
