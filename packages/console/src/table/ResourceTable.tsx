import {
  Button,
  EmptyState,
  EmptyStateActions,
  EmptyStateBody,
  EmptyStateFooter,
  SearchInput,
  Skeleton,
  Toolbar,
  ToolbarContent,
  ToolbarGroup,
  ToolbarItem,
} from '@patternfly/react-core';
import { SearchIcon } from '@patternfly/react-icons';
import { ActionsColumn, type IAction, Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type ReactElement, type ReactNode, useDeferredValue, useMemo, useRef } from 'react';
import { FreshnessNote } from '../components/FreshnessNote.js';
import { ProblemAlert } from '../components/ProblemAlert.js';
import { type MessageKey, message } from '../i18n/message.js';
import { useText } from '../i18n/text.js';
import type { Freshness } from '../live/collection.js';
import { searcher } from '../search/grammar.js';
import { type Column, type ListSearch, sortRows } from './column.js';

/** Height of a row with its border, in CSS pixels: what virtual scrolling reckons with. `.drover-row` holds every row to it. */
const ROW_PX = 44;
const SKELETONS = ['1st', '2nd', '3rd', '4th', '5th', '6th', '7th', '8th'];

/** Rows chosen for a bulk act, by key. */
export interface Selection {
  readonly keys: ReadonlySet<string>;
  readonly onChange: (keys: ReadonlySet<string>) => void;
}

/**
 * A list: searched, sorted, selectable, with only the visible rows in the document. Ten rows and ten thousand take the same
 * path. What is searched and sorted by lives in the URL through `search` and `onSearch`.
 */
export function ResourceTable<T extends { readonly key: string }>({
  label,
  columns,
  rows,
  freshness,
  search,
  onSearch,
  defaultSort,
  count,
  empty,
  actions,
  selection,
  toolbar,
  isFaded,
  searchHint = 'table.searchHint',
}: {
  label: MessageKey;
  columns: readonly Column<T>[];
  rows: readonly T[];
  freshness: Freshness;
  search: ListSearch;
  onSearch: (search: ListSearch) => void;
  defaultSort: string;
  /** The text that says how many rows there are. */
  count: MessageKey;
  /** Shown when there is nothing at all. */
  empty: ReactNode;
  actions?: (row: T) => IAction[];
  selection?: Selection;
  toolbar?: ReactNode;
  /** The rows are of an earlier moment and of something that cannot be reached. */
  isFaded?: boolean;
  /** An example of a search that makes sense here. */
  searchHint?: MessageKey;
}): ReactElement {
  const text = useText();
  const scroller = useRef<HTMLDivElement>(null);
  const query = useDeferredValue(search.q ?? '');
  const sortBy = search.sort ?? defaultSort;
  const descending = search.desc === true;
  const shown = useMemo(() => {
    const fields = Object.fromEntries(columns.flatMap(({ id, field }) => (field === undefined ? [] : [[id, field]])));
    const matches = searcher<T>(query, fields);
    const column = columns.find(({ id }) => id === sortBy);
    return sortRows(query === '' ? rows : rows.filter(matches), column, descending);
  }, [columns, rows, query, sortBy, descending]);

  const virtual = useVirtualizer({
    count: shown.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    getItemKey: (index) => shown[index]?.key ?? index,
    overscan: 12,
  });
  const items = virtual.getVirtualItems();
  const before = items[0]?.start ?? 0;
  const after = virtual.getTotalSize() - (items[items.length - 1]?.end ?? 0);
  const width = columns.length + (selection ? 1 : 0) + (actions ? 1 : 0);

  if (freshness.state === 'failed')
    return <ProblemAlert what={message('table.failed', { what: text(label) })} error={freshness.error} />;
  const loading = freshness.state === 'loading';
  if (!loading && rows.length === 0) return <>{empty}</>;

  const chosen = selection === undefined ? [] : shown.filter(({ key }) => selection.keys.has(key));
  const toggle = (key: string, on: boolean): void => {
    const keys = new Set(selection?.keys);
    if (on) keys.add(key);
    else keys.delete(key);
    selection?.onChange(keys);
  };

  return (
    <>
      <Toolbar inset={{ default: 'insetNone' }} className="drover-toolbar">
        <ToolbarContent>
          <ToolbarItem className="drover-search">
            <SearchInput
              aria-label={text('table.search', { what: text(label) })}
              placeholder={text(searchHint)}
              value={search.q ?? ''}
              onChange={(_event, q) => onSearch({ ...search, q })}
              onClear={() => onSearch({ ...search, q: '' })}
            />
          </ToolbarItem>
          {toolbar}
          <ToolbarGroup align={{ default: 'alignEnd' }} gap={{ default: 'gapMd' }}>
            <ToolbarItem alignSelf="center">
              <FreshnessNote freshness={freshness} />
            </ToolbarItem>
            <ToolbarItem alignSelf="center">
              <span className="drover-count" aria-live="polite">
                {loading
                  ? ''
                  : shown.length === rows.length
                    ? text(count, { count: rows.length })
                    : text('table.some', { shown: shown.length, all: rows.length })}
              </span>
            </ToolbarItem>
          </ToolbarGroup>
        </ToolbarContent>
      </Toolbar>
      {!loading && shown.length === 0 ? (
        <EmptyState titleText={text('table.noMatch')} icon={SearchIcon} headingLevel="h2" variant="sm">
          <EmptyStateBody>{text('table.noMatchHint')}</EmptyStateBody>
          <EmptyStateFooter>
            <EmptyStateActions>
              <Button variant="link" onClick={() => onSearch({ ...search, q: '' })}>
                {text('table.clearSearch')}
              </Button>
            </EmptyStateActions>
          </EmptyStateFooter>
        </EmptyState>
      ) : (
        <div ref={scroller} className={`drover-scroll${isFaded ? ' drover-faded' : ''}`}>
          <Table
            aria-label={text(label)}
            aria-rowcount={shown.length}
            aria-busy={loading}
            variant="compact"
            isStickyHeader
          >
            <Thead>
              <Tr>
                {selection && (
                  <Th
                    aria-label={text('table.selectAll')}
                    select={{
                      isSelected: chosen.length > 0 && chosen.length === shown.length,
                      onSelect: (_event, on) =>
                        selection.onChange(on ? new Set(shown.map(({ key }) => key)) : new Set()),
                    }}
                  />
                )}
                {columns.map((column, index) => (
                  <Th
                    key={column.id}
                    modifier="nowrap"
                    {...(column.width === undefined ? {} : { width: column.width })}
                    {...(column.field === undefined
                      ? {}
                      : {
                          sort: {
                            columnIndex: index,
                            sortBy: {
                              index: columns.findIndex(({ id }) => id === sortBy),
                              direction: descending ? ('desc' as const) : ('asc' as const),
                            },
                            onSort: (_event: unknown, _index: number, direction: 'asc' | 'desc') =>
                              onSearch({ ...search, sort: column.id, desc: direction === 'desc' }),
                          },
                        })}
                  >
                    {text(column.title)}
                  </Th>
                ))}
                {actions && <Th screenReaderText={text('table.actions')} />}
              </Tr>
            </Thead>
            <Tbody>
              {loading &&
                SKELETONS.map((row, index) => (
                  <Tr key={row} className="drover-row">
                    {selection && <Td />}
                    {columns.map(({ id }, column) => (
                      <Td key={id}>
                        <Skeleton
                          width={`${50 + ((index * 7 + column * 13) % 40)}%`}
                          screenreaderText={text('table.loading')}
                        />
                      </Td>
                    ))}
                    {actions && <Td />}
                  </Tr>
                ))}
              {before > 0 && <Spacer height={before} width={width} />}
              {items.map(({ index, key }) => {
                const row = shown[index];
                if (row === undefined) return null;
                return (
                  <Tr key={String(key)} aria-rowindex={index + 1} className="drover-row">
                    {selection && (
                      <Td
                        select={{
                          rowIndex: index,
                          isSelected: selection.keys.has(row.key),
                          onSelect: (_event, on) => toggle(row.key, on),
                        }}
                      />
                    )}
                    {columns.map((column) => (
                      <Td
                        key={column.id}
                        dataLabel={text(column.title)}
                        modifier={column.isWhole ? 'nowrap' : 'truncate'}
                      >
                        {column.render(row)}
                      </Td>
                    ))}
                    {actions && (
                      <Td isActionCell>
                        <ActionsColumn items={actions(row)} />
                      </Td>
                    )}
                  </Tr>
                );
              })}
              {after > 0 && <Spacer height={after} width={width} />}
            </Tbody>
          </Table>
        </div>
      )}
    </>
  );
}

/** Stands for the rows that are not in the document. */
function Spacer({ height, width }: { height: number; width: number }): ReactElement {
  return (
    <Tr aria-hidden>
      <Td colSpan={width} style={{ height, padding: 0, border: 0 }} />
    </Tr>
  );
}
