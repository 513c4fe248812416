import { invalidTyped, type Json, type KubeObject, required, type StatusCause } from '@drover/api';
import type { Strategy } from '../catalog/strategy.js';
import { absent, loose } from './absent.js';
import { plain } from './plain.js';

/** Bytes of the data that a refusal tells at most. */
const TOLD_BYTES = 1024;

/** What a workload was at one time: the data of a revision never change. */
export const controllerRevision: Strategy = {
  ...plain,
  fill: (object) => absent(loose(object), 'revision', 0),
  validate: (object, old) => [...revisionCauses(object), ...dataCauses(object, old)],
};

function revisionCauses(object: KubeObject): StatusCause[] {
  const { revision } = loose(object);
  if (typeof revision !== 'number' || revision >= 0) return [];
  return [invalidTyped('revision', revision, 'must be greater than or equal to 0')];
}

function dataCauses(object: KubeObject, old: KubeObject | undefined): StatusCause[] {
  const { data = null } = loose(object) as { data?: Json };
  if (old === undefined) return data === null ? [required('data', 'data is mandatory')] : [];
  const { data: before = null } = loose(old) as { data?: Json };
  if (JSON.stringify(before) === JSON.stringify(data)) return [];
  const message = `Invalid value: runtime.RawExtension{Raw:${rawBytes(data)}, Object:runtime.Object(nil)}: field is immutable`;
  return [{ reason: 'FieldValueInvalid', message, field: 'data' }];
}

/** A value's JSON as Go prints bytes. */
function rawBytes(value: Json): string {
  if (value === null) return '[]uint8(nil)';
  const bytes = Buffer.from(JSON.stringify(value)).subarray(0, TOLD_BYTES);
  return `[]uint8{${[...bytes].map((byte) => `0x${byte.toString(16)}`).join(', ')}}`;
}
