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
  /** Share of the width, beside the shares of the other columns. */
  readonly share: number;
}

/** Shares of the columns for the check box and for the menu of a row: wide enough for both in a window of 1,024 pixels. */
const CHECK_PERCENT = 3.5;
const MENU_PERCENT = 5;

/** The widths of the columns in percent, check box and menu included; they add up to 100. */
export function widths(
  columns: readonly { readonly share: number }[],
  has: { check: boolean; menu: boolean },
): number[] {
  const left = 100 - (has.check ? CHECK_PERCENT : 0) - (has.menu ? MENU_PERCENT : 0);
  const all = columns.reduce((sum, { share }) => sum + share, 0);
  return [
    ...(has.check ? [CHECK_PERCENT] : []),
    ...columns.map(({ share }) => (left * share) / all),
    ...(has.menu ? [MENU_PERCENT] : []),
  ];
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

function sortKey(value: FieldValue): string | number {
  if (typeof value === 'number') return value;
  return natural(typeof value === 'string' ? value : (value?.[0] ?? ''));
}

const DIGITS = 12;

/**
 * The text in a form whose plain order is the order people expect: without case, with numbers as numbers. Made once for a
 * row; `Intl.Collator` would work it out anew in each of the n log n comparisons.
 */
const natural = (text: string): string => text.toLowerCase().replace(/\d+/g, (digits) => digits.padStart(DIGITS, '0'));

function compareKeys(a: string | number, b: string | number): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  const [left, right] = [String(a), String(b)];
  return left < right ? -1 : left > right ? 1 : 0;
}
