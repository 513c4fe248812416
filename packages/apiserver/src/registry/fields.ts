import {
  goTypeFault,
  isJsonObject,
  type Json,
  type JsonObject,
  type KubeObject,
  type OpenSchema,
  zeroObject,
} from '@drover/api';
import type { WriteContext } from './core.js';
import { asGoEncodes } from './go-encoding.js';
import { withCanonicalQuantities } from './quantities.js';

type SchemaNode = OpenSchema['root'];

/** Warnings one request may carry; one more says how many there were. */
const WARNINGS = 20;

/**
 * The object without what the schema does not know, and as a built-in kind's type in Go encodes it: without what that leaves out,
 * and with quantities in their canonical form. Says so of what is not known, and of what the body gave twice, as the request
 * asked (`fieldValidation`).
 *
 * @throws ApiError for a value of another type than its field in Go has, and naming each unknown and each repeated field when
 *   the request asked for Strict.
 */
export function knownFields(context: WriteContext, sent: KubeObject): KubeObject {
  const { served, fieldValidation, warnings, decoding } = context;
  const { definition, version } = served;
  const schema = version.schema();
  if (definition.builtin) {
    const fault = goTypeFault(sent, schema.root, definition.kind);
    if (fault !== undefined) throw decoding.refuse(sent, decoding.converted ? fault.conversion : fault.decoding);
  }
  const { object: known, unknown } = schema.prune(sent);
  const object = definition.builtin
    ? (withCanonicalQuantities(asGoEncodes(known, schema.root), schema.root) as KubeObject)
    : known;
  if (fieldValidation === 'Ignore' || unknown.length + decoding.duplicates.length === 0) return object;
  const faults = [...decoding.duplicates, ...unknown.map((path) => `unknown field ${JSON.stringify(path)}`)];
  if (fieldValidation === 'Strict') throw decoding.refuse(sent, `strict decoding error: ${told(faults)}`);
  warnings.push(...faults.slice(0, WARNINGS));
  if (faults.length > WARNINGS) warnings.push(`and ${faults.length - WARNINGS} more such fields`);
  return object;
}

/** What is wrong in one sentence; the faults of a YAML text come first, each in a line of its own. */
function told(faults: readonly string[]): string {
  const lines = faults.filter((fault) => fault.startsWith('line '));
  const others = faults.filter((fault) => !fault.startsWith('line '));
  const yaml = lines.length === 0 ? [] : [['yaml: unmarshal errors:', ...lines.map((line) => `  ${line}`)].join('\n')];
  return [...yaml, ...others].join(', ');
}

/**
 * Adds the parts that objects of a built-in kind always have, and what their status always has: clients read both without asking
 * whether they are there.
 */
export function addParts(object: KubeObject, { version }: Pick<WriteContext['served'], 'version'>): void {
  const fields: Record<string, unknown> = object;
  for (const [name, part] of version.schema().root.properties) {
    if (!part.alwaysEncoded || part.type !== 'object' || part.component === '') continue;
    fields[name] ??= {};
    if (name === 'status' && isJsonObject(fields[name])) fields[name] = withZeros(fields[name], part);
  }
}

/** The struct with what is missing in it and is always encoded: numbers, and structs. What was sent says no texts but its own. */
function withZeros(struct: JsonObject, node: SchemaNode): JsonObject {
  let filled: Record<string, Json | undefined> | undefined;
  for (const [name, child] of node.properties) {
    if (struct[name] !== undefined || !child.alwaysEncoded) continue;
    const isStruct = child.type === 'object' && child.component !== '';
    if (!isStruct && child.type !== 'integer') continue;
    filled ??= { ...struct };
    filled[name] = isStruct ? zeroObject(child) : 0;
  }
  return filled ?? struct;
}
