import type { Json, JsonObject } from '../object.js';

/** Thrown for a path that is outside the subset that printer columns and selectable fields use. */
export class JsonPathError extends Error {
  override readonly name = 'JsonPathError';
}

/** Finds the values at a path in an object, in order; none when there is nothing. */
export type JsonPath = (object: Json) => Json[];

type Step = (values: readonly Json[]) => Json[];

/** How many compiled paths are kept; the oldest goes when one more comes. */
const CAPACITY = 1_000;
const compiled = new Map<string, JsonPath>();

/**
 * Compiles the JSONPath that CRDs use for columns: `.spec.x`, `.metadata.labels['a.b']` or `.metadata.labels.a\.b`, `[0]`,
 * `[-1]`, `[*]`, and filters `[?(@.type=="Ready")]` with one comparison or the mere existence of a field.
 *
 * @throws JsonPathError naming what it does not understand.
 */
export function compileJsonPath(text: string): JsonPath {
  const known = compiled.get(text);
  if (known) return known;
  const steps = parse(text);
  const path: JsonPath = (object) => steps.reduce<readonly Json[]>((values, step) => step(values), [object]) as Json[];
  const [oldest] = compiled.size >= CAPACITY ? compiled.keys() : [];
  if (oldest !== undefined) compiled.delete(oldest);
  compiled.set(text, path);
  return path;
}

const TOKEN = new RegExp(
  [
    String.raw`\.((?:\\.|[^.[\]\\(){}'"\s*?@])+)`, // .name, with \. for a dot
    String.raw`(?:\.|\[)(\*)\]?`, // .* or [*]
    String.raw`\[(-?\d+)\]`, // [0]
    String.raw`\[(?:'((?:\\.|[^'\\])*)'|"((?:\\.|[^"\\])*)")\]`, // ['name']
    String.raw`\[\?\(\s*@((?:\.(?:\\.|[^.[\]\\(){}'"\s=!<>])+)+)\s*(?:(==|!=|<=|>=|<|>)\s*('[^']*'|"[^"]*"|-?\d+(?:\.\d+)?|true|false|null)\s*)?\)\]`,
  ].join('|'),
  'y',
);

function parse(text: string): Step[] {
  const path = text.startsWith('{') && text.endsWith('}') ? text.slice(1, -1) : text;
  const rooted = path.startsWith('$') ? path.slice(1) : path;
  const steps: Step[] = [];
  for (let at = 0; at < rooted.length; ) {
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(rooted);
    if (!match) throw new JsonPathError(`"${text}" is not a path that is understood, from "${rooted.slice(at)}" on`);
    at = TOKEN.lastIndex;
    steps.push(stepOf(match));
  }
  return steps;
}

function stepOf([, name, star, index, single, double, field, comparison, literal]: RegExpExecArray): Step {
  const key = name ?? single ?? double;
  if (key !== undefined) return fieldStep(plainName(key));
  if (star !== undefined) return (values) => values.flatMap(elements);
  if (index !== undefined) return (values) => values.flatMap((value) => elementAt(value, Number(index)));
  const inner = (field as string)
    .split(/(?<!\\)\./)
    .slice(1)
    .map((part) => fieldStep(plainName(part)));
  const wanted = literal === undefined ? undefined : literalOf(literal);
  return (values) =>
    values.flatMap(elements).filter((element) => {
      const [found] = inner.reduce<readonly Json[]>((all, step) => step(all), [element]);
      return found !== undefined && (comparison === undefined || compare(found, comparison, wanted ?? null));
    });
}

const plainName = (text: string): string => text.replaceAll(/\\(.)/g, '$1');

const fieldStep =
  (name: string): Step =>
  (values) =>
    values.flatMap((value) => {
      if (typeof value !== 'object' || value === null || Array.isArray(value) || !Object.hasOwn(value, name)) return [];
      const found = (value as JsonObject)[name];
      return found === undefined ? [] : [found];
    });

function elements(value: Json): readonly Json[] {
  if (Array.isArray(value)) return value;
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value as JsonObject).filter((item) => item !== undefined);
}

function elementAt(value: Json, index: number): readonly Json[] {
  const found = Array.isArray(value) ? (value as readonly Json[]).at(index) : undefined;
  return found === undefined ? [] : [found];
}

function literalOf(text: string): Json {
  return /^['"]/.test(text) ? text.slice(1, -1) : (JSON.parse(text) as Json);
}

function compare(found: Json, comparison: string, wanted: Json): boolean {
  switch (comparison) {
    case '==':
      return found === wanted;
    case '!=':
      return found !== wanted;
    default: {
      if (typeof found !== typeof wanted || found === null || wanted === null) return false;
      if (comparison === '<') return found < wanted;
      if (comparison === '>') return found > wanted;
      return comparison === '<=' ? found <= wanted : found >= wanted;
    }
  }
}
