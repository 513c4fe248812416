import type { ClusterRole, ClusterRoleBinding, Identity, Role, RoleBinding } from '@drover/api';
import type { InformerEvent } from '@drover/client';
import type { Subject } from './subject.js';

/** Whose rights a change of RBAC is about: subjects, as `User anna` and `Group red`, or whoever there is. */
export type Affected = 'everybody' | ReadonlySet<string>;

/** Those who came to a binding or left it: a binding of many is told anew with each of them. A role may be anybody's. */
export function affectedBy(event: InformerEvent<ClusterRole | ClusterRoleBinding | Role | RoleBinding>): Affected {
  const { object } = event;
  if (!('roleRef' in object)) return 'everybody';
  const now = new Set((object.subjects ?? []).map(keyOf));
  if (event.type !== 'updated' || !('roleRef' in event.previous)) return now;
  const before = new Set((event.previous.subjects ?? []).map(keyOf));
  return new Set([...now, ...before].filter((key) => now.has(key) !== before.has(key)));
}

/** Whether a change may have given somebody a right, or taken one away. */
export const isAffected = ({ name, groups }: Identity, affected: Affected): boolean =>
  affected === 'everybody' || affected.has(`User ${name}`) || groups.some((group) => affected.has(`Group ${group}`));

const keyOf = ({ kind, name }: Subject): string => `${kind} ${name}`;
