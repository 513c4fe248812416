import { globalRoleBindings, type User, users } from '@drover/api';
import { type ClusterApi, LOCAL } from '../api/cluster-api.js';
import type { Http } from '../api/http.js';
import type { Services } from '../app/services.js';
import { listVisible } from '../live/list-visible.js';
import { untilRow } from '../live/until-row.js';
import { localUserOf } from '../members/member.js';
import { roleChanges, type UserForm } from './user-form.js';

/** Makes a user with that password, and answers with its id. */
export async function createUser(http: Http, form: UserForm, password: string): Promise<string> {
  const made = await http.request('/v3/users', {
    method: 'POST',
    body: {
      username: form.username,
      name: form.displayName || form.username,
      description: form.description,
      password,
      mustChangePassword: form.mustChange,
      enabled: true,
    },
  });
  if (typeof made !== 'object' || made === null || !('id' in made) || typeof made.id !== 'string')
    throw new TypeError('the server made the user and did not say under which id');
  return made.id;
}

/** Gives a user another password; its sessions end. `mustChange`: the user chooses its own at the next sign-in. */
export async function setPassword(api: ClusterApi, id: string, password: string, mustChange: boolean): Promise<void> {
  const path = `/v3/users/${encodeURIComponent(id)}?action=setpassword`;
  await api.http.request(path, { method: 'POST', body: { newPassword: password } });
  if (mustChange) await api.mergePatch(users, { name: id }, { mustChangePassword: true });
}

/** Gives a user the global roles that are wanted, and takes the others. The first refusal ends it; what was done stays. */
export async function setGlobalRoles(api: ClusterApi, id: string, wanted: ReadonlySet<string>): Promise<void> {
  const { items } = await api.list(globalRoleBindings);
  const { give, take } = roleChanges(
    items.filter((binding) => localUserOf(binding) === id),
    wanted,
  );
  for (const globalRoleName of give)
    await api.create(globalRoleBindings, {
      apiVersion: 'management.cattle.io/v3',
      kind: 'GlobalRoleBinding',
      metadata: { generateName: 'grb-' },
      globalRoleName,
      userName: id,
    });
  for (const { metadata } of take) await api.delete(globalRoleBindings, { name: metadata.name });
}

/** Says of a user that it has been given what every new user gets. */
const GIVEN_DEFAULTS = 'lifecycle.cattle.io/create.mgmt-auth-users-controller';

/** Resolves once the server has given a new user what every new user gets: what is taken before that would come back. */
export async function untilGivenDefaults(services: Services, api: ClusterApi, id: string): Promise<void> {
  const collection = services.collections.get(users, LOCAL, undefined, (signal) =>
    listVisible(api, users, undefined, signal),
  );
  const given = ({ metadata }: User): boolean => metadata.annotations?.[GIVEN_DEFAULTS] === 'true';
  await untilRow(services, collection, id, given, 'the server has not given the user its first roles yet');
}
