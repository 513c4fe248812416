import type { Crd } from './crds.js';
import { namesOf, pascal } from './names.js';
import type { Schema } from './schema.js';
import type { Selection } from './selection.js';
import { kindValue, propertyName, Source } from './source.js';

/** Names that TypeScript or its library has a meaning for. */
const TAKEN = [
  'Date',
  'Error',
  'Event',
  'Function',
  'JsonObject',
  'Json',
  'Kind',
  'Map',
  'Node',
  'Object',
  'ObjectMeta',
];
const ALSO_TAKEN = [
  'IntOrString',
  'Quantity',
  'Record',
  'RegExp',
  'Request',
  'Response',
  'Set',
  'String',
  'Symbol',
  'Number',
];

/** Shapes declared already, in this file or an earlier one: their body, and who has it under which name. */
export type Shapes = Map<string, { readonly file: string; readonly name: string }>;

/**
 * TypeScript for the kinds of `crds`: one file. Object schemas of the same shape become one interface, named after the
 * last property that holds it, with as many of the properties above as it takes to be unique; `preferred` gives the
 * group's own names to some paths (`Devices.Disk` → `Disk`). Shapes that the file `from` declared earlier are imported
 * from there.
 */
export function crdTypes(
  file: string,
  crds: readonly Crd[],
  shapes: Shapes,
  { preferred = {}, from }: Pick<Selection, 'preferred' | 'from'>,
): Source {
  const source = new Source(file);
  const imported = new Set<string>();
  for (const name of [...TAKEN, ...ALSO_TAKEN, ...Object.values(preferred)]) source.reserve(name);

  const nameFor = (path: readonly string[]): string => {
    const wanted = preferred[path.slice(-3).join('.')] ?? preferred[path.slice(-2).join('.')];
    if (wanted !== undefined) return wanted;
    for (let length = 1; length <= path.length; length += 1) {
      const name = path.slice(-length).join('');
      if (/^(Spec|Status|Template|Metadata|Items?)$/.test(name) && length < path.length) continue;
      if (!source.has(name)) return name;
    }
    let suffix = 2;
    while (source.has(`${path.join('')}${suffix}`)) suffix += 1;
    return `${path.join('')}${suffix}`;
  };

  const fields = (schema: Schema, path: readonly string[], skip: readonly string[] = []): string => {
    const lines = Object.entries(schema.properties ?? {})
      .filter(([name]) => !skip.includes(name))
      .map(([name, child]) => {
        const optional = schema.required?.includes(name) ? '' : '?';
        return `  ${propertyName(name)}${optional}: ${nullable(child, name, path)};`;
      });
    if (schema['x-kubernetes-preserve-unknown-fields']) {
      source.use('../../object.js', 'Json');
      lines.push('  [field: string]: Json | undefined;');
    }
    return `{\n${lines.join('\n')}\n}`;
  };

  const nullable = (schema: Schema, name: string, path: readonly string[]): string => {
    const text = expression(schema, name, path, false);
    return schema.nullable ? `${text} | null` : text;
  };

  const expression = (schema: Schema, name: string, path: readonly string[], element: boolean): string => {
    if (schema['x-kubernetes-int-or-string']) {
      source.use('../../scalars.js', 'IntOrString');
      return 'IntOrString';
    }
    if (schema.enum) return schema.enum.map((value) => JSON.stringify(value).replaceAll('"', "'")).join(' | ');
    switch (schema.type) {
      case 'string':
        return 'string';
      case 'integer':
      case 'number':
        return 'number';
      case 'boolean':
        return 'boolean';
      case 'array': {
        const inner = expression(schema.items ?? {}, name, path, true);
        const text = schema.items?.nullable ? `${inner} | null` : inner;
        return text.includes('|') ? `(${text})[]` : `${text}[]`;
      }
      case 'object':
        return object(schema, name, path, element);
      default:
        source.use('../../object.js', 'Json');
        return 'Json';
    }
  };

  const object = (schema: Schema, name: string, path: readonly string[], element: boolean): string => {
    if (typeof schema.additionalProperties === 'object')
      return `Record<string, ${expression(schema.additionalProperties, name, path, true)}>`;
    if (name === 'metadata' && Object.keys(schema.properties ?? {}).length === 0) {
      source.use('../../object.js', 'ObjectMeta');
      return 'ObjectMeta';
    }
    const empty = Object.keys(schema.properties ?? {}).length === 0;
    if (empty || schema['x-kubernetes-preserve-unknown-fields']) {
      source.use('../../object.js', 'JsonObject');
      return 'JsonObject';
    }
    const inside = [...path, pascal(name, element)];
    const body = fields(schema, inside);
    const known = shapes.get(body);
    if (known?.file === file || (known && imported.has(known.name))) return known.name;
    if (known && known.file === from && !source.has(known.name)) {
      imported.add(known.name);
      source.reserve(known.name);
      source.use(`./${known.file}.js`, known.name);
      return known.name;
    }
    const fresh = nameFor(inside);
    if (!source.has(fresh)) source.reserve(fresh);
    shapes.set(body, { file, name: fresh });
    source.declare(`export interface ${fresh} ${body}\n`);
    return fresh;
  };

  const kinds = crds.map((crd) => ({ crd, names: kindNames(crd) }));
  for (const { names } of kinds) source.reserve(names.type);
  for (const { crd, names } of kinds) {
    const { group, scope, versions, names: crdNames } = crd.spec;
    const [{ name: version, schema }] = versions;
    const { kind, plural } = crdNames;
    source.use('../../object.js', 'ObjectMeta');
    source.use('../../kind.js', 'Kind');
    const own = fields(schema.openAPIV3Schema, [names.type], ['apiVersion', 'kind', 'metadata']).slice(2);
    const head = `  apiVersion: '${group}/${version}';\n  kind: '${kind}';\n  metadata: ObjectMeta;`;
    source.declare(`/** ${group}/${version} ${kind}. */\nexport interface ${names.type} {\n${head}\n${own}\n`);
    source.declare(kindValue(names, { group, version, kind, plural, namespaced: scope === 'Namespaced' }));
  }
  return source;
}

/** What the kind of a CRD is called in TypeScript. */
export function kindNames({ spec }: Crd): { type: string; value: string } {
  return namesOf(spec.group, spec.versions[0].name, spec.names.kind, spec.names.plural);
}
