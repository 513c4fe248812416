import { goTypeFault, type Json, type KubeObject } from '@drover/api';
import type { WriteContext } from './core.js';
import { withoutEmptyFields } from './empty-fields.js';

/** Warnings one request may carry; one more says how many there were. */
const WARNINGS = 20;

/**
 * The object without what the schema does not know, and without what a built-in kind's type in Go leaves out; says so of the
 * first, and of what the body gave twice, as the request asked (`fieldValidation`).
 *
 * @throws ApiError for a value of another type than its field in Go has, and naming each unknown and each repeated field when
 *   the request asked for Strict.
 */
export function knownFields(context: WriteContext, sent: KubeObject): KubeObject {
  const { served, fieldValidation, warnings, decoding } = context;
  const { definition, version } = served;
  const schema = version.schema();
  if (definition.builtin) {
    const fault = goTypeFault(sent as unknown as Json, schema.root, definition.kind);
    if (fault !== undefined) throw decoding.refuse(sent, decoding.converted ? fault.conversion : fault.decoding);
  }
  const { object: known, unknown } = schema.prune(sent);
  const object = definition.builtin
    ? (withoutEmptyFields(known as unknown as Json, schema.root) as unknown as KubeObject)
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

/** Adds the parts that objects of a built-in kind always have: clients read `status` without asking whether it is there. */
export function addParts(object: KubeObject, { version }: Pick<WriteContext['served'], 'version'>): void {
  const fields = object as unknown as Record<string, unknown>;
  for (const [name, { alwaysEncoded, type, component }] of version.schema().root.properties)
    if (alwaysEncoded && type === 'object' && component !== '' && fields[name] === undefined) fields[name] = {};
}
