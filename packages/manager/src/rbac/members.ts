import type { Subject } from './subject.js';

/** Subjects of one binding: beyond that a second one is made, so that no object outgrows what a cluster takes. */
const MAX_SUBJECTS = 1_000;
/**
 * Labels of one binding that say what it follows from. A binding of more says that of none: thousands of labels are as many fields to
 * manage, and each new member would cost as much as all that are there.
 */
const MAX_OWNERS = 100;

/** What one binding says of its members: who they are, in order, and by labels which bindings here they follow from, if those are few. */
export interface MemberList {
  readonly subjects: Subject[];
  readonly owners: Readonly<Record<string, string>>;
}

/** Who has a role, and why. The same members often have it in many places: they are put in order once. */
export class Members {
  readonly #known = new Map<string, { readonly subject: Subject; readonly owners: Set<string> }>();
  #lists: readonly MemberList[] | undefined;

  /** All who are in one of `several`. */
  static of(several: readonly Members[]): Members {
    const [first, ...more] = several;
    if (first !== undefined && more.length === 0) return first;
    const all = new Members();
    for (const members of several) {
      for (const { subject, owners } of members.#known.values()) for (const owner of owners) all.add(subject, owner);
    }
    return all;
  }

  /** Adds a subject, because of the binding that the label `owner` names. */
  add(subject: Subject, owner: string): void {
    const key = `${subject.kind} ${subject.namespace ?? ''} ${subject.name}`;
    const known = this.#known.get(key) ?? { subject, owners: new Set() };
    known.owners.add(owner);
    this.#known.set(key, known);
    this.#lists = undefined;
  }

  get isEmpty(): boolean {
    return this.#known.size === 0;
  }

  /** The members of each binding that is needed; the same lists each time, until somebody is added. */
  get lists(): readonly MemberList[] {
    this.#lists ??= this.#inOrder();
    return this.#lists;
  }

  #inOrder(): readonly MemberList[] {
    const ordered = [...this.#known.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, member]) => member);
    return Array.from({ length: Math.ceil(ordered.length / MAX_SUBJECTS) }, (_, index) => {
      const some = ordered.slice(index * MAX_SUBJECTS, (index + 1) * MAX_SUBJECTS);
      return { subjects: some.map(({ subject }) => subject), owners: ownersOf(some) };
    });
  }
}

function ownersOf(members: readonly { readonly owners: ReadonlySet<string> }[]): Readonly<Record<string, string>> {
  const all = new Set<string>();
  for (const { owners } of members) {
    for (const owner of owners) all.add(owner);
    if (all.size > MAX_OWNERS) return {};
  }
  return Object.fromEntries([...all].sort().map((owner) => [owner, 'true']));
}
