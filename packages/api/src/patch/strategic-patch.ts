import { goText, goType } from '../body/go-value.js';
import { refuseMagicKey } from '../body/magic-key.js';
import { ApiError, badRequest } from '../errors.js';
import { isJsonObject } from '../json-object.js';
import type { Json, JsonObject, KubeObject } from '../object.js';
import type { SchemaNode } from '../schema/node.js';
import type { OpenSchema } from '../schema/open-schema.js';
import { sameJson } from '../schema/same-json.js';
import { inElementOrder } from './element-order.js';
import { KeyedItems } from './keyed-items.js';

const PATCH = '$patch';
const RETAIN_KEYS = '$retainKeys';
const ELEMENT_ORDER = '$setElementOrder/';
const DELETE_PRIMITIVES = '$deleteFromPrimitiveList/';

/**
 * The object after a strategic merge patch: like a merge patch, but lists whose schema gives a merge key merge element by
 * element, and the directives `$patch`, `$retainKeys`, `$setElementOrder` and `$deleteFromPrimitiveList` say the rest. The
 * object itself is not changed.
 *
 * @throws ApiError BadRequest for a patch that is no object, an unknown directive, or an element without its merge key (code 500, as in Kubernetes).
 */
export function applyStrategicPatch<T extends KubeObject>(object: T, patch: Json, schema: OpenSchema): T {
  if (!isJsonObject(patch))
    throw badRequest('json: cannot unmarshal array into Go value of type map[string]interface {}');
  return mergeObject(object as unknown as JsonObject, patch, schema.root) as unknown as T;
}

function mergeObject(base: JsonObject, patch: JsonObject, node: SchemaNode | null): JsonObject {
  switch (patch[PATCH]) {
    case undefined:
      break;
    case 'replace':
      return plainObject(patch);
    case 'delete':
      return {};
    default:
      throw unreadable(`unknown patch type: ${goText(patch[PATCH])} in map: ${goText(patch)}`);
  }
  const result: Record<string, Json | undefined> = retained(base, patch);
  for (const [key, value] of Object.entries(patch)) {
    refuseMagicKey(key);
    if (value === undefined || key === PATCH || key === RETAIN_KEYS || isListDirective(key)) continue;
    if (value === null) delete result[key];
    else result[key] = mergeValue(own(result, key), value, node?.child(key) ?? null, directivesFor(patch, key));
  }
  for (const key of listsOnlyDirected(patch)) {
    const list = own(result, key);
    if (Array.isArray(list)) result[key] = mergeList(list, [], node?.child(key) ?? null, directivesFor(patch, key));
  }
  return result;
}

interface ListDirectives {
  readonly order: readonly Json[] | undefined;
  readonly deleted: readonly Json[];
}

function directivesFor(patch: JsonObject, key: string): ListDirectives {
  const order = own(patch, `${ELEMENT_ORDER}${key}`);
  const deleted = own(patch, `${DELETE_PRIMITIVES}${key}`);
  for (const list of [order, deleted])
    if (list !== undefined && !Array.isArray(list))
      throw unreadable(`expected a []interface {}, but received a ${goType(list)}`);
  return { order: listOf(order), deleted: listOf(deleted) ?? [] };
}

const BAD_RETAIN_KEYS = 'invalid patch format of retainKeys';

/** What Kubernetes has no status for. */
const unreadable = (message: string): ApiError => new ApiError('Unknown', message);

const listOf = (value: Json | undefined): readonly Json[] | undefined => (Array.isArray(value) ? value : undefined);

const isListDirective = (key: string): boolean => key.startsWith(ELEMENT_ORDER) || key.startsWith(DELETE_PRIMITIVES);

/** Lists of which the patch gives only directives. */
function listsOnlyDirected(patch: JsonObject): Set<string> {
  const names = Object.keys(patch)
    .filter(isListDirective)
    .map((key) => key.slice(key.indexOf('/') + 1));
  return new Set(names.filter((name) => !Object.hasOwn(patch, name)));
}

/** `$retainKeys` names the fields that stay; a field the patch gives has to be among them. */
function retained(base: JsonObject, patch: JsonObject): Record<string, Json | undefined> {
  const keys = own(patch, RETAIN_KEYS);
  if (keys === undefined) return { ...base };
  if (!Array.isArray(keys)) throw badRequest(BAD_RETAIN_KEYS);
  const kept = new Set<Json>(keys);
  const missing = Object.keys(patch).find((key) => !key.startsWith('$') && patch[key] !== null && !kept.has(key));
  if (missing !== undefined) throw badRequest(BAD_RETAIN_KEYS);
  return Object.fromEntries(Object.entries(base).filter(([key]) => kept.has(key)));
}

function mergeValue(before: Json | undefined, value: Json, node: SchemaNode | null, directives: ListDirectives): Json {
  const strategy = node?.schema['x-kubernetes-patch-strategy']?.split(',') ?? [];
  if (isJsonObject(value)) {
    if (strategy.includes('replace')) return plain(value);
    return mergeObject(isJsonObject(before) ? before : {}, value, node);
  }
  if (Array.isArray(value) && strategy.includes('merge'))
    return mergeList(Array.isArray(before) ? before : [], value, node, directives);
  return plain(value);
}

function mergeList(
  before: readonly Json[],
  patch: readonly Json[],
  node: SchemaNode | null,
  { order, deleted }: ListDirectives,
): Json {
  const mergeKey = node?.schema['x-kubernetes-patch-merge-key'];
  refuseMixed(before, patch);
  if (mergeKey !== undefined && [...before, ...patch].some(isJsonObject))
    return mergeObjects(before, patch, node?.items ?? null, mergeKey, order);
  const kept = without(before, deleted);
  const fresh = without(patch, kept);
  const merged = [...kept, ...fresh];
  return inElementOrder(
    merged,
    before,
    orderOf(patch, order, (item) => item),
    (item) => item,
  );
}

function without(list: readonly Json[], others: readonly Json[]): Json[] {
  const known = new Set(others.map((item) => JSON.stringify(item)));
  return list.filter((item) => !known.has(JSON.stringify(item)));
}

/** The elements of a list that is merged are all of one type, and none of them is a list. */
function refuseMixed(before: readonly Json[], patch: readonly Json[]): void {
  const [first, ...others] = [...before, ...patch].map(goType);
  if (first === '[]interface {}')
    throw new ApiError('Invalid', 'the server rejected our request due to an error in our request');
  if (others.some((type) => type !== first))
    throw unreadable(`list element types are not identical: ${goText([before, patch])}`);
}

function mergeObjects(
  before: readonly Json[],
  patch: readonly Json[],
  items: SchemaNode | null,
  mergeKey: string,
  order: readonly Json[] | undefined,
): Json {
  const keyOf = (item: Json): Json => {
    const key = isJsonObject(item) ? own(item, mergeKey) : undefined;
    if (key === undefined) throw unreadable(`map: ${goText(item)} does not contain declared merge key: ${mergeKey}`);
    return key;
  };
  const isReplacement = (item: Json): boolean =>
    isJsonObject(item) && item[PATCH] === 'replace' && !Object.hasOwn(item, mergeKey);
  if (patch.some(isReplacement)) return patch.filter((item) => !isReplacement(item)).map(plain);
  const list = new KeyedItems(before, keyOf);
  for (const item of patch) {
    const known = list.find(item);
    if (isJsonObject(item) && item[PATCH] === 'delete') list.delete(item);
    else if (isJsonObject(item)) list.put(mergeObject(isJsonObject(known) ? known : {}, item, items));
  }
  const merged = list.items();
  // Where an order is asked for, Kubernetes looks for the earlier places in the list as it is by then: elements that are new stand in the
  // places of those that were deleted.
  const earlier = order === undefined ? before : merged.slice(0, before.length);
  return inElementOrder(merged, earlier, orderOf(patch.filter(stays), order, keyOf), keyOf);
}

const stays = (item: Json): boolean => !isJsonObject(item) || item[PATCH] !== 'delete';

/** The order a patch asks for: that of its directive, which its elements have to follow, or else that of its elements. */
function orderOf(
  patch: readonly Json[],
  order: readonly Json[] | undefined,
  keyOf: (item: Json) => Json,
): readonly Json[] {
  if (!order) return patch;
  let next = 0;
  for (const item of patch) {
    const key = keyOf(item);
    while (next < order.length && !sameJson(keyOf(order[next] as Json), key)) next += 1;
    if (next === order.length)
      throw unreadable(
        `The order in patch list:\n${goText(patch)}\n doesn't match $setElementOrder list:\n${goText(order)}\n`,
      );
    next += 1;
  }
  return order;
}

/** A value of a patch as it is stored: without nulls in objects and without directives. */
function plain(value: Json): Json {
  if (Array.isArray(value)) return (value as readonly Json[]).map(plain);
  return isJsonObject(value) ? plainObject(value) : value;
}

function plainObject(object: JsonObject): JsonObject {
  const fields = Object.entries(object).filter(([key, item]) => {
    refuseMagicKey(key);
    return item !== null && item !== undefined && key !== PATCH && key !== RETAIN_KEYS && !isListDirective(key);
  });
  return Object.fromEntries(fields.map(([key, item]) => [key, plain(item ?? null)]));
}

const own = (object: Readonly<Record<string, Json | undefined>>, key: string): Json | undefined =>
  Object.hasOwn(object, key) ? object[key] : undefined;
