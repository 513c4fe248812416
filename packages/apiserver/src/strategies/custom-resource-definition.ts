import {
  compileJsonPath,
  dns1035Label,
  dnsSubdomain,
  type Json,
  JsonPathError,
  type KubeObject,
  ruleFaults,
  type Schema,
  type StatusCause,
  structuralCauses,
} from '@drover/api';
import type { CustomResourceDefinition, CustomResourceDefinitionSpec } from '@drover/api/types/apiextensions-v1';
import type { NameRule, Strategy, StrategyContext } from '../catalog/strategy.js';
import { CONVERSION_REVIEW_VERSIONS } from '../crd/conversion-review.js';
import { timestamp } from '../registry/core.js';
import { absent, type Fields, inner, loose, made, objectsIn } from './absent.js';
import { forbiddenField, required, unsupported } from './causes.js';
import { clientConfigCauses } from './client-config.js';
import { counted } from './plain.js';
import { reviewVersionCauses } from './review-versions.js';

/** Holds a definition until its objects are gone. */
export const CLEANUP_FINALIZER = 'customresourcecleanup.apiextensions.k8s.io';

const DEFINITIONS = { group: 'apiextensions.k8s.io', plural: 'customresourcedefinitions' };

/** Definitions of kinds: served from the moment they are stored, which their conditions say. */
export const customResourceDefinition: Strategy = {
  ...counted,
  fill: (object) => {
    const spec = inner(loose(object), 'spec');
    absent(made(spec, 'conversion'), 'strategy', 'None');
    absent(inner(spec, 'conversion', 'webhook', 'clientConfig', 'service'), 'port', 443);
    const names = inner(spec, 'names');
    const kind = names?.['kind'];
    if (typeof kind !== 'string') return;
    absent(names, 'singular', kind.toLowerCase());
    absent(names, 'listKind', `${kind}List`);
  },
  prepareForCreate: (object, context) => {
    object.metadata.finalizers = [...new Set([...(object.metadata.finalizers ?? []), CLEANUP_FINALIZER])];
    settle(object, undefined, context);
  },
  prepareForUpdate: (object, old, part, context) => {
    if (part === 'main') settle(object, old, context);
  },
  validate: (object, old) => causes(object as CustomResourceDefinition, old as CustomResourceDefinition | undefined),
  markDeleted: (object) => {
    const terminating = condition(
      'Terminating',
      'True',
      'InstanceDeletionPending',
      'CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon',
      object.metadata.deletionTimestamp ?? '',
    );
    setConditions(object, [terminating]);
  },
};

interface Condition {
  readonly type: string;
  readonly status: 'True' | 'False';
  readonly reason: string;
  readonly message: string;
  readonly lastTransitionTime: string;
}

/** Says in the object's status which names it got, which versions may be stored, and that it is served. */
function settle(object: KubeObject, old: KubeObject | undefined, { clock, objects }: StrategyContext): void {
  const fields = loose(object);
  const spec = inner(fields, 'spec');
  const status = { ...inner(loose(old), 'status') } as Fields;
  const stored = objectsIn(spec?.['versions'])
    .filter(({ storage }) => storage === true)
    .map(({ name }) => String(name));
  const known = Array.isArray(status['storedVersions']) ? status['storedVersions'].map(String) : [];
  status['storedVersions'] = [...new Set([...known, ...stored])];
  fields['status'] = status;
  const taken = takenName(object, objects.list(DEFINITIONS));
  const now = timestamp(clock.now());
  if (taken !== undefined) {
    absent(status, 'acceptedNames', { plural: '', kind: '' });
    const conflict = condition('NamesAccepted', 'False', taken.reason, taken.message, now);
    const refused = condition('Established', 'False', 'NotAccepted', 'not all names are accepted', now);
    setConditions(object, isEstablished(object) ? [conflict] : [conflict, refused]);
    return;
  }
  status['acceptedNames'] = spec?.['names'];
  setConditions(object, [
    condition('NamesAccepted', 'True', 'NoConflicts', 'no conflicts found', now),
    condition('Established', 'True', 'InitialNamesAccepted', 'the initial names have been accepted', now),
  ]);
}

/** Whether the definition's kind is served. */
export function isEstablished(object: KubeObject): boolean {
  const conditions = objectsIn(inner(loose(object), 'status')?.['conditions']);
  return conditions.some(({ type, status }) => type === 'Established' && status === 'True');
}

function takenName(object: KubeObject, others: readonly KubeObject[]): { reason: string; message: string } | undefined {
  const names = (definition: KubeObject): Fields => inner(loose(definition), 'spec', 'names') ?? {};
  const group = (definition: KubeObject): unknown => inner(loose(definition), 'spec')?.['group'];
  const mine = names(object);
  const myShort = Array.isArray(mine['shortNames']) ? mine['shortNames'] : [];
  for (const other of others) {
    if (other.metadata.name === object.metadata.name || group(other) !== group(object)) continue;
    const theirs = names(other);
    const theirShort = Array.isArray(theirs['shortNames']) ? theirs['shortNames'] : [];
    const used = new Set([theirs['plural'], theirs['singular'], ...theirShort]);
    const clash = [mine['plural'], mine['singular'], ...myShort].find((name) => used.has(name));
    if (clash !== undefined) return { reason: 'NameConflict', message: `"${String(clash)}" is already in use` };
    const kinds = [mine['kind'], mine['listKind']];
    const kind = kinds.find((name) => name === theirs['kind'] || name === theirs['listKind']);
    if (kind !== undefined) return { reason: 'KindConflict', message: `"${String(kind)}" is already in use` };
  }
  return undefined;
}

function condition(type: string, status: 'True' | 'False', reason: string, message: string, at: string): Condition {
  return { type, status, reason, message, lastTransitionTime: at };
}

/** Replaces conditions by type; the time of one that stays as it is stays too. */
function setConditions(object: KubeObject, conditions: readonly Condition[]): void {
  const status = made(loose(object), 'status');
  if (status === undefined) return;
  const present = objectsIn(status['conditions']);
  const next = conditions.map((wanted) => {
    const same = present.find(({ type }) => type === wanted.type);
    return same?.['status'] === wanted.status ? { ...wanted, lastTransitionTime: same['lastTransitionTime'] } : wanted;
  });
  const kept = present.filter(({ type }) => !conditions.some((wanted) => wanted.type === type));
  status['conditions'] = [...kept, ...next];
}

function causes(object: CustomResourceDefinition, old: CustomResourceDefinition | undefined): StatusCause[] {
  const { spec } = object;
  return [
    ...nameCauses(object),
    ...versionCauses(spec),
    ...conversionCauses(spec),
    ...frozenCauses(spec, old?.spec),
    ...(old === undefined ? [] : storedVersionCauses(object)),
  ];
}

/** A version in which objects may still be stored has to stay, or they could not be read any more. */
function storedVersionCauses({ spec, status }: CustomResourceDefinition): StatusCause[] {
  return (status?.storedVersions ?? []).flatMap((stored, index) =>
    spec.versions.some(({ name }) => name === stored)
      ? []
      : [wrong(`status.storedVersions[${index}]`, `${JSON.stringify(stored)}: must appear in spec.versions`)],
  );
}

const wrong = (field: string, message: string): StatusCause => ({
  reason: 'FieldValueInvalid',
  message: `Invalid value: ${message}`,
  field,
});

function nameCauses({ metadata, spec }: CustomResourceDefinition): StatusCause[] {
  const { group, names, scope } = spec;
  const found: StatusCause[] = [];
  const rule = (field: string, value: string | undefined, check: NameRule): void => {
    const why = value === undefined ? undefined : check(value);
    if (why !== undefined) found.push(wrong(field, `${JSON.stringify(value)}: ${why}`));
  };
  const { name = '' } = metadata;
  if (name !== `${names.plural}.${group}`) {
    found.push(wrong('metadata.name', `"${name}": must be spec.names.plural+"."+spec.group`));
  }
  rule('spec.group', group, dnsSubdomain);
  if (!group.includes('.')) found.push(wrong('spec.group', `"${group}": should be a domain with at least one dot`));
  rule('spec.names.plural', names.plural, dns1035Label);
  rule('spec.names.singular', names.singular, dns1035Label);
  rule('spec.names.kind', names.kind.toLowerCase(), dns1035Label);
  rule('spec.names.listKind', names.listKind?.toLowerCase(), dns1035Label);
  names.shortNames?.forEach((short, index) => {
    rule(`spec.names.shortNames[${index}]`, short, dns1035Label);
  });
  names.categories?.forEach((category, index) => {
    rule(`spec.names.categories[${index}]`, category, dns1035Label);
  });
  if (scope !== 'Namespaced' && scope !== 'Cluster') {
    const message = `Unsupported value: "${scope}": supported values: "Cluster", "Namespaced"`;
    found.push({ reason: 'FieldValueNotSupported', message, field: 'spec.scope' });
  }
  return found;
}

function versionCauses({ versions }: CustomResourceDefinitionSpec): StatusCause[] {
  const found: StatusCause[] = [];
  if (versions.filter(({ storage }) => storage).length !== 1) {
    found.push(wrong('spec.versions', 'must have exactly one version marked as storage version'));
  }
  const seen = new Set<string>();
  versions.forEach(({ name, schema, additionalPrinterColumns }, index) => {
    const at = `spec.versions[${index}]`;
    if (seen.has(name))
      found.push({ reason: 'FieldValueDuplicate', message: `Duplicate value: "${name}"`, field: `${at}.name` });
    seen.add(name);
    const why = dns1035Label(name);
    if (why !== undefined) found.push(wrong(`${at}.name`, `"${name}": ${why}`));
    const field = `${at}.schema.openAPIV3Schema`;
    if (schema?.openAPIV3Schema === undefined) {
      found.push({ reason: 'FieldValueRequired', message: 'Required value: schemas are required', field });
    } else {
      const document = schema.openAPIV3Schema as unknown as Json;
      const faults = structuralCauses(document, field);
      // Rules in CEL are read against the schema's types, so it has to be one.
      found.push(...(faults.length > 0 ? faults : ruleFaults(document as unknown as Schema, field)));
    }
    additionalPrinterColumns?.forEach(({ jsonPath }, column) => {
      try {
        compileJsonPath(jsonPath);
      } catch (error) {
        if (!(error instanceof JsonPathError)) throw error;
        found.push(wrong(`${at}.additionalPrinterColumns[${column}].jsonPath`, `"${jsonPath}": ${error.message}`));
      }
    });
  });
  return found;
}

/** What is wrong with the conversion, by the names of the fields that kube-apiserver tells. */
function conversionCauses({ conversion, preserveUnknownFields }: CustomResourceDefinitionSpec): StatusCause[] {
  const { strategy = 'None', webhook } = conversion ?? {};
  const client = 'spec.conversion.webhookClientConfig';
  const versions = 'spec.conversion.conversionReviewVersions';
  if (strategy === 'None') {
    const why = 'should not be set when strategy is not set to Webhook';
    return webhook === undefined ? [] : [forbiddenField(client, why), forbiddenField(versions, why)];
  }
  if (strategy !== 'Webhook') return [unsupported('spec.conversion.strategy', strategy, ['None', 'Webhook'])];
  const { clientConfig, conversionReviewVersions = [] } = webhook ?? {};
  const found: StatusCause[] = [];
  if (preserveUnknownFields === true) {
    found.push(wrong('spec.conversion.strategy', '"Webhook": must be None if spec.preserveUnknownFields is true'));
  }
  if (clientConfig === undefined) found.push(required(client, 'required when strategy is set to Webhook'));
  else found.push(...clientConfigCauses(clientConfig, client));
  if (conversionReviewVersions.length === 0) return [...found, required(versions)];
  return [...found, ...reviewVersionCauses(conversionReviewVersions, versions, CONVERSION_REVIEW_VERSIONS)];
}

function frozenCauses(
  spec: CustomResourceDefinitionSpec,
  old: CustomResourceDefinitionSpec | undefined,
): StatusCause[] {
  if (old === undefined) return [];
  const frozen: readonly (readonly [field: string, now: string, before: string])[] = [
    ['spec.group', spec.group, old.group],
    ['spec.names.plural', spec.names.plural, old.names.plural],
    ['spec.names.kind', spec.names.kind, old.names.kind],
    ['spec.scope', spec.scope, old.scope],
  ];
  return frozen
    .filter(([, now, before]) => now !== before)
    .map(([field, now]) => wrong(field, `${JSON.stringify(now)}: field is immutable`));
}
