import { Skeleton } from '@patternfly/react-core';
import { useVirtualizer } from '@tanstack/react-virtual';
import type { ReactElement, ReactNode } from 'react';
import { useText } from '../i18n/text.js';
import type { Entry } from './grouping.js';
import { type RowParts, TableRow } from './TableRow.js';

/** Height of a row with its border, in CSS pixels: what virtual scrolling reckons with. `.drover-row` holds every row to it. */
const ROW_PX = 44;
/** Rows beyond the visible ones that are ready when scrolling reaches them. */
const READY = 10;

/** The rows that are in sight of `scroller`, between two spaces that stand for the others. */
export function TableBody<T extends { readonly key: string }>({
  entries,
  width,
  heading,
  selected,
  scroller,
  ...parts
}: RowParts<T> & {
  entries: readonly Entry<T>[];
  /** How many cells a row has: a heading takes all of them. */
  width: number;
  heading: ((group: string) => ReactNode) | undefined;
  selected: ReadonlySet<string> | undefined;
  /** Absent in the first render, before it stands in the document. */
  scroller: HTMLDivElement | null;
}): ReactElement {
  const virtual = useVirtualizer({
    count: entries.length,
    getScrollElement: () => scroller,
    estimateSize: () => ROW_PX,
    getItemKey: (index) => keyOf(entries[index]) ?? index,
    overscan: READY,
    useFlushSync: false,
  });
  const items = virtual.getVirtualItems();
  const before = items[0]?.start ?? 0;
  const after = virtual.getTotalSize() - (items[items.length - 1]?.end ?? 0);
  return (
    <tbody className="pf-v6-c-table__tbody">
      <Space height={before} />
      {items.map(({ index, key }) => {
        const entry = entries[index];
        if (entry === undefined) return null;
        if (entry.row === undefined)
          return (
            <tr key={String(key)} className="pf-v6-c-table__tr drover-row drover-group" aria-rowindex={index + 1}>
              <th className="pf-v6-c-table__th" colSpan={width} scope="rowgroup">
                {heading?.(entry.group)}
              </th>
            </tr>
          );
        const { row } = entry;
        return (
          <TableRow key={String(key)} row={row} index={index} isSelected={selected?.has(row.key) === true} {...parts} />
        );
      })}
      <Space height={after} />
    </tbody>
  );
}

/** Headings and rows do not take each other's place: an object may be called like a group. */
const keyOf = (entry: Entry<{ readonly key: string }> | undefined): string | undefined =>
  entry && (entry.row === undefined ? `group ${entry.group}` : `row ${entry.row.key}`);

function Space({ height }: { height: number }): ReactElement | null {
  if (height <= 0) return null;
  return (
    <tr>
      <td style={{ height, padding: 0, border: 0 }} />
    </tr>
  );
}

const SKELETONS = ['1st', '2nd', '3rd', '4th', '5th', '6th', '7th', '8th'];

/** Stands for rows that are still coming, in their height. */
export function SkeletonBody({ width }: { width: number }): ReactElement {
  const text = useText();
  return (
    <tbody className="pf-v6-c-table__tbody">
      {SKELETONS.map((row, index) => (
        <tr key={row} className="pf-v6-c-table__tr drover-row">
          <td className="pf-v6-c-table__td" colSpan={width}>
            <Skeleton width={`${55 + ((index * 17) % 40)}%`} screenreaderText={text('table.loading')} />
          </td>
        </tr>
      ))}
    </tbody>
  );
}
