import { type GlobalRoleBinding, globalRoleBindings, type KubeObject, type User, users } from '@drover/api';
import type { Client } from '@drover/client';

/** What says who administers this server. */
export interface Appointments {
  readonly users: readonly User[];
  readonly bindings: readonly GlobalRoleBinding[];
}

/** A write of one of these objects; `after` is absent when it is deleted. */
export interface AppointmentChange {
  readonly resource: 'users' | 'globalrolebindings';
  readonly name: string;
  readonly after?: KubeObject | undefined;
}

/** Why a last administrator stays, in a sentence. */
export const LAST_ADMINISTRATOR =
  'it would leave nobody who administers this server: give another enabled user the global role admin first';
/** Why users do not delete themselves. */
export const NOT_YOURSELF = 'you cannot delete yourself: ask another administrator';

/** Reads the appointments from the API, so that nothing written before is missed. */
export async function readAppointments(client: Pick<Client, 'list'>): Promise<Appointments> {
  const [people, bindings] = await Promise.all([client.list(users), client.list(globalRoleBindings)]);
  return { users: people.items, bindings: bindings.items };
}

/** Whether there is an administrator now, and none once `change` is made. Where there is none, nothing can be lost. */
export function losesLastAdministrator(now: Appointments, { resource, name, after }: AppointmentChange): boolean {
  const changed = <T extends KubeObject>(objects: readonly T[]): readonly T[] =>
    // The server has validated the object against the schema of the kind.
    [...objects.filter(({ metadata }) => metadata.name !== name), ...(after === undefined ? [] : [after as T])];
  const then: Appointments =
    resource === 'users' ? { ...now, users: changed(now.users) } : { ...now, bindings: changed(now.bindings) };
  return hasAdministrator(now) && !hasAdministrator(then);
}

/** An enabled user with the global role `admin` who is not on the way out. Groups do not count: they may be empty. */
function hasAdministrator({ users: people, bindings }: Appointments): boolean {
  const enabled = new Set(
    people.filter((user) => user.enabled !== false && isStaying(user)).map(({ metadata }) => metadata.name),
  );
  return bindings.some(
    (binding) => binding.globalRoleName === 'admin' && isStaying(binding) && enabled.has(binding.userName ?? ''),
  );
}

/** Why the user `self` cannot delete one of these objects; `undefined` when it can, and for objects of any other kind. */
export function removalFault(now: Appointments, self: string, resource: string, name: string): string | undefined {
  if (resource !== 'users' && resource !== 'globalrolebindings') return undefined;
  if (resource === 'users' && name === self) return NOT_YOURSELF;
  return losesLastAdministrator(now, { resource, name }) ? LAST_ADMINISTRATOR : undefined;
}

const isStaying = ({ metadata }: KubeObject): boolean => metadata.deletionTimestamp === undefined;
