import { namesOf } from './names.js';
import { type OpenApi, REF } from './openapi.js';
import type { Resource } from './resources.js';
import type { Schema } from './schema.js';
import { kindValue, propertyName, Source } from './source.js';

/** Components written by hand in the package, and where. */
const OWN: Readonly<Record<string, readonly [module: string, name: string]>> = {
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps': ['../../schema/schema.js', 'Schema'],
  'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta': ['../../object.js', 'ObjectMeta'],
  'io.k8s.apimachinery.pkg.apis.meta.v1.OwnerReference': ['../../object.js', 'OwnerReference'],
  'io.k8s.apimachinery.pkg.apis.meta.v1.ManagedFieldsEntry': ['../../object.js', 'ManagedFieldsEntry'],
  'io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1': ['../../object.js', 'JsonObject'],
  'io.k8s.apimachinery.pkg.runtime.RawExtension': ['../../object.js', 'JsonObject'],
  'io.k8s.apimachinery.pkg.api.resource.Quantity': ['../../scalars.js', 'Quantity'],
  'io.k8s.apimachinery.pkg.util.intstr.IntOrString': ['../../scalars.js', 'IntOrString'],
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSON': ['../../object.js', 'Json'],
};
/** Components that are TypeScript expressions. */
const PRIMITIVE: Readonly<Record<string, string>> = {
  'io.k8s.apimachinery.pkg.apis.meta.v1.Time': 'string',
  'io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime': 'string',
};
/** Documents that are sent and answered without being stored; clients build them by hand. */
const DOCUMENTS: Readonly<Record<string, readonly [group: string, version: string]>> = {
  'io.k8s.api.authentication.v1.TokenRequest': ['authentication.k8s.io', 'v1'],
  'io.k8s.api.autoscaling.v1.Scale': ['autoscaling', 'v1'],
  'io.k8s.api.policy.v1.Eviction': ['policy', 'v1'],
};

/** TypeScript for the built-in kinds: one file a group version. */
export function builtinTypes({ components }: OpenApi, resources: readonly Resource[]): Source[] {
  const sources = new Map<string, Source>();
  const done = new Set<string>();
  const sourceOf = (component: string): Source => {
    const name = fileOf(component);
    const source = sources.get(name) ?? new Source(name);
    sources.set(name, source);
    return source;
  };

  const reference = (component: string, from: Source): string => {
    const primitive = PRIMITIVE[component];
    if (primitive !== undefined) return primitive;
    const own = OWN[component];
    if (own) {
      from.use(own[0], own[1]);
      return own[1];
    }
    const schema = components[component];
    if (!schema) throw new Error(`no component ${component}`);
    const home = sourceOf(component);
    const name = shortName(component);
    if (home !== from) from.use(`./${home.name}.js`, name);
    if (!done.has(component)) {
      done.add(component);
      home.reserve(name);
      if (schema.properties) home.declare(`export interface ${name} ${fields(schema, home)}\n`);
      else home.declare(`export type ${name} = ${expression(schema, home)};\n`);
    }
    return name;
  };

  const expression = (schema: Schema, from: Source): string => {
    if (schema.$ref !== undefined) return reference(schema.$ref.slice(REF.length), from);
    const [only] = schema.allOf ?? [];
    if (only) return expression(only, from);
    if (schema.enum) return schema.enum.map((value) => `'${String(value)}'`).join(' | ');
    switch (schema.type) {
      case 'string':
        return 'string';
      case 'integer':
      case 'number':
        return 'number';
      case 'boolean':
        return 'boolean';
      case 'array': {
        const element = expression(schema.items ?? {}, from);
        return element.includes('|') ? `(${element})[]` : `${element}[]`;
      }
      case 'object':
        if (typeof schema.additionalProperties === 'object')
          return `Record<string, ${expression(schema.additionalProperties, from)}>`;
        if (schema.properties) return fields(schema, from);
        from.use('../../object.js', 'JsonObject');
        return 'JsonObject';
      default:
        from.use('../../object.js', 'Json');
        return 'Json';
    }
  };

  const fields = (schema: Schema, from: Source, skip: readonly string[] = []): string => {
    const lines = Object.entries(schema.properties ?? {})
      .filter(([name]) => !skip.includes(name))
      .map(([name, child]) => {
        const optional = schema.required?.includes(name) ? '' : '?';
        return `  ${propertyName(name)}${optional}: ${expression(child, from)};`;
      });
    return `{\n${lines.join('\n')}\n}`;
  };

  const declareKind = (component: string, group: string, version: string, kind: string, type: string): void => {
    const schema = components[component];
    if (!schema) throw new Error(`no component ${component}`);
    const home = sourceOf(component);
    done.add(component);
    home.reserve(type);
    home.use('../../object.js', 'ObjectMeta');
    const own = fields(schema, home, ['apiVersion', 'kind', 'metadata']).slice(2);
    const head = `  apiVersion: '${group === '' ? version : `${group}/${version}`}';\n  kind: '${kind}';\n  metadata: ObjectMeta;`;
    home.declare(
      `/** ${group === '' ? 'core' : group}/${version} ${kind}. */\nexport interface ${type} {\n${head}\n${own}\n`,
    );
  };

  for (const { group, version, kind, plural, namespaced, component } of resources) {
    const names = namesOf(group, version, kind, plural);
    declareKind(component, group, version, kind, names.type);
    const home = sourceOf(component);
    home.use('../../kind.js', 'Kind');
    home.declare(kindValue(names, { group, version, kind, plural, namespaced }));
  }
  for (const [component, [group, version]] of Object.entries(DOCUMENTS))
    declareKind(component, group, version, shortName(component), shortName(component));
  reference('io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions', new Source(''));
  return [...sources.values()];
}

const shortName = (component: string): string => component.slice(component.lastIndexOf('.') + 1);

/** `io.k8s.api.core.v1.Pod` → `core-v1`. */
function fileOf(component: string): string {
  const [group, version] = component.split('.').slice(-3);
  return `${group}-${version}`;
}
