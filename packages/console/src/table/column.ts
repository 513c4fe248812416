import type { ReactNode } from 'react';
import type { MessageKey } from '../i18n/message.js';
import type { FieldValue } from '../search/grammar.js';

/** A column of a list. */
export interface Column<T> {
  /** Names the column in the URL and, with `field`, in searches. */
  readonly id: string;
  readonly title: MessageKey;
  /** What searches and sorting see; a column without it can be neither searched nor sorted by. */
  readonly field?: (row: T) => FieldValue;
  readonly render: (row: T) => ReactNode;
  /** Never cut off: badges and short words. */
  readonly isWhole?: boolean;
  /** Share of the width, as PatternFly counts it. */
  readonly width?: 10 | 15 | 20 | 25 | 30 | 35 | 40;
}

/** What of a list lives in the URL. */
export interface ListSearch {
  readonly q?: string;
  readonly sort?: string;
  readonly desc?: boolean;
}

/** Reads a list's part of the URL; what is not understood is left out. */
export function listSearch(search: Record<string, unknown>): ListSearch {
  return {
    ...(typeof search['q'] === 'string' && search['q'] !== '' ? { q: search['q'] } : {}),
    ...(typeof search['sort'] === 'string' ? { sort: search['sort'] } : {}),
    ...(search['desc'] === true ? { desc: true } : {}),
  };
}

/** The rows in the order of a column; numbers as numbers, texts as people sort them ("web-2" before "web-10"). */
export function sortRows<T>(rows: readonly T[], column: Column<T> | undefined, descending: boolean): readonly T[] {
  const field = column?.field;
  if (field === undefined) return rows;
  const keyed = rows.map((row) => ({ row, key: sortKey(field(row)) }));
  const direction = descending ? -1 : 1;
  keyed.sort((a, b) => direction * compareKeys(a.key, b.key));
  return keyed.map(({ row }) => row);
}

const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' });

const sortKey = (value: FieldValue): string | number =>
  typeof value === 'number' ? value : typeof value === 'string' ? value : (value?.[0] ?? '');

function compareKeys(a: string | number, b: string | number): number {
  return typeof a === 'number' && typeof b === 'number' ? a - b : collator.compare(String(a), String(b));
}
