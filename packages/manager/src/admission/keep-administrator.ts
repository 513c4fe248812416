import { type AdmissionReview, forbidden, type KubeObject } from '@drover/api';
import type { Client } from '@drover/client';
import {
  type AppointmentChange,
  LAST_ADMINISTRATOR,
  losesLastAdministrator,
  NOT_YOURSELF,
  readAppointments,
} from '../identity/administrators.js';

/**
 * Refuses that users delete themselves, and any write that would leave nobody who administers: the deletion or disabling of
 * the last one, and of the binding that makes it one. Two such writes at the same moment do not see each other.
 *
 * @throws ApiError Forbidden.
 */
export async function keepAdministrator(
  review: AdmissionReview,
  local: () => Pick<Client, 'list'>,
): Promise<undefined> {
  const { operation, group, resource, name, identity, object, old } = review;
  if (operation === 'CREATE' || (resource !== 'users' && resource !== 'globalrolebindings')) return;
  const kind = { group, plural: resource };
  if (operation === 'DELETE' && resource === 'users' && identity.name === name)
    throw forbidden(kind, name, NOT_YOURSELF);
  if (operation === 'UPDATE' && DECISIVE.every((field) => fieldOf(old, field) === fieldOf(object, field))) return;
  const change: AppointmentChange = { resource, name, after: operation === 'DELETE' ? undefined : object };
  if (losesLastAdministrator(await readAppointments(local()), change)) throw forbidden(kind, name, LAST_ADMINISTRATOR);
}

/** The fields of users and bindings that say who administers: most updates leave them alone, and cost nothing here. */
const DECISIVE = ['enabled', 'globalRoleName', 'userName'];

const fieldOf = (object: KubeObject | undefined, field: string): unknown =>
  Object.entries(object ?? {}).find(([name]) => name === field)?.[1];
