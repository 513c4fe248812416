import { hasReason } from '@drover/api';
import {
  Button,
  EmptyState,
  EmptyStateActions,
  EmptyStateBody,
  EmptyStateFooter,
  SearchInput,
  Toolbar,
  ToolbarContent,
  ToolbarGroup,
  ToolbarItem,
} from '@patternfly/react-core';
import { SearchIcon } from '@patternfly/react-icons';
import { type IAction, Table, Th, Thead, Tr } from '@patternfly/react-table';
import {
  type ReactElement,
  type ReactNode,
  useCallback,
  useDeferredValue,
  useEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import { FreshnessNote } from '../components/FreshnessNote.js';
import { ProblemAlert } from '../components/ProblemAlert.js';
import { type MessageKey, message } from '../i18n/message.js';
import { useText } from '../i18n/text.js';
import type { Freshness } from '../live/collection.js';
import { searcher } from '../search/grammar.js';
import { NotVisible } from '../visibility/NotVisible.js';
import { type Column, type ListSearch, sortRows, widths } from './column.js';
import { type Grouping, grouped } from './grouping.js';
import { SkeletonBody, TableBody } from './TableBody.js';

const keyOf = ({ key }: { readonly key: string }): string => key;

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
  nameOf = keyOf,
  selection,
  toolbar,
  isFaded,
  isHidden = false,
  grouping,
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
  /** What the menu of a row is called after, when that is not its key. */
  nameOf?: (row: T) => string;
  selection?: Selection;
  toolbar?: ReactNode;
  /** The rows are of an earlier moment and of something that cannot be reached. */
  isFaded?: boolean;
  /** Whatever there is of these rows is not for the reader. */
  isHidden?: boolean;
  /** Puts the rows below headings; each group is sorted by itself. */
  grouping?: Grouping<T>;
  /** An example of a search that makes sense here. */
  searchHint?: MessageKey;
}): ReactElement {
  const text = useText();
  const [scroller, setScroller] = useState<HTMLDivElement | null>(null);
  const query = useDeferredValue(search.q ?? '');
  const sortBy = search.sort ?? defaultSort;
  const descending = search.desc === true;
  const shown = useMemo(() => {
    const fields = Object.fromEntries(columns.flatMap(({ id, field }) => (field === undefined ? [] : [[id, field]])));
    const matches = searcher<T>(query, fields);
    const column = columns.find(({ id }) => id === sortBy);
    return sortRows(query === '' ? rows : rows.filter(matches), column, descending);
  }, [columns, rows, query, sortBy, descending]);

  const entries = useMemo(() => grouped(shown, grouping, query === ''), [shown, grouping, query]);

  const width = columns.length + (selection ? 1 : 0) + (actions ? 1 : 0);

  const latest = useRef(selection);
  useEffect(() => {
    latest.current = selection;
  });
  const select = useCallback((key: string, on: boolean): void => {
    const keys = new Set(latest.current?.keys);
    if (on) keys.add(key);
    else keys.delete(key);
    latest.current?.onChange(keys);
  }, []);

  if (isHidden || (freshness.state === 'failed' && hasReason(freshness.error, 'Forbidden')))
    return <NotVisible what={label} />;
  if (freshness.state === 'failed')
    return <ProblemAlert what={message('table.failed', { what: text(label) })} error={freshness.error} />;
  const loading = freshness.state === 'loading';
  if (!loading && rows.length === 0 && (grouping?.groups.length ?? 0) === 0) return <>{empty}</>;

  const chosen = selection === undefined ? [] : shown.filter(({ key }) => selection.keys.has(key));
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
          <ToolbarGroup align={{ default: 'alignEnd' }} alignSelf="center" gap={{ default: 'gapMd' }}>
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
      {!loading && entries.length === 0 ? (
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
        <div ref={setScroller} className={`drover-scroll${isFaded ? ' drover-faded' : ''}`}>
          <Table
            aria-label={text(label)}
            aria-rowcount={shown.length}
            aria-busy={loading}
            variant="compact"
            isStickyHeader
            className="pf-m-fixed"
          >
            <colgroup>
              {widths(columns, { check: selection !== undefined, menu: actions !== undefined }).map(
                (percent, index) => (
                  <col key={columns[index]?.id ?? 'last'} style={{ width: `${percent}%` }} />
                ),
              )}
            </colgroup>
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
            {loading ? (
              <SkeletonBody width={width} />
            ) : (
              <TableBody
                entries={entries}
                width={width}
                heading={grouping?.heading}
                selected={selection?.keys}
                scroller={scroller}
                columns={columns}
                actions={actions}
                nameOf={nameOf}
                onSelect={selection && select}
              />
            )}
          </Table>
        </div>
      )}
    </>
  );
}
