import { isDeepStrictEqual } from 'node:util';
import { isJsonObject, type Json, type JsonObject } from '@drover/api';
import type { EntryV2 } from './open-api-v2.js';

/** What may differ between two servers' words for the same type. */
const PROSE = new Set(['description', 'x-kubernetes-group-version-kind']);

/**
 * Our own parts of a document, and then those of others. What is the same in both is there once; what has the same name and
 * is not the same gets another name.
 */
export async function* mergedEntries(
  own: AsyncIterable<EntryV2> | Iterable<EntryV2>,
  extensions: readonly (readonly EntryV2[])[],
): AsyncGenerator<EntryV2> {
  const contested = new Set(extensions.flat().map(keyOf));
  const taken = new Map<string, JsonObject>();
  for await (const entry of own) {
    if (contested.has(keyOf(entry))) taken.set(keyOf(entry), entry.value);
    yield entry;
  }
  for (const entries of extensions) {
    const fresh = entries.filter((entry) => !isKnown(taken, entry));
    const renamed = new Map<string, string>();
    for (const entry of fresh) if (taken.has(keyOf(entry))) renamed.set(keyOf(entry), freeName(taken, entry));
    for (const entry of fresh) {
      const name = renamed.get(keyOf(entry)) ?? entry.name;
      const value = renamed.size === 0 ? entry.value : referring(entry.value, renamed);
      const put = { ...entry, name, value };
      taken.set(keyOf(put), value);
      yield put;
    }
  }
}

/** As which an entry is referred to. */
const keyOf = ({ section, name }: Pick<EntryV2, 'section' | 'name'>): string => `#/${section}/${name}`;

function isKnown(taken: ReadonlyMap<string, JsonObject>, entry: EntryV2): boolean {
  const known = taken.get(keyOf(entry));
  if (known === undefined) return false;
  return entry.section === 'paths' || isDeepStrictEqual(withoutProse(known), withoutProse(entry.value));
}

function freeName(taken: ReadonlyMap<string, JsonObject>, entry: EntryV2): string {
  for (let number = 2; ; number += 1) {
    const name = `${entry.name}_v${number}`;
    if (!taken.has(keyOf({ ...entry, name }))) return name;
  }
}

function withoutProse(value: Json | undefined): Json | undefined {
  if (Array.isArray(value)) return value.map((item: Json) => withoutProse(item) ?? null);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, inner]) => !PROSE.has(key) || (key === 'description' && typeof inner !== 'string'))
      .map(([key, inner]) => [key, withoutProse(inner)]),
  );
}

function referring(value: JsonObject, renamed: ReadonlyMap<string, string>): JsonObject {
  const visit = (inner: Json | undefined): Json | undefined => {
    if (Array.isArray(inner)) return inner.map((item: Json) => visit(item) ?? null);
    return isJsonObject(inner) ? referring(inner, renamed) : inner;
  };
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      const name = key === '$ref' && typeof inner === 'string' ? renamed.get(inner) : undefined;
      return [
        key,
        name === undefined ? visit(inner) : `${String(inner).slice(0, String(inner).lastIndexOf('/') + 1)}${name}`,
      ];
    }),
  );
}
