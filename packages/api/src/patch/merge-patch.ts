import { refuseMagicKey } from '../body/magic-key.js';
import { isJsonObject } from '../json-object.js';
import type { Json, JsonObject } from '../object.js';

/**
 * The document after a JSON merge patch (RFC 7386): objects merge, null deletes, everything else replaces. The document
 * itself is not changed, and comes back as it is when the patch says nothing new about it.
 *
 * @throws ApiError BadRequest for a key that no object may have.
 */
export function applyMergePatch(document: Json, patch: Json): Json {
  if (!isJsonObject(patch)) return patch;
  const base: JsonObject = isJsonObject(document) ? document : {};
  let copy: Record<string, Json | undefined> | undefined = isJsonObject(document) ? undefined : {};
  for (const [key, value] of Object.entries(patch)) {
    refuseMagicKey(key);
    if (value === undefined) continue;
    const before = Object.hasOwn(base, key) ? base[key] : undefined;
    if (value === null) {
      if (before === undefined) continue;
      copy ??= { ...base };
      delete copy[key];
      continue;
    }
    const after = applyMergePatch(before ?? null, value);
    if (after === before) continue;
    copy ??= { ...base };
    copy[key] = after;
  }
  return copy ?? base;
}
