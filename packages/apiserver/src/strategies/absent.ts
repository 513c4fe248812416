import type { KubeObject } from '@drover/api';

/** A JSON object whose fields are not known to be any shape. */
export type Fields = Record<string, unknown>;

/** An object's fields, before anything is known of their shapes. */
export function loose(object: KubeObject): Fields;
export function loose(object: KubeObject | undefined): Fields | undefined;
export function loose(object: KubeObject | undefined): Fields | undefined {
  return object;
}

/** The value as an object, or `undefined` when it is none. */
export function fieldsOf(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
}

/** The objects in a list; what is no object, or no list, is left to validation. */
export function objectsIn(value: unknown): Fields[] {
  return Array.isArray(value) ? value.map(fieldsOf).filter((item) => item !== undefined) : [];
}

/** Gives a field its default where it is absent or null. */
export function absent(object: Fields | undefined, field: string, value: unknown): void {
  if (object !== undefined && (object[field] === undefined || object[field] === null)) object[field] = value;
}

/** The object in a field; `undefined` when there is none. */
export function inner(object: Fields | undefined, ...path: readonly string[]): Fields | undefined {
  return path.reduce<Fields | undefined>((here, field) => fieldsOf(here?.[field]), object);
}

/** The object in a field, made when the field is absent. */
export function made(object: Fields | undefined, field: string): Fields | undefined {
  absent(object, field, {});
  return inner(object, field);
}
