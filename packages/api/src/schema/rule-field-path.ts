import type { Schema } from './schema.js';

/** What is wrong with the path of the field that a rule is about, below the schema that has the rule; or nothing. */
export function fieldPathFault(path: string, schema: Schema): string | undefined {
  let here = schema;
  const steps = /\.([^.[\]]*)|\['((?:[^'\\]|\\.)*)'\]|(.)/gsy;
  for (const [whole, name, key, other] of path.matchAll(steps)) {
    if (other !== undefined) return `expected [ or . but got: ${path.slice(path.indexOf(whole))}`;
    const step = name ?? key?.replaceAll(/\\(.)/gs, '$1') ?? '';
    const next = childOf(here, step);
    if (!next) return 'does not refer to a valid field';
    here = next;
  }
  return undefined;
}

function childOf({ properties, additionalProperties }: Schema, step: string): Schema | undefined {
  if (properties) return Object.hasOwn(properties, step) ? properties[step] : undefined;
  return typeof additionalProperties === 'object' ? additionalProperties : undefined;
}
