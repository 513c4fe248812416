import type { PersistentVolumeClaim } from '@drover/api';
import { parseUnits, QuantityError } from '@drover/kit';
import { IMAGE_ID } from '../vm/names.js';

/** One entry of a machine's annotation `harvesterhci.io/volumeClaimTemplates`: the claim it wants to exist. */
export interface ClaimTemplate {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** `namespace/name` of the image the volume begins as, where it begins as one. */
  readonly imageId: string | undefined;
  readonly storageClassName: string | undefined;
  readonly sizeBytes: bigint;
  readonly spec: NonNullable<PersistentVolumeClaim['spec']>;
}

/**
 * Reads the annotation. Fields that no claim has are refused, so that nothing a user asks for is dropped in silence.
 *
 * @throws TypeError with the entry and field, and what was expected.
 */
export function parseClaimTemplates(annotation: string | undefined): ClaimTemplate[] {
  if (annotation === undefined || annotation.trim() === '') return [];
  let parsed: unknown;
  try {
    parsed = JSON.parse(annotation);
  } catch (error) {
    throw new TypeError(`not JSON: ${error instanceof Error ? error.message : error}`);
  }
  if (!Array.isArray(parsed)) throw new TypeError('expected a JSON list of claims');
  const templates = parsed.map(parseEntry);
  const names = templates.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new TypeError(`two entries are named "${twice}"`);
  return templates;
}

function parseEntry(entry: unknown, index: number): ClaimTemplate {
  const at = `[${index}]`;
  const { metadata, spec, targetVolume } = object(entry, at);
  if (typeof targetVolume === 'string' && targetVolume !== '') {
    throw new TypeError(`${at}.targetVolume: moving a volume to other storage is not supported`);
  }
  const { name, labels, annotations } = object(metadata, `${at}.metadata`);
  if (typeof name !== 'string' || !/^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/.test(name)) {
    throw new TypeError(`${at}.metadata.name: expected the name of a claim`);
  }
  const fields = object(spec, `${at}.spec`);
  const { accessModes, resources, volumeMode, storageClassName, dataSource } = fields;
  const { requests } = object(resources, `${at}.spec.resources`);
  const { storage } = object(requests, `${at}.spec.resources.requests`);
  const given = texts(annotations, `${at}.metadata.annotations`);
  return {
    name,
    labels: texts(labels, `${at}.metadata.labels`),
    annotations: given,
    imageId: given[IMAGE_ID] === '' ? undefined : given[IMAGE_ID],
    storageClassName: optionalText(storageClassName, `${at}.spec.storageClassName`),
    sizeBytes: bytes(storage, `${at}.spec.resources.requests.storage`),
    spec: {
      accessModes: modes(accessModes, `${at}.spec.accessModes`),
      resources: { requests: { storage: String(storage) } },
      volumeMode: volumeMode === 'Filesystem' ? 'Filesystem' : 'Block',
      ...(typeof storageClassName === 'string' && storageClassName !== '' ? { storageClassName } : {}),
      ...source(dataSource, `${at}.spec.dataSource`),
    },
  };
}

/** What the volume is to be a copy of. */
function source(value: unknown, at: string): Pick<ClaimTemplate['spec'], 'dataSource'> {
  if (value === undefined || value === null) return {};
  const { apiGroup, kind, name } = object(value, at);
  if (typeof name !== 'string' || name === '') throw new TypeError(`${at}.name: expected the name of what is copied`);
  if (kind === 'VolumeSnapshot' && apiGroup === 'snapshot.storage.k8s.io')
    return { dataSource: { apiGroup, kind, name } };
  if (kind === 'PersistentVolumeClaim') return { dataSource: { kind, name } };
  throw new TypeError(`${at}.kind: expected VolumeSnapshot or PersistentVolumeClaim`);
}

type AccessModes = NonNullable<NonNullable<PersistentVolumeClaim['spec']>['accessModes']>;
const MODES: AccessModes = ['ReadWriteMany', 'ReadWriteOnce', 'ReadOnlyMany', 'ReadWriteOncePod'];

function modes(value: unknown, at: string): AccessModes {
  if (value === undefined || value === null) return ['ReadWriteMany'];
  if (!Array.isArray(value)) throw new TypeError(`${at}: expected a list`);
  return value.map((given: unknown) => {
    const mode = MODES.find((known) => known === given);
    if (mode === undefined) throw new TypeError(`${at}: "${String(given)}" is none of ${MODES.join(', ')}`);
    return mode;
  });
}

function bytes(value: unknown, at: string): bigint {
  try {
    const size = parseUnits(String(value ?? ''));
    if (size > 0n) return size;
  } catch (error) {
    if (!(error instanceof QuantityError)) throw error;
  }
  throw new TypeError(`${at}: expected a size such as 10Gi`);
}

function object(value: unknown, at: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  throw new TypeError(`${at}: expected an object`);
}

function texts(value: unknown, at: string): Record<string, string> {
  if (value === undefined || value === null) return {};
  const entries = Object.entries(object(value, at)).map(([key, text]): [string, string] => {
    if (typeof text !== 'string') throw new TypeError(`${at}: expected texts`);
    return [key, text];
  });
  return Object.fromEntries(entries);
}

function optionalText(value: unknown, at: string): string | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value !== 'string') throw new TypeError(`${at}: expected text`);
  return value;
}
