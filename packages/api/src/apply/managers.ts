import { badRequest } from '../errors.js';
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

/** So many entries for updates an object keeps; older ones become one entry, as in Kubernetes. */
const MAX_UPDATERS = 10;
const ANCIENT = 'ancient-changes';

/** The managers of an object by their identity. */
export type Managers = ReadonlyMap<string, Manager>;

/** Who a manager is: what it applies is one thing, what it updates is another for each version it writes. */
export function identity({ manager, operation, apiVersion, subresource }: Omit<Manager, 'fields' | 'time'>): string {
  return JSON.stringify([manager, operation, operation === 'Apply' ? '' : apiVersion, subresource]);
}

/**
 * Reads `metadata.managedFields`.
 *
 * @throws ApiError BadRequest for entries that are none.
 */
export function decodeManagers(entries: readonly ManagedFieldsEntry[] = []): Managers {
  const managers = entries.map((entry): Manager => {
    const {
      manager = '',
      operation,
      apiVersion = '',
      subresource = '',
      time,
      fieldsType = 'FieldsV1',
      fieldsV1 = {},
    } = entry;
    if (operation !== 'Apply' && operation !== 'Update')
      throw badRequest(`managed fields have no operation "${operation}"`);
    if (fieldsType !== 'FieldsV1') throw badRequest(`managed fields have no type "${fieldsType}"`);
    return { manager, operation, apiVersion, subresource, time, fields: FieldSet.decode(fieldsV1) };
  });
  return new Map(managers.map((manager) => [identity(manager), manager]));
}

/** Writes `metadata.managedFields`; managers of nothing are left out. */
export function encodeManagers(managers: Managers): ManagedFieldsEntry[] {
  const kept = capped([...managers.values()].filter(({ fields }) => !fields.isEmpty));
  return kept.sort(byOrder).map(({ manager, operation, apiVersion, subresource, time, fields }) => ({
    manager,
    operation,
    apiVersion,
    ...(time === undefined ? {} : { time }),
    fieldsType: 'FieldsV1',
    fieldsV1: fields.encode(),
    ...(subresource === '' ? {} : { subresource }),
  }));
}

function byOrder(a: Manager, b: Manager): number {
  const text = ({ operation, time = '', manager, apiVersion, subresource }: Manager): string =>
    [operation, time, manager, apiVersion, subresource].join('\0');
  return text(a) < text(b) ? -1 : 1;
}

/** Folds the oldest updaters into one a version when there are too many. */
function capped(managers: Manager[]): Manager[] {
  const updaters = managers.filter(({ operation }) => operation === 'Update').sort(byOrder);
  if (updaters.length <= MAX_UPDATERS) return managers;
  const old = updaters.slice(0, updaters.length - MAX_UPDATERS + 1);
  const ancient = new Map<string, Manager>();
  for (const { apiVersion, time, fields } of old) {
    const before = ancient.get(apiVersion);
    ancient.set(apiVersion, {
      manager: ANCIENT,
      operation: 'Update',
      apiVersion,
      subresource: '',
      time,
      fields: before ? before.fields.union(fields) : fields,
    });
  }
  return [...managers.filter((manager) => !old.includes(manager)), ...ancient.values()];
}
