import { MAX_REQUEST_BYTES } from '../body/limits.js';
import { ApiError, badRequest } from '../errors.js';
import { isJsonObject } from '../json-object.js';
import type { Json, JsonObject } from '../object.js';
import { sameJson } from '../schema/same-json.js';
import { parsePointer } from './json-pointer.js';

/** As many operations a patch may have as in Kubernetes. */
const MAX_OPERATIONS = 10_000;

/**
 * The document after a JSON patch (RFC 6902); the document itself is not changed. All operations take effect or none. Where
 * Kubernetes is more lenient than the RFC, so is this: a field that is replaced need not be there, negative places of a list count
 * from its end, and an operation without a value has null.
 *
 * @throws ApiError BadRequest for a patch that is no list, RequestEntityTooLarge for too many operations, Invalid (422) for one that is none or does not fit the document:
 *   Kubernetes does not say which.
 */
export function applyJsonPatch(document: Json, patch: Json): Json {
  if (!Array.isArray(patch)) throw badRequest('a JSON patch is a list of operations');
  if (patch.length > MAX_OPERATIONS)
    throw new ApiError(
      'RequestEntityTooLarge',
      `Request entity too large: The allowed maximum operations in a JSON patch is ${MAX_OPERATIONS}, got ${patch.length}`,
    );
  let copied = 0;
  return patch.reduce<Json>((current, operation: Json) => {
    if (!isJsonObject(operation)) throw unfit();
    if (operation['op'] === 'copy') {
      copied += JSON.stringify(valueAt(current, pathOf(operation, 'from'))).length;
      // By copying, an object may not grow beyond what a request could have brought.
      if (copied > MAX_REQUEST_BYTES) throw unfit();
    }
    return apply(current, operation);
  }, document);
}

const unfit = (): ApiError => new ApiError('Invalid', 'the server rejected our request due to an error in our request');

function pathOf(operation: JsonObject, field: 'path' | 'from'): string[] {
  const pointer = operation[field];
  if (typeof pointer !== 'string') throw unfit();
  return parsePointer(pointer);
}

function apply(document: Json, operation: JsonObject): Json {
  const path = pathOf(operation, 'path');
  const value = operation['value'] ?? null;
  switch (operation['op']) {
    case 'add':
      return change(document, path, (container, last) => added(container, last, value));
    case 'replace':
      return path.length === 0
        ? wholeOf(value)
        : change(document, path, (container, last) => replaced(container, last, value));
    case 'remove':
      return change(document, path, removed);
    case 'test':
      if (!sameJson(path.length === 0 ? document : valueAt(document, path), value)) throw unfit();
      return document;
    case 'copy': {
      const source = valueAt(document, pathOf(operation, 'from'));
      return change(document, path, (container, last) => added(container, last, source));
    }
    case 'move': {
      const from = pathOf(operation, 'from');
      const moved = valueAt(document, from);
      return change(change(document, from, removed), path, (container, last) => added(container, last, moved));
    }
    default:
      throw unfit();
  }
}

/** A document can only be an object or a list. */
function wholeOf(value: Json): Json {
  if (typeof value !== 'object' || value === null) throw unfit();
  return value;
}

/** The value at a path; null for a field that is not there, if what would hold it is. */
function valueAt(document: Json, path: readonly string[]): Json {
  if (path.length === 0) throw unfit();
  let value: Json = document;
  for (const [index, step] of path.entries()) {
    const inside = child(value, step);
    if (inside === undefined && index < path.length - 1) throw unfit();
    value = inside ?? null;
  }
  return value;
}

function child(container: Json, step: string): Json | undefined {
  if (Array.isArray(container)) return (container as readonly Json[])[placeIn(step, container.length - 1)];
  if (!isJsonObject(container)) throw unfit();
  return Object.hasOwn(container, step) ? container[step] : undefined;
}

/** A place of a list, up to `last`; negative ones count from there. */
function placeIn(step: string, last: number): number {
  if (!/^[+-]?\d{1,10}$/.test(step)) throw unfit();
  const place = Number(step) < 0 ? Number(step) + last + 1 : Number(step);
  if (place < 0 || place > last) throw unfit();
  return place;
}

/** Copies the way down to `path` and lets `make` change the last container. */
function change(document: Json, path: readonly string[], make: (container: Json, last: string) => Json): Json {
  const [step, ...rest] = path;
  if (step === undefined) throw unfit();
  if (rest.length === 0) return make(document, step);
  const inside = child(document, step);
  if (inside === undefined || inside === null) throw unfit();
  return replaced(document, step, change(inside, rest, make));
}

function added(container: Json, last: string, value: Json): Json {
  if (isJsonObject(container)) return { ...container, [last]: value };
  if (!Array.isArray(container)) throw unfit();
  const list = container as readonly Json[];
  return list.toSpliced(last === '-' ? list.length : placeIn(last, list.length), 0, value);
}

function replaced(container: Json, last: string, value: Json): Json {
  if (isJsonObject(container)) return { ...container, [last]: value };
  if (!Array.isArray(container)) throw unfit();
  const list = container as readonly Json[];
  return list.with(placeIn(last, list.length - 1), value);
}

function removed(container: Json, last: string): Json {
  if (Array.isArray(container)) {
    const list = container as readonly Json[];
    return list.toSpliced(placeIn(last, list.length - 1), 1);
  }
  if (!isJsonObject(container) || !Object.hasOwn(container, last)) throw unfit();
  const { [last]: _gone, ...rest } = container;
  return rest;
}
