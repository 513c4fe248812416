import {
  compileJsonPath,
  dns1035Label,
  duplicate,
  fieldAt,
  invalidTyped,
  type Json,
  JsonPathError,
  required,
  ruleFaults,
  type Schema,
  type StatusCause,
  sameJson,
  structuralCauses,
} from '@drover/api';
import type {
  CustomResourceColumnDefinition,
  CustomResourceDefinitionVersion,
  CustomResourceSubresourceScale,
  SelectableField,
} from '@drover/api/types/apiextensions-v1';

const COLUMN_TYPES = ['boolean', 'date', 'integer', 'number', 'string'];
const COLUMN_FORMATS = ['byte', 'date', 'date-time', 'double', 'float', 'int32', 'int64', 'password'];
const MAX_WARNING_BYTES = 256;
const SELECTABLE_TYPES = ['string', 'boolean', 'integer'];

/**
 * What is wrong with the versions of a definition. What all versions have in common is told once, of the definition: the
 * form in which a server keeps it has it there.
 */
export function versionCauses(versions: readonly CustomResourceDefinitionVersion[]): StatusCause[] {
  return [
    ...setCauses(versions),
    ...versions.flatMap(({ name }, index) => labelCauses(`spec.versions[${index}].name`, name)),
    ...(versions[0] ? labelCauses('spec.version', versions[0].name) : []),
    ...versions.flatMap((version, index) => warningCauses(version, `spec.versions[${index}].deprecationWarning`)),
    ...versions.flatMap(({ schema }, index) =>
      schema?.openAPIV3Schema === undefined
        ? [required(`spec.versions[${index}].schema.openAPIV3Schema`, 'schemas are required')]
        : [],
    ),
    ...each(versions, 'schema', ({ schema }, at = 'spec.validation') =>
      schema?.openAPIV3Schema === undefined ? [] : schemaCauses(schema.openAPIV3Schema, `${at}.openAPIV3Schema`),
    ),
    ...each(versions, 'subresources', ({ subresources }, at = 'spec.subresources') =>
      subresources?.scale ? scaleCauses(subresources.scale, `${at}.scale`) : [],
    ),
    ...each(versions, 'additionalPrinterColumns', (version, at = 'spec.additionalPrinterColumns') =>
      (version.additionalPrinterColumns ?? []).flatMap((column, index) => columnCauses(column, `${at}[${index}]`)),
    ),
    ...each(versions, 'selectableFields', (version, at = 'spec.selectableFields') =>
      selectableCauses(version.selectableFields ?? [], version.schema?.openAPIV3Schema ?? {}, at),
    ),
  ];
}

/** Causes of a part of each version; of the first one alone, without a path, when all versions have it alike. */
function each(
  versions: readonly CustomResourceDefinitionVersion[],
  part: 'schema' | 'subresources' | 'additionalPrinterColumns' | 'selectableFields',
  causes: (version: CustomResourceDefinitionVersion, at?: string) => StatusCause[],
): StatusCause[] {
  const [first, ...rest] = versions;
  const value = (version: CustomResourceDefinitionVersion): Json => (version[part] ?? null) as unknown as Json;
  if (first?.[part] !== undefined && rest.every((version) => sameJson(value(version), value(first))))
    return causes(first);
  return versions.flatMap((version, index) => causes(version, `spec.versions[${index}].${part}`));
}

function setCauses(versions: readonly CustomResourceDefinitionVersion[]): StatusCause[] {
  const names = versions.map(({ name }) => name);
  const found: StatusCause[] = [];
  const wrong = (why: string): unknown =>
    found.push({
      reason: 'FieldValueInvalid',
      message: `Invalid value: ${printed(versions)}: ${why}`,
      field: 'spec.versions',
    });
  if (new Set(names).size < names.length) wrong('must contain unique version names');
  if (versions.filter(({ storage }) => storage).length !== 1)
    wrong('must have exactly one version marked as storage version');
  return found;
}

/** Versions as Go prints them, in the form where what they have in common is elsewhere. */
function printed(versions: readonly CustomResourceDefinitionVersion[]): string {
  const type = 'apiextensions.CustomResourceDefinitionVersion';
  const one = ({ name, served, storage, deprecated = false }: CustomResourceDefinitionVersion): string =>
    `${type}{Name:${JSON.stringify(name)}, Served:${served}, Storage:${storage}, Deprecated:${deprecated}, DeprecationWarning:(*string)(nil), Schema:(*apiextensions.CustomResourceValidation)(nil), Subresources:(*apiextensions.CustomResourceSubresources)(nil), AdditionalPrinterColumns:[]apiextensions.CustomResourceColumnDefinition(nil), SelectableFields:[]apiextensions.SelectableField(nil)}`;
  return `[]${type}{${versions.map(one).join(', ')}}`;
}

function labelCauses(field: string, name: string): StatusCause[] {
  const why = dns1035Label(name);
  return why === undefined ? [] : [invalidTyped(field, name, why)];
}

function warningCauses({ deprecated, deprecationWarning }: CustomResourceDefinitionVersion, at: string): StatusCause[] {
  if (deprecationWarning === undefined) return [];
  const found: StatusCause[] = [];
  if (deprecated !== true) found.push(invalidTyped(at, deprecationWarning, 'can only be set for deprecated versions'));
  if (Buffer.byteLength(deprecationWarning) > MAX_WARNING_BYTES)
    found.push(invalidTyped(at, deprecationWarning, `must be <= ${MAX_WARNING_BYTES} characters long`));
  const strange = deprecationWarning.search(/\p{C}/u);
  if (strange >= 0) {
    const why = `must only contain printable UTF-8 characters; non-printable character found at index ${strange}`;
    found.push(invalidTyped(at, deprecationWarning, why));
  }
  return found;
}

function schemaCauses(schema: Schema, field: string): StatusCause[] {
  const faults = structuralCauses(schema as unknown as Json, field);
  // Rules are read against the schema's types, so it has to be one.
  return faults.length > 0 ? faults : ruleFaults(schema, field);
}

function scaleCauses(scale: CustomResourceSubresourceScale, at: string): StatusCause[] {
  const path = (name: keyof CustomResourceSubresourceScale, roots: readonly string[]): StatusCause[] => {
    const value = scale[name] ?? '';
    const field = `${at}.${name}`;
    if (value === '') return name === 'labelSelectorPath' ? [] : [required(field)];
    if (!value.startsWith('.')) return [invalidTyped(field, value, 'must be a simple json path starting with .')];
    if (roots.some((root) => value.startsWith(`${root}.`))) return [];
    const where = roots.length > 1 ? `either ${roots.join(' or ')}` : (roots[0] ?? '');
    return [invalidTyped(field, value, `should be a json path under ${where}`)];
  };
  return [
    ...path('specReplicasPath', ['.spec']),
    ...path('statusReplicasPath', ['.status']),
    ...path('labelSelectorPath', ['.spec', '.status']),
  ];
}

function columnCauses(
  { name = '', type = '', format = '', jsonPath = '' }: Partial<CustomResourceColumnDefinition>,
  at: string,
): StatusCause[] {
  const found: StatusCause[] = [];
  const types = `must be one of ${COLUMN_TYPES.join(',')}`;
  if (name === '') found.push(required(`${at}.name`));
  if (type === '') found.push(required(`${at}.type`, types));
  else if (!COLUMN_TYPES.includes(type)) found.push(invalidTyped(`${at}.type`, type, types));
  if (format !== '' && !COLUMN_FORMATS.includes(format))
    found.push(invalidTyped(`${at}.format`, format, `must be one of ${COLUMN_FORMATS.join(',')}`));
  return [...found, ...pathCauses(jsonPath, `${at}.JSONPath`)];
}

function pathCauses(path: string, field: string): StatusCause[] {
  if (path === '') return [required(field)];
  if (!path.startsWith('.')) return [invalidTyped(field, path, 'must be a simple json path starting with .')];
  try {
    compileJsonPath(path);
    return [];
  } catch (error) {
    if (!(error instanceof JsonPathError)) throw error;
    return [invalidTyped(field, path, error.message)];
  }
}

function selectableCauses(fields: readonly SelectableField[], schema: Schema, at: string): StatusCause[] {
  return fields.flatMap(({ jsonPath }, index) => {
    const field = `${at}[${index}].jsonPath`;
    if (jsonPath === '') return [required(field)];
    if (fields.findIndex((other) => other.jsonPath === jsonPath) < index) return [duplicate(field, jsonPath)];
    const found = fieldAt(jsonPath, schema, { brackets: false });
    if ('fault' in found) return [invalidTyped(field, jsonPath, `is an invalid path: ${found.fault}`)];
    if (SELECTABLE_TYPES.includes(found.schema.type ?? '')) return [];
    const why =
      'must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.';
    return [invalidTyped(field, jsonPath, why)];
  });
}
