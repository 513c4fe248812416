import type { Schema } from './schema.js';

/** Whether the path of the field that a rule is about leads to one, below the schema that has the rule. */
export function isFieldPath(path: string, schema: Schema): boolean {
  let here = schema;
  const steps = /\.([^.[\]]*)|\['((?:[^'\\]|\\.)*)'\]|([\s\S])/gy;
  for (const [, name, key, other] of path.matchAll(steps)) {
    const step = name ?? key?.replaceAll(/\\(.)/gs, '$1');
    const next = step === undefined || other !== undefined ? undefined : childOf(here, step);
    if (!next) return false;
    here = next;
  }
  return true;
}

function childOf({ properties, additionalProperties }: Schema, step: string): Schema | undefined {
  if (properties) return Object.hasOwn(properties, step) ? properties[step] : undefined;
  return typeof additionalProperties === 'object' ? additionalProperties : undefined;
}
