import type { KubeObject, StatusCause } from '@drover/api';
import type { CustomResourceDefinition } from '@drover/api/types/apiextensions-v1';
import type { Strategy, StrategyContext } from '../catalog/strategy.js';
import { timestamp } from '../registry/core.js';
import { absent, type Fields, inner, made, objectsIn } from './absent.js';
import { counted } from './plain.js';

/** Holds a definition until its objects are gone. */
export const CLEANUP_FINALIZER = 'customresourcecleanup.apiextensions.k8s.io';

const DEFINITIONS = { group: 'apiextensions.k8s.io', plural: 'customresourcedefinitions' };

/** Definitions of kinds: served from the moment they are stored, which their conditions say. */
export const customResourceDefinition: Strategy = {
  ...counted,
  fill: (object) => {
    const spec = inner(object as unknown as Fields, 'spec');
    absent(made(spec, 'conversion'), 'strategy', 'None');
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
  const fields = object as unknown as Fields;
  const spec = inner(fields, 'spec');
  const status = { ...inner(old as unknown as Fields | undefined, 'status') } as Fields;
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
  const conditions = objectsIn(inner(object as unknown as Fields, 'status')?.['conditions']);
  return conditions.some(({ type, status }) => type === 'Established' && status === 'True');
}

function takenName(object: KubeObject, others: readonly KubeObject[]): { reason: string; message: string } | undefined {
  const names = (definition: KubeObject): Fields => inner(definition as unknown as Fields, 'spec', 'names') ?? {};
  const group = (definition: KubeObject): unknown => inner(definition as unknown as Fields, 'spec')?.['group'];
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
  const status = made(object as unknown as Fields, 'status');
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
  const found: StatusCause[] = [];
  const { spec, metadata } = object;
  const { group, names, versions } = spec;
  const wrong = (field: string, message: string): void => {
    found.push({ reason: 'FieldValueInvalid', message: `Invalid value: ${message}`, field });
  };
  const expected = `${names.plural}.${group}`;
  if (metadata.name !== expected)
    wrong('metadata.name', `"${metadata.name ?? ''}": must be spec.names.plural+"."+spec.group`);
  const stored = versions.filter(({ storage }) => storage);
  if (stored.length !== 1) wrong('spec.versions', 'must have exactly one version marked as storage version');
  const seen = new Set<string>();
  versions.forEach(({ name, schema }, index) => {
    if (seen.has(name)) wrong(`spec.versions[${index}].name`, `"${name}": must be unique`);
    seen.add(name);
    if (schema?.openAPIV3Schema === undefined) {
      found.push({
        reason: 'FieldValueRequired',
        message: 'Required value: schemas are required',
        field: `spec.versions[${index}].schema.openAPIV3Schema`,
      });
    }
  });
  if (spec.conversion?.strategy === 'Webhook') {
    wrong('spec.conversion.strategy', '"Webhook": conversion webhooks are not implemented by this server');
  }
  if (old !== undefined) {
    if (old.spec.group !== group) wrong('spec.group', 'field is immutable');
    if (old.spec.names.plural !== names.plural) wrong('spec.names.plural', 'field is immutable');
    if (old.spec.scope !== spec.scope) wrong('spec.scope', 'field is immutable');
    if (old.spec.names.kind !== names.kind) wrong('spec.names.kind', 'field is immutable');
  }
  return found;
}
