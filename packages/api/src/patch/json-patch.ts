import { ApiError, badRequest } from '../errors.js';
import { isJsonObject } from '../json-object.js';
import type { Json, JsonObject } from '../object.js';
import { sameJson } from '../schema/same-json.js';
import { parsePointer } from './json-pointer.js';

/** As many operations a patch may have as in Kubernetes. */
const MAX_OPERATIONS = 10_000;
/** A patch may not grow an object by copying beyond what a request body may hold. */
const MAX_COPIED_BYTES = 3 * 1024 * 1024;

/** One operation of a JSON patch (RFC 6902). */
type Operation =
  | { readonly op: 'add' | 'replace' | 'test'; readonly path: string[]; readonly value: Json }
  | { readonly op: 'remove'; readonly path: string[] }
  | { readonly op: 'move' | 'copy'; readonly path: string[]; readonly from: string[] };

/**
 * The document after a JSON patch (RFC 6902); the document itself is not changed. All operations take effect or none.
 *
 * @throws ApiError BadRequest for a patch that is none, Invalid (422) for one that does not fit the document.
 */
export function applyJsonPatch(document: Json, patch: Json): Json {
  if (!Array.isArray(patch)) throw badRequest('a JSON patch is a list of operations');
  if (patch.length > MAX_OPERATIONS)
    throw new ApiError(
      'RequestEntityTooLarge',
      `The allowed maximum operations in a JSON patch is ${MAX_OPERATIONS}, got ${patch.length}`,
    );
  let copied = 0;
  return patch.reduce<Json>((current, item: Json) => {
    const operation = parseOperation(item);
    if (operation.op === 'copy') {
      copied += JSON.stringify(valueAt(current, operation.from)).length;
      if (copied > MAX_COPIED_BYTES) throw badRequest(`the patch copies more than ${MAX_COPIED_BYTES} bytes`);
    }
    return apply(current, operation);
  }, document);
}

function parseOperation(item: Json): Operation {
  if (!isJsonObject(item)) throw badRequest('a JSON patch operation is an object');
  const { op, path, from, value } = item;
  if (typeof path !== 'string') throw badRequest('a JSON patch operation needs a "path"');
  const target = parsePointer(path);
  switch (op) {
    case 'remove':
      return { op, path: target };
    case 'add':
    case 'replace':
    case 'test':
      if (value === undefined) throw badRequest(`the JSON patch operation "${op}" needs a "value"`);
      return { op, path: target, value };
    case 'move':
    case 'copy':
      if (typeof from !== 'string') throw badRequest(`the JSON patch operation "${op}" needs a "from"`);
      return { op, path: target, from: parsePointer(from) };
    default:
      throw badRequest(`"${String(op)}" is not a JSON patch operation`);
  }
}

function apply(document: Json, operation: Operation): Json {
  switch (operation.op) {
    case 'add':
      return put(document, operation.path, operation.value, 'add');
    case 'replace':
      return put(document, operation.path, operation.value, 'replace');
    case 'remove':
      return remove(document, operation.path);
    case 'test':
      if (!sameJson(valueAt(document, operation.path), operation.value))
        throw unfit(`testing value ${pointer(operation.path)} failed`);
      return document;
    case 'copy':
      return put(document, operation.path, valueAt(document, operation.from), 'add');
    case 'move': {
      const { from, path } = operation;
      if (from.length < path.length && from.every((step, index) => step === path[index]))
        throw unfit(`${pointer(from)} cannot be moved into itself`);
      return put(remove(document, from), path, valueAt(document, from), 'add');
    }
  }
}

const pointer = (path: readonly string[]): string =>
  path.map((step) => `/${step.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');

const unfit = (message: string): ApiError =>
  new ApiError('Invalid', `the server rejected our request due to an error in our request: ${message}`);

function valueAt(document: Json, path: readonly string[]): Json {
  let value: Json | undefined = document;
  for (const step of path) value = child(value, step);
  if (value === undefined) throw unfit(`there is no value at ${pointer(path)}`);
  return value;
}

function child(value: Json | undefined, step: string): Json | undefined {
  if (Array.isArray(value)) return isIndex(step) ? (value as readonly Json[])[Number(step)] : undefined;
  if (typeof value !== 'object' || value === null) return undefined;
  return Object.hasOwn(value, step) ? (value as JsonObject)[step] : undefined;
}

const isIndex = (step: string): boolean => /^(0|[1-9]\d{0,9})$/.test(step);

/** Copies the way down to `path` and lets `change` make the last container anew. */
function along(document: Json, path: readonly string[], change: (container: Json, last: string) => Json): Json {
  const [step, ...rest] = path;
  if (step === undefined) throw unfit('the whole document cannot be removed');
  if (rest.length === 0) return change(document, step);
  const inside = child(document, step);
  if (inside === undefined) throw unfit(`there is no value at ${pointer([step])}, where ${pointer(path)} would be`);
  return set(document, step, along(inside, rest, change));
}

function set(container: Json, step: string, value: Json): Json {
  if (Array.isArray(container)) return (container as readonly Json[]).with(Number(step), value);
  return { ...(container as JsonObject), [step]: value };
}

function put(document: Json, path: readonly string[], value: Json, op: 'add' | 'replace'): Json {
  if (path.length === 0) return value;
  return along(document, path, (container, last) => {
    if (op === 'replace' && child(container, last) === undefined)
      throw unfit(`replace operation does not apply: doc is missing key: ${pointer(path)}`);
    if (!Array.isArray(container)) {
      if (typeof container !== 'object' || container === null)
        throw unfit(`${pointer(path)} is not inside an object or list`);
      return { ...(container as JsonObject), [last]: value };
    }
    const list = container as readonly Json[];
    if (op === 'replace') return list.with(Number(last), value);
    const index = last === '-' ? list.length : isIndex(last) ? Number(last) : Number.NaN;
    if (!(index <= list.length)) throw unfit(`add operation does not apply: ${pointer(path)} is outside the list`);
    return list.toSpliced(index, 0, value);
  });
}

function remove(document: Json, path: readonly string[]): Json {
  return along(document, path, (container, last) => {
    if (child(container, last) === undefined)
      throw unfit(`remove operation does not apply: doc is missing path: ${pointer(path)}`);
    if (Array.isArray(container)) return (container as readonly Json[]).toSpliced(Number(last), 1);
    const { [last]: _gone, ...rest } = container as JsonObject;
    return rest;
  });
}
