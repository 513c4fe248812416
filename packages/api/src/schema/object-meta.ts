import type { Schema } from './schema.js';

const text: Schema = { type: 'string' };
const integer: Schema = { type: 'integer', format: 'int64' };
const flag: Schema = { type: 'boolean' };
const time: Schema = { type: 'string', format: 'date-time' };
const texts: Schema = { type: 'object', additionalProperties: text };

/** meta/v1 ObjectMeta: what `metadata` holds in kinds whose own schema says nothing about it. */
export const objectMetaSchema: Schema = {
  type: 'object',
  properties: {
    name: text,
    generateName: text,
    namespace: text,
    selfLink: text,
    uid: text,
    resourceVersion: text,
    generation: integer,
    creationTimestamp: { ...time, nullable: true },
    deletionTimestamp: time,
    deletionGracePeriodSeconds: integer,
    labels: texts,
    annotations: texts,
    finalizers: { type: 'array', items: text, 'x-kubernetes-list-type': 'set', 'x-kubernetes-patch-strategy': 'merge' },
    ownerReferences: {
      type: 'array',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['uid'],
      'x-kubernetes-patch-strategy': 'merge',
      'x-kubernetes-patch-merge-key': 'uid',
      items: {
        type: 'object',
        required: ['apiVersion', 'kind', 'name', 'uid'],
        properties: { apiVersion: text, kind: text, name: text, uid: text, controller: flag, blockOwnerDeletion: flag },
        'x-kubernetes-map-type': 'atomic',
      },
    },
    managedFields: {
      type: 'array',
      'x-kubernetes-list-type': 'atomic',
      items: {
        type: 'object',
        properties: {
          manager: text,
          operation: text,
          apiVersion: text,
          time,
          fieldsType: text,
          fieldsV1: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
          subresource: text,
        },
      },
    },
  },
};

/** The schema of an object as stored: the kind's own, with `apiVersion`, `kind` and `metadata` spelled out. */
export function withObjectMeta(schema: Schema): Schema {
  return {
    ...schema,
    type: 'object',
    properties: {
      ...schema.properties,
      apiVersion: text,
      kind: text,
      metadata: metadataOf(schema.properties?.['metadata']),
    },
  };
}

/** A built-in kind refers to what metadata is; a custom one may only say more about the name. */
function metadataOf(own: Schema | undefined): Schema {
  if (own?.$ref !== undefined || own?.allOf) return own;
  const { name, generateName } = own?.properties ?? {};
  return {
    ...objectMetaSchema,
    properties: {
      ...objectMetaSchema.properties,
      ...(name ? { name: { ...name, type: 'string' } } : {}),
      ...(generateName ? { generateName: { ...generateName, type: 'string' } } : {}),
    },
  };
}
