import type { JsonObject } from '../object.js';
import type { IntOrString, Quantity } from '../scalars.js';
import type { Schema } from './schema.js';

/** A field declared once: its schema, its TypeScript type in the type parameter, and whether it must be there. */
export interface Field<T, Required extends boolean = false> {
  readonly schema: Schema;
  readonly required: Required;
  /** Never set: carries the field's type. */
  readonly type?: T;
}

/** The fields of an object, by name. */
export type Fields = Readonly<Record<string, Field<unknown, boolean>>>;

type ValueOf<F> = F extends Field<infer T, boolean> ? T : never;
type RequiredOf<F extends Fields> = { [K in keyof F]: F[K] extends Field<unknown, true> ? K : never }[keyof F];
type Flat<T> = { [K in keyof T]: T[K] };

/** The TypeScript type of an object with these fields. */
export type Infer<F extends Fields> = Flat<
  { [K in RequiredOf<F>]: ValueOf<F[K]> } & { [K in Exclude<keyof F, RequiredOf<F>>]?: ValueOf<F[K]> }
>;

const optional = <T>(schema: Schema): Field<T> => ({ schema, required: false });

/** Text; `only` lists the values it may have. */
export const text = <const V extends string = string>(...only: V[]): Field<V> =>
  optional(only.length === 0 ? { type: 'string' } : { type: 'string', enum: only });

/** A whole number. */
export const integer = (): Field<number> => optional({ type: 'integer', format: 'int64' });

/** True or false. */
export const flag = (): Field<boolean> => optional({ type: 'boolean' });

/** True, false or null where the API tells "not set" apart. */
export const nullableFlag = (): Field<boolean | null> => optional({ type: 'boolean', nullable: true });

/** A number or text. */
export const intOrString = (): Field<IntOrString> => optional({ 'x-kubernetes-int-or-string': true });

/** Amounts by name of resource: cpu, memory, pods. */
export const resourceList = (): Field<Record<string, Quantity>> =>
  optional({ type: 'object', additionalProperties: { 'x-kubernetes-int-or-string': true } });

/** A list of `item`. */
export const list = <T>(item: Field<T, boolean>): Field<T[]> => optional({ type: 'array', items: item.schema });

/** Values by any key. */
export const map = <T>(value: Field<T, boolean>): Field<Record<string, T>> =>
  optional({ type: 'object', additionalProperties: value.schema });

/** An object with just these fields. */
export const object = <F extends Fields>(fields: F): Field<Infer<F>> => optional(objectSchema(fields));

/** Any JSON object, kept as it is. */
export const freeForm = (): Field<JsonObject> =>
  optional({ type: 'object', 'x-kubernetes-preserve-unknown-fields': true });

/** The same field, which must be there. */
export const required = <T>({ schema }: Field<T, boolean>): Field<T, true> => ({ schema, required: true });

/** The schema of an object with these fields; `open` keeps fields beyond them. */
export function objectSchema(fields: Fields, open = false): Schema {
  const names = Object.keys(fields).filter((name) => fields[name]?.required);
  return {
    type: 'object',
    ...(names.length > 0 ? { required: names } : {}),
    properties: Object.fromEntries(Object.entries(fields).map(([name, { schema }]) => [name, schema])),
    ...(open ? { 'x-kubernetes-preserve-unknown-fields': true } : {}),
  };
}
