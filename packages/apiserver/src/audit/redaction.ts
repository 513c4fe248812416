import type { Attributes } from '@drover/api';

/** Kinds whose objects are, or hold, credentials: their bodies are told at no level. */
const CREDENTIALS: ReadonlySet<string> = new Set([
  '/secrets',
  '/serviceaccounts/token',
  'authentication.k8s.io/tokenreviews',
]);

/** Whether the bodies of such requests stay out of every event. `further` names kinds of the embedder, as `GROUP/PLURAL`. */
export function holdsCredentials(attributes: Attributes, further: ReadonlySet<string>): boolean {
  if ('path' in attributes) return false;
  const { group, resource, subresource } = attributes;
  const kind = `${group}/${resource}`;
  return CREDENTIALS.has(kind) || further.has(kind) || CREDENTIALS.has(`${kind}/${subresource ?? ''}`);
}

/** A document without `metadata.managedFields`, its own and those of a list's items or a table's rows. */
export function withoutManagedFields(document: unknown): unknown {
  if (typeof document !== 'object' || document === null || Array.isArray(document)) return document;
  const { items, rows, ...fields } = document as Record<string, unknown>;
  return {
    ...withoutOwn(fields),
    ...(Array.isArray(items) ? { items: items.map(withoutItsOwn) } : items === undefined ? {} : { items }),
    ...(Array.isArray(rows) ? { rows: rows.map(withoutRow) } : rows === undefined ? {} : { rows }),
  };
}

function withoutOwn(document: object): object {
  const { metadata } = document as { readonly metadata?: unknown };
  if (typeof metadata !== 'object' || metadata === null || !('managedFields' in metadata)) return document;
  const { managedFields: _left, ...rest } = metadata;
  return { ...document, metadata: rest };
}

const withoutItsOwn = (item: unknown): unknown => (typeof item === 'object' && item !== null ? withoutOwn(item) : item);

function withoutRow(row: unknown): unknown {
  if (typeof row !== 'object' || row === null || !('object' in row)) return row;
  return { ...row, object: withoutItsOwn(row.object) };
}
