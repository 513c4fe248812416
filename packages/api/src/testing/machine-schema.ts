import { type OpenSchema, openSchema } from '../schema/open-schema.js';
import type { Schema } from '../schema/schema.js';

export const text: Schema = { type: 'string' };
export const integer: Schema = { type: 'integer' };
export const struct = (properties: Record<string, Schema>, more: Schema = {}): Schema => ({
  type: 'object',
  properties,
  ...more,
});
export const map = (additionalProperties: Schema): Schema => ({ type: 'object', additionalProperties });
export const keyed = (items: Schema, ...keys: string[]): Schema => ({
  type: 'array',
  items,
  'x-kubernetes-list-type': 'map',
  'x-kubernetes-list-map-keys': keys,
});
export const set = (items: Schema): Schema => ({ type: 'array', items, 'x-kubernetes-list-type': 'set' });
const atomicList = (items: Schema): Schema => ({ type: 'array', items, 'x-kubernetes-list-type': 'atomic' });

/** A machine's specification with a field of each structure that ownership can go through. */
export const machine: Record<string, Schema> = {
  image: text,
  cores: integer,
  running: { type: 'boolean' },
  load: { type: 'number' },
  tags: set(integer),
  zones: set(text),
  flags: set({ type: 'boolean' }),
  boot: atomicList(text),
  disks: keyed(struct({ name: text, size: integer, serial: text, options: set(text) }), 'name'),
  ports: keyed(struct({ port: integer, protocol: { ...text, default: 'TCP' }, name: text }), 'port', 'protocol'),
  rules: keyed(
    struct({ name: text, hosts: keyed(struct({ host: text, weight: integer }), 'host'), labels: map(text) }),
    'name',
  ),
  labels: map(text),
  limits: map(map(map(integer))),
  groups: map(set(text)),
  firmware: struct({
    kind: text,
    secure: integer,
    options: map(text),
    features: set(text),
    slots: keyed(struct({ slot: text }), 'slot'),
  }),
  node: struct({ zone: text, rack: text }, { 'x-kubernetes-map-type': 'atomic' }),
  sealed: { ...map(text), 'x-kubernetes-map-type': 'atomic' },
  free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
  delay: { 'x-kubernetes-int-or-string': true },
};

/** An object's schema whose specification has these fields. */
export const schemaOf = (properties: Record<string, Schema>): OpenSchema =>
  openSchema(struct({ spec: struct(properties) }));
