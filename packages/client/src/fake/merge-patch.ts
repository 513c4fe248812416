import type { Json, JsonObject } from '@drover/api';

/** RFC 7386: objects are merged, `null` removes, everything else replaces. */
export function mergePatch(target: Json | undefined, patch: Json): Json {
  if (!isObject(patch)) return patch;
  const merged: Record<string, Json | undefined> = isObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete merged[key];
    else if (value !== undefined) merged[key] = mergePatch(merged[key], value);
  }
  return merged;
}

/**
 * What server-side apply does to fields that nobody contests: `applied` is set, and what `before` (this manager's last
 * application) had set and `applied` no longer does is removed. Lists are replaced as wholes.
 */
export function applyPatch(live: Json | undefined, before: Json | undefined, applied: Json): Json {
  if (!isObject(applied)) return applied;
  const result: Record<string, Json | undefined> = isObject(live) ? { ...live } : {};
  if (isObject(before)) for (const key of Object.keys(before)) if (!(key in applied)) delete result[key];
  for (const [key, value] of Object.entries(applied)) {
    if (value === undefined) continue;
    result[key] = applyPatch(result[key], isObject(before) ? before[key] : undefined, value);
  }
  return result;
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
