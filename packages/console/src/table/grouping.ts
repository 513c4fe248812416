import type { ReactNode } from 'react';

/** How rows stand below headings. */
export interface Grouping<T> {
  /** The groups in their order; those without rows are shown too. */
  readonly groups: readonly string[];
  /** The group of a row: one of `groups`. */
  readonly of: (row: T) => string;
  /** What the heading of a group shows. */
  readonly heading: (group: string) => ReactNode;
}

/** What stands in one line of a list: a row, or, without one, the heading of a group. */
export interface Entry<T> {
  readonly group: string;
  readonly row?: T;
}

/** The lines of a list. A group without rows keeps its heading only when everything is shown. */
export function grouped<T>(
  rows: readonly T[],
  grouping: Grouping<T> | undefined,
  everything: boolean,
): readonly Entry<T>[] {
  if (grouping === undefined) return rows.map((row) => ({ group: '', row }));
  const byGroup = new Map<string, Entry<T>[]>(grouping.groups.map((group) => [group, []]));
  for (const row of rows) {
    const group = grouping.of(row);
    byGroup.get(group)?.push({ group, row });
  }
  return [...byGroup].flatMap(([group, entries]) =>
    entries.length === 0 && !everything ? [] : [{ group }, ...entries],
  );
}
