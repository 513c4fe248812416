import { isJsonObject, type Json, type JsonObject } from '@drover/api';

/** How deep optional fields are filled in: enough to see them come back, and far from what rules about them forbid. */
const OPTIONAL_DEPTH = 2;
/** Texts of which one matches nearly every pattern that a field has. */
const TEXTS = [
  'a',
  'aa',
  'a1',
  '1',
  '10',
  '1Gi',
  '1.2',
  'a.b',
  '1h',
  'v1',
  'a/b',
  'https://a.b',
  '10.0.0.1',
  '10.0.0.0/8',
  '00:11:22:33:44:55',
  'sha256:aa',
  'a:b',
  'A',
  '* * * * *',
];
const FORMATS: Readonly<Record<string, string>> = {
  'date-time': '2024-01-01T00:00:00Z',
  date: '2024-01-01',
  duration: '1h',
  byte: 'YQ==',
  ipv4: '10.0.0.1',
  ipv6: '::1',
  cidr: '10.0.0.0/8',
  mac: '00:11:22:33:44:55',
  uuid: '5a1d8a0c-3c1b-4b5e-8f43-2a1a4f0d9d11',
  uri: 'https://example.com',
};

/** A value that a structural schema allows: what is required, and near the root what is not. */
export function exampleOf(schema: JsonObject, depth = 0): Json {
  if (schema['default'] !== undefined) return schema['default'];
  if (Array.isArray(schema['enum'])) return schema['enum'][0] as Json;
  if (schema['x-kubernetes-int-or-string'] === true) return 1;
  switch (schema['type']) {
    case 'object':
      return exampleObject(schema, depth);
    case 'array':
      return exampleList(schema, depth);
    case 'integer':
    case 'number':
      return exampleNumber(schema);
    case 'boolean':
      return false;
    default:
      return exampleText(schema);
  }
}

function exampleObject(schema: JsonObject, depth: number): JsonObject {
  const properties = isJsonObject(schema['properties']) ? schema['properties'] : {};
  const required = Array.isArray(schema['required']) ? schema['required'] : [];
  // What rules and alternatives are about is left to what is required.
  const free =
    depth < OPTIONAL_DEPTH && !['oneOf', 'anyOf', 'not', 'x-kubernetes-validations'].some((key) => schema[key]);
  const example: Record<string, Json> = {};
  if (schema['x-kubernetes-embedded-resource'] === true) Object.assign(example, { apiVersion: 'v1', kind: 'Any' });
  for (const [name, property] of Object.entries(properties)) {
    if (!isJsonObject(property) || example[name] !== undefined) continue;
    if (required.includes(name) || free) example[name] = exampleOf(property, depth + 1);
  }
  return example;
}

function exampleList({ items, minItems }: JsonObject, depth: number): readonly Json[] {
  const count = typeof minItems === 'number' ? minItems : 0;
  return isJsonObject(items) ? Array.from({ length: count }, () => exampleOf(items, depth + 1)) : [];
}

function exampleNumber({ minimum, maximum, exclusiveMinimum, multipleOf }: JsonObject): number {
  const least = typeof minimum === 'number' ? minimum + (exclusiveMinimum === true ? 1 : 0) : 1;
  const number = typeof maximum === 'number' ? Math.min(maximum, Math.max(least, 1)) : Math.max(least, 1);
  return typeof multipleOf === 'number' ? Math.ceil(number / multipleOf) * multipleOf : number;
}

function exampleText({ pattern, format, minLength }: JsonObject): string {
  const known = typeof format === 'string' ? FORMATS[format] : undefined;
  if (known !== undefined) return known;
  const least = typeof minLength === 'number' ? minLength : 0;
  const matching = typeof pattern === 'string' ? new RegExp(pattern) : /^/;
  return TEXTS.find((text) => text.length >= least && matching.test(text)) ?? 'a'.repeat(Math.max(least, 1));
}
