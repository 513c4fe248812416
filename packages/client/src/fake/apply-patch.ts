import { isJsonObject, type Json } from '@drover/api';

/**
 * What server-side apply does to fields that nobody contests: `applied` is set, and what `before` (this manager's last
 * application) had set and `applied` no longer does is removed. Lists are replaced as wholes.
 */
export function applyPatch(live: Json | undefined, before: Json | undefined, applied: Json): Json {
  if (!isJsonObject(applied)) return applied;
  const result: Record<string, Json | undefined> = isJsonObject(live) ? { ...live } : {};
  if (isJsonObject(before)) for (const key of Object.keys(before)) if (!(key in applied)) delete result[key];
  for (const [key, value] of Object.entries(applied)) {
    if (value === undefined) continue;
    result[key] = applyPatch(result[key], isJsonObject(before) ? before[key] : undefined, value);
  }
  return result;
}
