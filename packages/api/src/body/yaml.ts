import {
  type CollectionTag,
  Composer,
  CST,
  type Document,
  type DocumentOptions,
  isScalar,
  Lexer,
  LineCounter,
  type ParseOptions,
  Parser,
  type Scalar,
  type ScalarTag,
  type SchemaOptions,
  stringify,
  visit,
} from 'yaml';
import { ApiError, badRequest } from '../errors.js';
import type { Json } from '../object.js';
import { decodeText } from './json.js';
import { type BodyLimits, DEFAULT_LIMITS, refuseLarge, refuseStrange } from './limits.js';

/** So many times an alias may be followed: manifests use a few, bombs need millions. */
const MAX_ALIASES = 100;

/** A number with an exponent has digits before it: `e1000` is text, and the model of a network card. */
const EXPONENT = /^[-+]?(\.[0-9_]+|[0-9][0-9_]*(\.[0-9_]*)?)[eE][-+]?[0-9]+$/;

/** Anchors and aliases together: to follow an alias, the library looks at all of them. */
const MAX_MARKS = 1000;

/**
 * Bytes of the longest YAML that a request may bring: the library holds up the server for about a second over so much of it, and
 * reads no part at a time. Programs send JSON, also under YAML's name.
 */
const MAX_YAML_BYTES = 256 * 1024;

/** Tokens that the parser holds beside those a value is nested in: the document, a scalar. */
const AROUND = 3;
/** A key that stands for those of other maps; it may be there more than once. */
const MERGE = '<<';

/**
 * YAML as Kubernetes' own tools read it: 1.1 (`on` is true, `0755` is 493), but dates and times of day stay text, as JSON
 * has neither, and only JSON's types are known.
 */
const OPTIONS: ParseOptions & DocumentOptions & SchemaOptions = {
  version: '1.1',
  merge: true,
  uniqueKeys: false,
  logLevel: 'error',
  customTags: (tags) =>
    tags.flatMap((tag): (ScalarTag | CollectionTag)[] => {
      if (typeof tag === 'string' || ('format' in tag && tag.format === 'TIME')) return [];
      if (isExponent(tag)) return [{ ...tag, test: EXPONENT }];
      return /:(timestamp|binary|omap|pairs|set)$/.test(tag.tag) ? [] : [tag];
    }),
};

function isExponent(tag: ScalarTag | CollectionTag): tag is ScalarTag {
  return 'format' in tag && tag.format === 'EXP';
}

/**
 * A YAML body of one document.
 *
 * @throws ApiError BadRequest for text that is no YAML, several documents, an alias bomb or too deep nesting;
 *   RequestEntityTooLarge for too much of it.
 */
export function decodeYaml(body: Uint8Array | string, limits: BodyLimits = DEFAULT_LIMITS): Json {
  const documents = documentsOf(body, limits);
  const { value: first } = documents.next();
  if (documents.next().done !== true) throw badRequest('the body holds several YAML documents where one belongs');
  return first ?? null;
}

/** A document, and what it says more than once. */
export interface ReadYaml {
  readonly value: Json;
  /** `line 5: key "name" already set in map`: the last value counts. */
  readonly duplicates: readonly string[];
}

/**
 * The first document of a YAML body, as lenient as an API server reads it: a key may be given twice, and further documents are
 * not looked at. Throws as `decodeYaml` does, and RequestEntityTooLarge above 256 KiB.
 */
export function readYaml(body: Uint8Array | string, limits: BodyLimits = DEFAULT_LIMITS): ReadYaml {
  refuseLarge(body.length, limits);
  if (body.length > MAX_YAML_BYTES)
    throw new ApiError(
      'RequestEntityTooLarge',
      `a YAML body may have ${MAX_YAML_BYTES} bytes, got ${body.length}: send it as JSON`,
    );
  const lines = new LineCounter();
  const composed = new Composer(OPTIONS).compose(tokens(decodeText(body), lines, limits));
  const read = nextOf(composed, lines) ?? { value: null, repeated: [] };
  refuseStrange(read.value, limits);
  return { value: read.value, duplicates: read.repeated.map((key) => duplicateOf(key, lines)) };
}

function duplicateOf({ value, range }: Scalar, lines: LineCounter): string {
  return `line ${lines.linePos(range?.[0] ?? 0).line}: key ${JSON.stringify(String(value))} already set in map`;
}

/** The documents of a manifest, empty ones left out. Throws as `decodeYaml` does. */
export function decodeYamlDocuments(body: Uint8Array | string, limits: BodyLimits = DEFAULT_LIMITS): Json[] {
  return [...documentsOf(body, limits)];
}

/** One after the other: nothing is read beyond the first fault, or the last that is asked for. */
function* documentsOf(body: Uint8Array | string, limits: BodyLimits): Generator<Json, undefined> {
  refuseLarge(body.length, limits);
  const text = decodeText(body);
  const json = asJson(text);
  if (json !== undefined) {
    refuseStrange(json, limits);
    yield json;
    return;
  }
  const lines = new LineCounter();
  const composed = new Composer(OPTIONS).compose(tokens(text, lines, limits));
  for (;;) {
    const read = nextOf(composed, lines);
    if (read === undefined) return;
    const { value, repeated } = read;
    if (repeated[0]) throw refusal('Map keys must be unique', repeated[0].range?.[0] ?? 0, lines);
    refuseStrange(value, limits);
    if (value !== null) yield value;
  }
}

/** What the parser makes of the text, as long as it is not nested deeper than is read: its time grows with the depth of each token. */
function* tokens(text: string, lines: LineCounter, { maxDepth }: BodyLimits): Generator<CST.Token> {
  const parser = new Parser(lines.addNewLine);
  lines.addNewLine(0);
  let marks = 0;
  let before = '';
  for (const lexeme of new Lexer().lex(text)) {
    if (before !== CST.SCALAR && /^[&*]/.test(lexeme)) marks += 1;
    if (marks > MAX_MARKS) throw badRequest(`the YAML has more than ${MAX_MARKS} anchors and aliases`);
    before = lexeme;
    yield* parser.next(lexeme);
    if (parser.stack.length > maxDepth + AROUND) throw badRequest(`the body is nested deeper than ${maxDepth} levels`);
  }
  yield* parser.end();
}

/** A document, and the keys that are in their maps already. */
interface Composed {
  readonly value: Json;
  readonly repeated: readonly Scalar[];
}

function nextOf(composed: Generator<Document.Parsed>, lines: LineCounter): Composed | undefined {
  const { stackTraceLimit } = Error;
  // The library makes an error of each fault, and goes on; where in the library it was made takes far longer than all the rest.
  Error.stackTraceLimit = 0;
  try {
    const { value, done } = composed.next();
    return done ? undefined : { value: toJson(value, lines), repeated: repeatedKeys(value) };
  } catch (error) {
    if (error instanceof RangeError) throw badRequest('the YAML is nested too deep');
    // The library's other refusals have no type of their own: aliases of nothing, merges of what is no map.
    if (error instanceof ApiError || error instanceof TypeError || !(error instanceof Error)) throw error;
    throw badRequest(`the YAML could not be read: ${error.message}`);
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

function refusal(why: string, at: number, lines: LineCounter): ApiError {
  const { line, col } = lines.linePos(at);
  return badRequest(`error converting YAML to JSON: yaml: ${why} at line ${line}, column ${col}`);
}

/** Clients mostly send JSON where YAML may be sent; it is read a hundred times faster as what it is. */
function asJson(text: string): Json | undefined {
  if (!/^\s*\{/.test(text)) return undefined;
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

/** YAML that readers of version 1.1 and of 1.2 understand alike. */
export function encodeYaml(value: Json): string {
  return stringify(value, { version: '1.2', compat: 'yaml-1.1', lineWidth: 0, aliasDuplicateObjects: false });
}

function toJson(document: Document.Parsed, lines: LineCounter): Json {
  const [error] = document.errors;
  if (error) throw refusal(error.message, error.pos[0], lines);
  const value: unknown = document.toJS({ maxAliasCount: MAX_ALIASES });
  return JSON.parse(
    JSON.stringify(value, (_key, item: unknown) => {
      if (typeof item === 'number' && !Number.isFinite(item)) throw badRequest(`${item} has no form in JSON`);
      return item;
    }) ?? 'null',
  ) as Json;
}

/** The keys that are in their maps already. The library's own look compares each key with each. */
function repeatedKeys(document: Document.Parsed): Scalar[] {
  const found: Scalar[] = [];
  visit(document, {
    Map(_key, { items }) {
      const seen = new Set<unknown>();
      for (const { key } of items) {
        if (!isScalar(key) || key.value === MERGE) continue;
        if (seen.has(key.value)) found.push(key);
        seen.add(key.value);
      }
    },
  });
  return found;
}
