import type { ObjectRef } from '@drover/api';
import type { MemberSubject } from './member.js';

/** Somebody who is to get a role. */
export interface NewMember {
  readonly subject: MemberSubject;
  readonly role: string;
}

/** What of the members of a place is to be changed when the form about it is saved. */
export interface MemberChanges {
  readonly added: readonly NewMember[];
  /** The bindings that are to go, by `namespace/name`. */
  readonly removed: ReadonlyMap<string, ObjectRef>;
}

/** A form in which nobody came or went. */
export const NO_CHANGES: MemberChanges = { added: [], removed: new Map() };

/** The changes with somebody more, once for each role. */
export const withMember = (
  changes: MemberChanges,
  subject: MemberSubject,
  roles: readonly string[],
): MemberChanges => ({
  ...changes,
  added: [
    ...changes.added,
    ...roles
      .filter((role) => !changes.added.some((each) => each.role === role && each.subject.id === subject.id))
      .map((role) => ({ subject, role })),
  ],
});

/** The changes with a binding gone, or kept after all. */
export function withoutBinding(changes: MemberChanges, key: string, ref: ObjectRef | undefined): MemberChanges {
  const removed = new Map(changes.removed);
  if (ref === undefined) removed.delete(key);
  else removed.set(key, ref);
  return { ...changes, removed };
}
