import { goPrintedText, goText, goType } from '../body/go-value.js';
import { refuseMagicKeys } from '../body/magic-key.js';
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
 * element, and the directives `$patch`, `$retainKeys`, `$setElementOrder` and `$deleteFromPrimitiveList` say the rest. As in
 * Kubernetes, what a directive is not looked for in is stored as the patch has it: the directive is then a field that nobody
 * knows. The object itself is not changed.
 *
 * @throws ApiError BadRequest for a patch that is no object, or retains other keys than it sets; of code 500, as in Kubernetes,
 *   for an unknown directive, an order that is not kept, and an element without its merge key.
 */
export function applyStrategicPatch<T extends KubeObject>(object: T, patch: Json, schema: OpenSchema): T {
  if (!isJsonObject(patch))
    throw badRequest('json: cannot unmarshal array into Go value of type map[string]interface {}');
  refuseMagicKeys(patch);
  return mergeObject(object, patch, schema.root) as T;
}

/** What Kubernetes has no status for. */
const unreadable = (message: string): ApiError => new ApiError('Unknown', message);

type Merged = Record<string, Json | undefined>;

function mergeObject(base: JsonObject, patch: JsonObject, node: SchemaNode | null): JsonObject {
  const { [PATCH]: directive, ...said } = patch;
  if (directive === 'replace') return said;
  if (directive === 'delete') return {};
  if (directive !== undefined) throw unknownDirective(directive, patch);
  const result = retained(base, patch);
  const ordered = mergeOrdered(result, patch, node);
  for (const [name, value] of Object.entries(patch)) {
    if (value === undefined || ordered.has(name) || isDirective(name)) continue;
    if (merges(own(result, name), value)) refuseUnknown(name, node);
    set(result, name, value === null ? undefined : mergeValue(own(result, name), value, node?.child(name) ?? null));
  }
  for (const [name, values] of directed(patch, DELETE_PRIMITIVES)) {
    const list = own(result, name);
    if (values === null) set(result, name, undefined);
    else if (Array.isArray(values) && Array.isArray(list)) result[name] = without(list, values);
  }
  return result;
}

/** Whether values are of a structure that merges where its schema says so. */
const merges = (before: Json | undefined, value: Json): boolean =>
  Array.isArray(before) ? Array.isArray(value) : isJsonObject(before) && isJsonObject(value);

/** A type of Go is asked how a field merges; one that holds anything has no fields to ask about. */
function refuseUnknown(name: string, node: SchemaNode | null): void {
  if (node === null || node.component === '' || node.child(name) !== null) return;
  const struct = node.component.slice(node.component.lastIndexOf('.') + 1);
  throw unreadable(`unable to find api field in struct ${struct} for the json field ${JSON.stringify(name)}`);
}

const isDirective = (key: string): boolean =>
  key === RETAIN_KEYS || key.startsWith(ELEMENT_ORDER) || key.startsWith(DELETE_PRIMITIVES);

const unknownDirective = (directive: Json, patch: JsonObject): ApiError =>
  unreadable(`unknown patch type: ${goPrintedText(directive)} in map: ${goText(patch)}`);

/** The directives of one kind, each with the name of the field that it is for. */
const directed = (patch: JsonObject, prefix: string): [name: string, value: Json | undefined][] =>
  Object.entries(patch)
    .filter(([key]) => key.startsWith(prefix))
    .map(([key, value]) => [key.slice(prefix.length), value]);

function set(result: Merged, name: string, value: Json | undefined): void {
  if (value === undefined) delete result[name];
  else result[name] = value;
}

const BAD_RETAIN_KEYS = 'invalid patch format of retainKeys';

/** `$retainKeys` names the fields that stay; a field the patch gives has to be among them. */
function retained(base: JsonObject, patch: JsonObject): Merged {
  const keys = own(patch, RETAIN_KEYS);
  if (keys === undefined) return { ...base };
  if (!Array.isArray(keys)) throw badRequest(BAD_RETAIN_KEYS);
  const kept = new Set<Json>(keys);
  const missing = Object.keys(patch).find((key) => !isDirective(key) && patch[key] !== null && !kept.has(key));
  if (missing !== undefined) throw badRequest(BAD_RETAIN_KEYS);
  return Object.fromEntries(Object.entries(base).filter(([key]) => kept.has(key)));
}

/** Merges the lists for which the patch gives an order. Answers their names. */
function mergeOrdered(result: Merged, patch: JsonObject, node: SchemaNode | null): Set<string> {
  const names = new Set<string>();
  for (const [name, order] of directed(patch, ELEMENT_ORDER)) {
    const [before, given] = [own(result, name), own(patch, name)];
    for (const list of [order, before, given]) {
      if (list !== undefined && !Array.isArray(list))
        throw unreadable(`expected a []interface {}, but received a ${goType(list)}`);
    }
    names.add(name);
    refuseUnknown(name, node);
    if (before === undefined && given === undefined) continue;
    result[name] = orderedList(listOf(before), listOf(given), listOf(order) ?? [], node?.child(name) ?? null);
  }
  return names;
}

const listOf = (value: Json | undefined): readonly Json[] | undefined => (Array.isArray(value) ? value : undefined);

function orderedList(
  before: readonly Json[] | undefined,
  patch: readonly Json[] | undefined,
  order: readonly Json[],
  node: SchemaNode | null,
): Json[] {
  const mergeKey = mergeKeyOf(node);
  const keyOf = mergeKey === undefined ? (item: Json): Json => item : keyIn(mergeKey);
  if (patch !== undefined) refuseOtherOrder(patch, order, mergeKey, keyOf);
  if (before === undefined) {
    return inElementOrder(itemsWithoutDirectives(mixless(patch ?? [])), [], order, keyOf);
  }
  if (patch === undefined) return inElementOrder(mixless(before), before, order, keyOf);
  mixless(before, patch);
  const { items, places } = mergesLists(node) ? mergeList(before, patch, node) : { items: patch, places: before };
  return inElementOrder(items, places, order, keyOf);
}

const mergeKeyOf = (node: SchemaNode | null): string | undefined => node?.schema['x-kubernetes-patch-merge-key'];

const strategyOf = (node: SchemaNode | null): readonly string[] =>
  node?.schema['x-kubernetes-patch-strategy']?.split(',') ?? [];

const mergesLists = (node: SchemaNode | null): boolean => strategyOf(node).includes('merge');

/** Finds an item's merge key. The function throws for an item without it. */
const keyIn =
  (mergeKey: string) =>
  (item: Json): Json => {
    const key = isJsonObject(item) ? own(item, mergeKey) : undefined;
    if (key === undefined) throw unreadable(`map: ${goText(item)} does not contain declared merge key: ${mergeKey}`);
    return key;
  };

/** The items of a patch have to come in the order that it asks for. */
function refuseOtherOrder(
  patch: readonly Json[],
  order: readonly Json[],
  mergeKey: string | undefined,
  keyOf: (item: Json) => Json,
): void {
  if (patch.length === 0 || order.length === 0) return;
  let next = 0;
  for (const item of mergeKey === undefined ? patch : patch.filter((item) => !isDeletion(item))) {
    const special = mergeKey !== undefined && isSpecial(item);
    if (!special) next = placeFrom(next, order, keyOf(item), keyOf);
    if (next === order.length)
      throw unreadable(
        `The order in patch list:\n${goText(patch)}\n doesn't match $setElementOrder list:\n${goText(order)}\n`,
      );
    if (!special) next += 1;
  }
}

/** Where `key` is in a list, from a place on; the list's length when it is not. */
function placeFrom(start: number, list: readonly Json[], key: Json, keyOf: (item: Json) => Json): number {
  let place = start;
  while (place < list.length && !sameJson(keyOf(list[place] as Json), key)) place += 1;
  return place;
}

const isDeletion = (item: Json): boolean => isJsonObject(item) && item[PATCH] === 'delete';

const isSpecial = (item: Json): boolean => isJsonObject(item) && Object.hasOwn(item, PATCH);

/** The elements of lists that are merged are all of one type, and none of them is a list. @throws ApiError when there are none. */
function mixless(...lists: (readonly Json[])[]): readonly Json[] {
  const [first, ...others] = lists.flat().map(goType);
  if (first === undefined) throw unreadable('no elements in any of the given slices');
  if (first === '[]interface {}')
    throw new ApiError('Invalid', 'the server rejected our request due to an error in our request');
  if (others.some((type) => type !== first)) throw unreadable(`list element types are not identical: ${goText(lists)}`);
  return lists[0] ?? [];
}

function mergeValue(before: Json | undefined, value: Json, node: SchemaNode | null): Json | undefined {
  if (before !== undefined && isJsonObject(before) && isJsonObject(value))
    return strategyOf(node).includes('replace') ? value : mergeObject(before, value, node);
  if (!Array.isArray(before) || !Array.isArray(value)) return withoutDirectives(withoutNulls(value));
  if (!mergesLists(node)) return value;
  if (before.length === 0 && value.length === 0) return before;
  mixless(before, value);
  return mergeList(before, value, node).items;
}

interface MergedList {
  /** In the order of the patch. */
  readonly items: Json[];
  /** Where what was there before stands by now: elements that are new stand in the places of those that were deleted. */
  readonly places: readonly Json[];
}

function mergeList(before: readonly Json[], patch: readonly Json[], node: SchemaNode | null): MergedList {
  const mergeKey = mergeKeyOf(node);
  if (mergeKey !== undefined && isJsonObject(before[0] ?? patch[0] ?? null))
    return mergeObjects(before, patch, node?.items ?? null, mergeKey);
  const values = new Map([...before, ...patch].map((item) => [JSON.stringify(item), item]));
  return { items: inElementOrder([...values.values()], before, patch, (item) => item), places: before };
}

function mergeObjects(
  before: readonly Json[],
  patch: readonly Json[],
  items: SchemaNode | null,
  mergeKey: string,
): MergedList {
  const keyOf = keyIn(mergeKey);
  const said = patch.filter((item) => !isSpecial(item));
  const deleted = patch.filter((item) => isSpecial(item) && directiveOf(item) !== 'replace');
  for (const item of deleted) keyOf(item);
  if (deleted.length + said.length < patch.length)
    return { items: inElementOrder(said, said, [], keyOf), places: before };

  for (const item of said) keyOf(item);
  const list = new KeyedItems(before, keyOf);
  for (const item of deleted) list.delete(item);
  const left = list.items();
  for (const item of said) {
    const known = list.find(item);
    list.put(isJsonObject(known ?? null) && isJsonObject(item) ? mergeObject(known as JsonObject, item, items) : item);
  }
  const merged = list.items();
  return { items: inElementOrder(merged, left, said, keyOf), places: merged.slice(0, before.length) };
}

/** What is done to an element that has a directive. */
function directiveOf(item: Json): 'delete' | 'replace' {
  const directive = isJsonObject(item) ? item[PATCH] : undefined;
  if (directive === 'delete' || directive === 'replace') return directive;
  if (directive === 'merge') throw unreadable('merging lists cannot yet be specified in the patch');
  throw unknownDirective(directive ?? null, item as JsonObject);
}

function without(list: readonly Json[], others: readonly Json[]): Json[] {
  const known = new Set(others.map((item) => JSON.stringify(item)));
  return list.filter((item) => !known.has(JSON.stringify(item)));
}

function withoutNulls(value: Json): Json {
  if (Array.isArray(value)) return (value as readonly Json[]).map(withoutNulls);
  if (!isJsonObject(value)) return value;
  const fields = Object.entries(value).filter(([, item]) => item !== null && item !== undefined);
  return Object.fromEntries(fields.map(([key, item]) => [key, withoutNulls(item ?? null)]));
}

/** The value without what has a `$patch`, wherever that is; `undefined` when it has one itself. */
function withoutDirectives(value: Json): Json | undefined {
  if (Array.isArray(value)) return itemsWithoutDirectives(value);
  if (!isJsonObject(value)) return value;
  if (Object.hasOwn(value, PATCH)) return undefined;
  const fields = Object.entries(value).map(([key, item]) => [key, withoutDirectives(item ?? null)] as const);
  return Object.fromEntries(fields.filter(([, item]) => item !== undefined));
}

const itemsWithoutDirectives = (list: readonly Json[]): Json[] =>
  list.map(withoutDirectives).filter((item) => item !== undefined);

const own = (object: Readonly<Record<string, Json | undefined>>, key: string): Json | undefined =>
  Object.hasOwn(object, key) ? object[key] : undefined;
