import type { JsonObject, StatusCause } from '../object.js';
import { forbiddenField, invalidType } from './field-cause.js';
import { typeName } from './validate.js';

/** Keywords that CRDs may not use, each with the reason Kubernetes gives. */
const FORBIDDEN: Readonly<Record<string, string>> = {
  $ref: '$ref is not supported',
  id: 'id is not supported',
  additionalItems: 'additionalItems is not supported',
  patternProperties: 'patternProperties is not supported',
  definitions: 'definitions is not supported',
  dependencies: 'dependencies is not supported',
};

/** What each keyword's value must be. */
const KEYWORDS: Readonly<Record<string, readonly string[]>> = {
  type: ['string'],
  format: ['string'],
  title: ['string'],
  description: ['string'],
  pattern: ['string'],
  nullable: ['boolean'],
  uniqueItems: ['boolean'],
  exclusiveMinimum: ['boolean'],
  exclusiveMaximum: ['boolean'],
  minimum: ['integer', 'number'],
  maximum: ['integer', 'number'],
  multipleOf: ['integer', 'number'],
  minLength: ['integer'],
  maxLength: ['integer'],
  minItems: ['integer'],
  maxItems: ['integer'],
  minProperties: ['integer'],
  maxProperties: ['integer'],
  required: ['array'],
  enum: ['array'],
  allOf: ['array'],
  anyOf: ['array'],
  oneOf: ['array'],
  not: ['object'],
  items: ['object'],
  properties: ['object'],
  additionalProperties: ['object', 'boolean'],
  'x-kubernetes-preserve-unknown-fields': ['boolean'],
  'x-kubernetes-embedded-resource': ['boolean'],
  'x-kubernetes-int-or-string': ['boolean'],
  'x-kubernetes-list-type': ['string'],
  'x-kubernetes-list-map-keys': ['array'],
  'x-kubernetes-map-type': ['string'],
  'x-kubernetes-validations': ['array'],
};

/** Which keywords of one schema node CRDs may not use, or not with such values. Unknown keywords say nothing. */
export function keywordCauses(schema: JsonObject, path: string): StatusCause[] {
  const causes: StatusCause[] = [];
  for (const [keyword, value] of Object.entries(schema)) {
    if (value === undefined) continue;
    if (Object.hasOwn(FORBIDDEN, keyword)) causes.push(forbiddenField(`${path}.${keyword}`, FORBIDDEN[keyword] ?? ''));
    const wanted = Object.hasOwn(KEYWORDS, keyword) ? KEYWORDS[keyword] : undefined;
    const found = typeName(value);
    if (keyword === 'items' && (found === 'array' || found === 'null')) {
      if (found === 'array')
        causes.push(forbiddenField(`${path}.items`, 'items must be a schema object and not an array'));
    } else if (wanted && !wanted.includes(found))
      causes.push(invalidType(`${path}.${keyword}`, found, `must be ${wanted.join(' or ')}`));
  }
  for (const keyword of ['required', 'x-kubernetes-list-map-keys']) {
    const names = schema[keyword];
    if (Array.isArray(names) && !names.every((name) => typeof name === 'string'))
      causes.push(invalidType(`${path}.${keyword}`, 'array', 'must hold names'));
  }
  return causes;
}
