import { apiVersion, crdColumns, type KubeObject, openSchema, type Schema } from '@drover/api';
import type {
  CustomResourceDefinition,
  CustomResourceDefinitionSpec,
  CustomResourceDefinitionVersion,
} from '@drover/api/types/apiextensions-v1';
import type { Entry } from '@drover/store';
import type { Conversion } from '../catalog/conversion.js';
import { at, type ResourceDefinition, type ScaleDefinition, type VersionDefinition } from '../catalog/definition.js';
import { selectable } from '../catalog/selectable.js';
import { compareVersions } from '../catalog/version-order.js';
import { decodeStored } from '../storage/rendering.js';
import { custom } from '../strategies/plain.js';
import { clientConfig } from '../webhook/client-config.js';
import { CurrentShape } from './current-shape.js';
import { type ConversionParts, WebhookConversion } from './webhook-conversion.js';

/** In the order in which discovery lists them. */
const VERBS = ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch'];

/** What a stored CustomResourceDefinition makes the server serve. Schemas are read from the entry when first needed. */
export function customResource(entry: Entry, parts: ConversionParts): ResourceDefinition {
  const definition = decodeStored(entry.value, entry.revision) as CustomResourceDefinition;
  const { group, names, scope, versions } = definition.spec;
  return {
    group,
    plural: names.plural,
    singular: names.singular ?? names.kind.toLowerCase(),
    kind: names.kind,
    listKind: names.listKind ?? `${names.kind}List`,
    namespaced: scope === 'Namespaced',
    shortNames: names.shortNames ?? [],
    categories: names.categories ?? [],
    verbs: VERBS,
    storageVersion: versions.find(({ storage }) => storage)?.name ?? '',
    versions: [...versions]
      .sort((a, b) => compareVersions(a.name, b.name))
      .map((version) => versionDefinition(entry, definition, version, parts)),
    strategy: custom,
    builtin: false,
    fingerprint: `${definition.metadata.uid}.${definition.metadata.generation}`,
    accepting: definition.metadata.deletionTimestamp === undefined,
  };
}

function versionDefinition(
  entry: Entry,
  definition: CustomResourceDefinition,
  version: CustomResourceDefinitionVersion,
  parts: ConversionParts,
): VersionDefinition {
  const { spec } = definition;
  const { name, served, subresources, additionalPrinterColumns = [], selectableFields = [] } = version;
  const schema = lazySchema(entry, name);
  return {
    name,
    served,
    schema,
    ...conversionOf(definition, version, schema, parts),
    document: () => schemaOf(entry, name),
    component: '',
    columns: crdColumns(additionalPrinterColumns),
    status: subresources?.status !== undefined,
    scale: subresources?.scale && scaleDefinition(subresources.scale),
    selectableFields: selectableFields.map(({ jsonPath }) => selectable(jsonPath.replace(/^\./, ''))),
    deprecation: version.deprecated ? (version.deprecationWarning ?? deprecation(spec, name)) : undefined,
  };
}

/** What a deprecated version says by itself: which one is newer and is not deprecated. */
function deprecation({ group, names, versions }: CustomResourceDefinitionSpec, deprecated: string): string {
  const newer = versions
    .filter(({ name, served, deprecated: old }) => served && old !== true && compareVersions(name, deprecated) < 0)
    .map(({ name }) => name)
    .sort(compareVersions);
  const told = `${group}/${deprecated} ${names.kind} is deprecated`;
  return newer[0] === undefined ? told : `${told}; use ${group}/${newer[0]} ${names.kind}`;
}

/**
 * How objects come into a version: by the webhook that the definition names, or as they are. Those of the version that is
 * stored are in shape by themselves for as long as the definition is what it was from the beginning.
 */
function conversionOf(
  { metadata, spec: { group, conversion } }: CustomResourceDefinition,
  { name, storage }: CustomResourceDefinitionVersion,
  schema: VersionDefinition['schema'],
  parts: ConversionParts,
): Pick<VersionDefinition, 'convert' | 'converter'> {
  const version = apiVersion({ group, version: name });
  const webhook = conversion?.strategy === 'Webhook' ? conversion.webhook : undefined;
  const client = webhook?.clientConfig && clientConfig(webhook.clientConfig);
  const converter =
    webhook && client && new WebhookConversion(parts, client, webhook.conversionReviewVersions, version, schema);
  if (converter === undefined && !storage) return { convert: inShapeOf(schema) };
  const changed = (metadata.generation ?? 1) > 1;
  return { converter: changed ? new CurrentShape(version, schema, converter) : converter };
}

/**
 * Versions are converted by the strategy None: only the apiVersion differs. What a version's own schema does not know is left out
 * of it, and what it gives by default is there.
 */
function inShapeOf(schema: VersionDefinition['schema']): Conversion {
  return {
    fromStored: (object) => schema().withDefaults(schema().prune(object).object),
    toStored: (object) => object,
  };
}

function lazySchema(entry: Entry, version: string): VersionDefinition['schema'] {
  let opened: ReturnType<typeof openSchema> | undefined;
  return () => {
    opened ??= openSchema(schemaOf(entry, version));
    return opened;
  };
}

/** The schema of one version, as the definition has it. */
function schemaOf(entry: Entry, version: string): Schema {
  const definition = decodeStored(entry.value, entry.revision) as CustomResourceDefinition;
  const found = definition.spec.versions.find(({ name }) => name === version);
  return (found?.schema?.openAPIV3Schema ?? { type: 'object', 'x-kubernetes-preserve-unknown-fields': true }) as Schema;
}

function scaleDefinition(scale: {
  readonly specReplicasPath: string;
  readonly statusReplicasPath: string;
  readonly labelSelectorPath?: string;
}): ScaleDefinition {
  const steps = (path: string): string[] => path.split('.').slice(1);
  const selector = scale.labelSelectorPath === undefined ? undefined : steps(scale.labelSelectorPath);
  return {
    specReplicas: steps(scale.specReplicasPath),
    statusReplicas: steps(scale.statusReplicasPath),
    selector: (object: KubeObject) => {
      const value = selector && at(object, selector);
      return typeof value === 'string' ? value : '';
    },
  };
}
