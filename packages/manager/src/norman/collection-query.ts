import type { Json, JsonObject } from '@drover/api';
import { NormanError } from './norman-error.js';

/** Where a page is among all that a query finds, and how it is ordered and filtered, as a collection tells it. */
export interface CollectionPage {
  readonly data: readonly object[];
  readonly pagination: object;
  readonly sort: object;
  readonly filters: object;
}

/** Resources on a page when the query does not say, and at most (reference: Norman's collections). */
const LIMIT = 1_000;
const MOST = 10_000;

/** Parameters of a list that are no filters. */
const NO_FILTERS = new Set([
  'limit',
  'marker',
  'sort',
  'order',
  'action',
  'all',
  'system',
  'removed',
  'removed_null',
  'me',
]);

/** What a filter `field_modifier=value` asks of the field's text; `eq` when no modifier is named. */
const MODIFIERS = {
  eq: (text, value) => text === value,
  ne: (text, value) => text !== value,
  in: (text, value) => text !== undefined && value.split(',').includes(text),
  notin: (text, value) => text === undefined || !value.split(',').includes(text),
  like: (text, value) => text?.toLowerCase().includes(value.toLowerCase()) === true,
  notlike: (text, value) => text?.toLowerCase().includes(value.toLowerCase()) !== true,
  prefix: (text, value) => text?.startsWith(value) === true,
  null: (text) => text === undefined,
  notnull: (text) => text !== undefined,
  lt: (text, value) => text !== undefined && compare(text, value) < 0,
  lte: (text, value) => text !== undefined && compare(text, value) <= 0,
  gt: (text, value) => text !== undefined && compare(text, value) > 0,
  gte: (text, value) => text !== undefined && compare(text, value) >= 0,
} as const satisfies Record<string, (text: string | undefined, value: string) => boolean>;
type Modifier = keyof typeof MODIFIERS;

interface Filter {
  readonly field: string;
  readonly modifier: Modifier;
  readonly value: string;
}

/**
 * The page of `documents` that the query of `url` asks for: filtered by `field=value` and `field_modifier=value`, sorted by `sort` and
 * `order` (by id when it does not say), `limit` of them from `marker` on; `limit=-1` is all of them.
 *
 * @throws NormanError InvalidFormat for a limit that is no number, InvalidOption for an order there is not, or for a marker whose
 * resource has gone.
 */
export function collectionPage(documents: readonly object[], url: URL): CollectionPage {
  const filters = filtersOf(url);
  const field = url.searchParams.get('sort') || 'id';
  const order = orderOf(url);
  const limit = limitOf(url);
  const direction = order === 'asc' ? 1 : -1;
  const found = documents
    .filter((document) => filters.every((filter) => fits(document, filter)))
    .map((document) => ({ document, key: textOf(document, field) ?? '', id: textOf(document, 'id') ?? '' }))
    .sort((a, b) => direction * (compare(a.key, b.key) || compare(a.id, b.id)));
  const first = firstOf(found, url);
  const page = limit === undefined ? found.slice(first) : found.slice(first, first + limit);
  const next = found[first + page.length];
  const before = limit === undefined ? 0 : Math.max(first - limit, 0);
  const at = (parameters: Readonly<Record<string, string | undefined>>): string => addressWith(url, parameters);
  return {
    data: page.map(({ document }) => document),
    pagination: {
      limit: limit ?? -1,
      total: found.length,
      ...(next === undefined ? {} : { partial: true, next: at({ marker: next.id }) }),
      ...(first === 0 ? {} : { first: at({ marker: undefined }), previous: at({ marker: found[before]?.id }) }),
    },
    sort: {
      name: field,
      order,
      reverse: at({ order: order === 'asc' ? 'desc' : 'asc', marker: undefined }),
      links: {},
    },
    filters: Object.fromEntries(
      filters.map((each) => [
        each.field,
        filters.filter((one) => one.field === each.field).map(({ modifier, value }) => ({ modifier, value })),
      ]),
    ),
  };
}

function filtersOf(url: URL): readonly Filter[] {
  return [...url.searchParams]
    .filter(([name]) => !NO_FILTERS.has(name))
    .map(([name, value]) => {
      const at = name.lastIndexOf('_');
      const modifier = name.slice(at + 1);
      return at > 0 && isModifier(modifier)
        ? { field: name.slice(0, at), modifier, value }
        : { field: name, modifier: 'eq', value };
    });
}

const isModifier = (text: string): text is Modifier => Object.hasOwn(MODIFIERS, text);

const fits = (document: object, { field, modifier, value }: Filter): boolean =>
  MODIFIERS[modifier](textOf(document, field), value);

function orderOf(url: URL): 'asc' | 'desc' {
  const order = url.searchParams.get('order') || 'asc';
  if (order === 'asc' || order === 'desc') return order;
  throw new NormanError('InvalidOption', `the order "${order}" is neither "asc" nor "desc"`, { fieldName: 'order' });
}

/** How many resources are wanted; `undefined` for all. */
function limitOf(url: URL): number | undefined {
  const text = url.searchParams.get('limit') || String(LIMIT);
  if (text === '-1') return undefined;
  if (!/^[1-9]\d{0,8}$/.test(text)) {
    throw new NormanError('InvalidFormat', `the limit "${text}" is neither a number from 1 on nor -1, which is all`, {
      fieldName: 'limit',
    });
  }
  return Math.min(Number(text), MOST);
}

function firstOf(found: readonly { readonly id: string }[], url: URL): number {
  const marker = url.searchParams.get('marker');
  if (!marker) return 0;
  const first = found.findIndex(({ id }) => id === marker);
  if (first >= 0) return first;
  throw new NormanError('InvalidOption', `there is no "${marker}" to go on from any more: list from the beginning`, {
    fieldName: 'marker',
  });
}

function textOf(document: object, field: string): string | undefined {
  const value: Json | undefined = (document as JsonObject)[field];
  return typeof value === 'string' || typeof value === 'boolean' || typeof value === 'number'
    ? String(value)
    : undefined;
}

/** Numbers by their value, everything else by its characters. */
function compare(a: string, b: string): number {
  const [x, y] = [Number(a), Number(b)];
  if (a !== '' && b !== '' && !Number.isNaN(x) && !Number.isNaN(y)) return x - y;
  return a < b ? -1 : a > b ? 1 : 0;
}

function addressWith(url: URL, parameters: Readonly<Record<string, string | undefined>>): string {
  const address = new URL(url);
  for (const [name, value] of Object.entries(parameters)) {
    if (value === undefined) address.searchParams.delete(name);
    else address.searchParams.set(name, value);
  }
  return address.href;
}
