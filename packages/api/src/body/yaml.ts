import {
  type CollectionTag,
  type Document,
  type DocumentOptions,
  type ParseOptions,
  parseAllDocuments,
  type ScalarTag,
  type SchemaOptions,
  stringify,
} from 'yaml';
import { badRequest } from '../errors.js';
import type { Json } from '../object.js';
import { decodeText } from './json.js';
import { type BodyLimits, DEFAULT_LIMITS, refuseLarge, refuseStrange } from './limits.js';

/** So many times an alias may be followed: manifests use a few, bombs need millions. */
const MAX_ALIASES = 100;

/** A number with an exponent has digits before it: `e1000` is text, and the model of a network card. */
const EXPONENT = /^[-+]?(\.[0-9_]+|[0-9][0-9_]*(\.[0-9_]*)?)[eE][-+]?[0-9]+$/;

/**
 * YAML as Kubernetes' own tools read it: 1.1 (`on` is true, `0755` is 493), but dates and times of day stay text, as JSON
 * has neither, and only JSON's types are known.
 */
const OPTIONS: ParseOptions & DocumentOptions & SchemaOptions = {
  version: '1.1',
  merge: true,
  uniqueKeys: true,
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
  const documents = decodeYamlDocuments(body, limits);
  if (documents.length > 1) throw badRequest(`the body holds ${documents.length} YAML documents where one belongs`);
  return documents[0] ?? null;
}

/** The documents of a manifest, empty ones left out. Throws as `decodeYaml` does. */
export function decodeYamlDocuments(body: Uint8Array | string, limits: BodyLimits = DEFAULT_LIMITS): Json[] {
  refuseLarge(body.length, limits);
  const text = decodeText(body);
  const json = asJson(text);
  if (json !== undefined) return [checked(json)];
  try {
    const parsed = parseAllDocuments(text, OPTIONS);
    return ('empty' in parsed ? [] : parsed)
      .map(toJson)
      .filter((value) => value !== null)
      .map(checked);
  } catch (error) {
    if (error instanceof RangeError) throw badRequest('the YAML is nested too deep');
    if (error instanceof ReferenceError) throw badRequest(`the YAML could not be read: ${error.message}`);
    throw error;
  }

  function checked(value: Json): Json {
    refuseStrange(value, limits);
    return value;
  }
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

function toJson(document: Document.Parsed): Json {
  const [error] = document.errors;
  if (error) throw badRequest(`error converting YAML to JSON: yaml: ${error.message.split('\n')[0]}`);
  const value: unknown = document.toJS({ maxAliasCount: MAX_ALIASES });
  return JSON.parse(
    JSON.stringify(value, (_key, item: unknown) => {
      if (typeof item === 'number' && !Number.isFinite(item)) throw badRequest(`${item} has no form in JSON`);
      return item;
    }) ?? 'null',
  ) as Json;
}
