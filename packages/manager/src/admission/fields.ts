import {
  type AdmissionReview,
  type ApiError,
  invalid,
  isJsonObject,
  type JsonObject,
  type KubeObject,
  type StatusCause,
} from '@drover/api';

/**
 * The object of a review as what its kind says it is: the server has validated it against the schema of the kind before any step
 * sees it.
 */
export const validated = <T extends KubeObject>(object: KubeObject | undefined): T | undefined =>
  object as T | undefined;

/** A field of the object that holds text; `undefined` when it is absent or holds something else. */
export function textField(object: KubeObject | undefined, field: string): string | undefined {
  const value: unknown = fieldOf(object, field);
  return typeof value === 'string' ? value : undefined;
}

/** A field of the object that holds an object. */
export function objectField(object: KubeObject | undefined, field: string): JsonObject | undefined {
  const value = fieldOf(object, field);
  return isJsonObject(value) ? value : undefined;
}

/** Whether one of the fields differs between what there was and what is wanted. */
export const differ = <T extends KubeObject>(
  old: T | undefined,
  object: T | undefined,
  ...fields: (keyof T)[]
): boolean => fields.some((field) => JSON.stringify(old?.[field] ?? '') !== JSON.stringify(object?.[field] ?? ''));

/** The name that an object is to have, or one like that which the server makes of its `generateName`. */
export const nameToBe = ({ metadata: { name, generateName } }: KubeObject): string =>
  name || `${generateName ?? ''}xxxxx`;

/** That a name is too long for the names made of it to be whole: cut ones end in a short hash, which others can meet on purpose. */
export const lengthFault = (object: KubeObject, most: number): StatusCause[] =>
  nameToBe(object).length > most ? [cause('metadata.name', `must be no longer than ${most} characters`)] : [];

/** What is wrong with a field, in a sentence. */
export const cause = (field: string, message: string): StatusCause => ({ reason: 'FieldValueInvalid', field, message });

/** @throws ApiError Invalid with the faults, if there are any. */
export function refuse({ group, resource, name }: AdmissionReview, kind: string, faults: readonly StatusCause[]): void {
  if (faults.length > 0) throw faultsError({ group, resource, name }, kind, faults);
}

const faultsError = (
  { group, resource, name }: Pick<AdmissionReview, 'group' | 'resource' | 'name'>,
  kind: string,
  faults: readonly StatusCause[],
): ApiError => invalid({ group, plural: resource, kind }, name, faults);

const fieldOf = (object: KubeObject | undefined, field: string): unknown =>
  Object.entries(object ?? {}).find(([name]) => name === field)?.[1];
