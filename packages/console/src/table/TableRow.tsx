import type { IAction } from '@patternfly/react-table';
import { memo, type ReactElement } from 'react';
import { useText } from '../i18n/text.js';
import type { Column } from './column.js';
import { RowMenu } from './RowMenu.js';

/** What every row of a list has in common. All of it stays the same value from render to render. */
export interface RowParts<T> {
  readonly columns: readonly Column<T>[];
  readonly actions: ((row: T) => IAction[]) | undefined;
  readonly nameOf: (row: T) => string;
  readonly onSelect: ((key: string, on: boolean) => void) | undefined;
}

/**
 * One row, in PatternFly's classes: its own cell component measures and listens on each cell for the sake of tooltips, which
 * costs more than the rest of the row, on every scroll. Rendered again only when the row, or whether it is selected, changes.
 */
function Row<T extends { readonly key: string }>({
  row,
  index,
  isSelected,
  columns,
  actions,
  nameOf,
  onSelect,
}: RowParts<T> & { row: T; index: number; isSelected: boolean }): ReactElement {
  const text = useText();
  return (
    <tr className="pf-v6-c-table__tr drover-row" aria-rowindex={index + 1}>
      {onSelect && (
        <td className="pf-v6-c-table__td pf-v6-c-table__check">
          <label className="drover-check">
            <input
              type="checkbox"
              aria-label={text('table.selectRow', { name: nameOf(row) })}
              checked={isSelected}
              onChange={(event) => onSelect(row.key, event.currentTarget.checked)}
            />
          </label>
        </td>
      )}
      {columns.map((column) => (
        <td
          key={column.id}
          data-label={text(column.title)}
          className={`pf-v6-c-table__td ${column.isWhole ? 'pf-m-nowrap' : 'pf-m-truncate'}`}
        >
          {column.render(row)}
        </td>
      ))}
      {actions && (
        <td className="pf-v6-c-table__td pf-v6-c-table__action">
          <RowMenu label={text('table.actionsOf', { name: nameOf(row) })} entries={() => actions(row)} />
        </td>
      )}
    </tr>
  );
}

/** `Row`, with its type parameter kept through `memo`. */
export const TableRow = memo(Row) as typeof Row;
