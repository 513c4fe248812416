import type { Schema } from './schema.js';

/**
 * What is wrong with the path of a field below a schema, `.spec.a` or `.spec['a.b']`; nothing when it leads to one, whose
 * schema is given then.
 */
export function fieldAt(
  path: string,
  schema: Schema,
  { brackets }: { readonly brackets: boolean },
): { readonly fault: string } | { readonly schema: Schema } {
  let here = schema;
  const steps = /\.([^.[\]]*)|\['((?:[^'\\]|\\.)*)'\]|([^.[]+|[\s\S])/gy;
  for (const [, name, key, other] of path.matchAll(steps)) {
    if (!brackets && (key !== undefined || other === '[')) return { fault: 'array notation is not allowed' };
    if (other !== undefined) return { fault: `expected [ or . but got: ${other}` };
    const next = childOf(here, name ?? (key ?? '').replaceAll(/\\(.)/gs, '$1'));
    if (!next) return { fault: 'does not refer to a valid field' };
    here = next;
  }
  return { schema: here };
}

function childOf({ properties, additionalProperties }: Schema, step: string): Schema | undefined {
  if (properties) return Object.hasOwn(properties, step) ? properties[step] : undefined;
  return typeof additionalProperties === 'object' ? additionalProperties : undefined;
}
