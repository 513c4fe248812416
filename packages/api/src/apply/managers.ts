import { ApiError, badRequest } from '../errors.js';
import type { ManagedFieldsEntry } from '../object.js';
import { FieldSet } from './field-set.js';

/** Who manages fields of an object, by which operation, and which fields. */
export interface Manager {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  readonly apiVersion: string;
  readonly subresource: string;
  /** When it last changed its fields, RFC 3339. */
  readonly time: string | undefined;
  readonly fields: FieldSet;
}

/** The managers of an object by their identity. */
export type Managers = ReadonlyMap<string, Manager>;

/** Who a manager is: what it applies is one thing, what it updates is another for each version it writes. */
export function identity({ manager, operation, apiVersion, subresource }: Omit<Manager, 'fields' | 'time'>): string {
  return [operation, operation === 'Apply' ? '' : apiVersion, subresource, manager].join('\0');
}

/**
 * Reads `metadata.managedFields`.
 *
 * @throws ApiError BadRequest for entries that are none.
 */
export function decodeManagers(entries: readonly ManagedFieldsEntry[] = []): Managers {
  const managers = entries.map((entry, index): Manager => {
    const { manager = '', operation, apiVersion = '', subresource = '', time, fieldsType = '', fieldsV1 = {} } = entry;
    if (operation !== 'Apply' && operation !== 'Update') throw badRequest('operation must be `Apply` or `Update`');
    if (apiVersion === '') throw badRequest('apiVersion must not be empty');
    if (fieldsType === '') throw badRequest(`missing fieldsType in managed fields entry ${index}`);
    if (fieldsType !== 'FieldsV1')
      throw badRequest(`invalid fieldsType "${fieldsType}" in managed fields entry ${index}`);
    return { manager, operation, apiVersion, subresource, time, fields: FieldSet.decode(fieldsV1) };
  });
  return new Map(managers.map((manager) => [identity(manager), manager]));
}

/** Why entries of `metadata.managedFields` cannot be read; `undefined` when they can. */
export function managedFieldsFault(entries: readonly ManagedFieldsEntry[] | undefined): string | undefined {
  try {
    decodeManagers(entries);
    return undefined;
  } catch (error) {
    if (error instanceof ApiError) return error.message;
    throw error;
  }
}

/** Writes `metadata.managedFields`; managers of nothing are left out. */
export function encodeManagers(managers: Managers): ManagedFieldsEntry[] {
  const kept = [...managers.values()].filter(({ fields }) => !fields.isEmpty);
  return kept.sort(byAge).map(({ manager, operation, apiVersion, subresource, time, fields }) => ({
    ...(manager === '' ? {} : { manager }),
    operation,
    apiVersion,
    ...(time === undefined ? {} : { time }),
    fieldsType: 'FieldsV1',
    fieldsV1: fields.encode(),
    ...(subresource === '' ? {} : { subresource }),
  }));
}

/** What is applied comes before what is updated, the older before the newer. */
export function byAge(a: Manager, b: Manager): number {
  const text = ({ operation, time = '', manager, apiVersion, subresource }: Manager): string =>
    [operation, time, manager, apiVersion, subresource].join('\0');
  return text(a) < text(b) ? -1 : 1;
}
