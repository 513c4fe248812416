import { Document, Scalar, visit } from 'yaml';
import { badRequest } from '../errors.js';
import type { Json } from '../object.js';
import { decodeText } from './json.js';
import { type BodyLimits, DEFAULT_LIMITS, refuseLarge, refuseStrange } from './limits.js';
import { notYaml, type ReadYaml, yamlDocuments } from './yaml-document.js';
import { plainScalar } from './yaml-scalar.js';

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

/**
 * The first document of a YAML body, as lenient as an API server reads it: a key may be given twice, and further documents are
 * not looked at. Throws as `decodeYaml` does.
 */
export function readYaml(body: Uint8Array | string, limits: BodyLimits = DEFAULT_LIMITS): ReadYaml {
  refuseLarge(body.length, limits);
  return yamlDocuments(decodeText(body), limits).next().value ?? { value: null, duplicates: [], repeated: [] };
}

/** The documents of a manifest, empty ones left out. Throws as `decodeYaml` does. */
export function decodeYamlDocuments(body: Uint8Array | string, limits: BodyLimits = DEFAULT_LIMITS): Json[] {
  return [...documentsOf(body, limits)];
}

/** One after the other; a key that is given twice is refused, but for what a merge brought. */
function* documentsOf(body: Uint8Array | string, limits: BodyLimits): Generator<Json, undefined> {
  refuseLarge(body.length, limits);
  const text = decodeText(body);
  const json = asJson(text);
  if (json !== undefined) {
    refuseStrange(json, limits);
    yield json;
    return;
  }
  for (const { value, repeated } of yamlDocuments(text, limits)) {
    if (repeated[0] !== undefined) throw notYaml(`yaml: ${repeated[0]}`);
    if (value !== null) yield value;
  }
}

/** Clients mostly send JSON where YAML may be sent; it is read faster as what it is. */
function asJson(text: string): Json | undefined {
  if (!/^\s*\{/.test(text)) return undefined;
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

/** YAML that readers of version 1.1, of 1.2, and Kubernetes' own understand alike. */
export function encodeYaml(value: Json): string {
  const document = new Document(value, { version: '1.2', compat: 'yaml-1.1', aliasDuplicateObjects: false });
  visit(document, {
    Scalar(_key, scalar) {
      const { value: text } = scalar;
      if (typeof text !== 'string') return;
      // At the beginning of a text, a byte order mark is none of it.
      if (plainScalar(text) !== text || text.startsWith('\ufeff')) scalar.type = Scalar.QUOTE_DOUBLE;
    },
  });
  return document.toString({ lineWidth: 0 });
}
