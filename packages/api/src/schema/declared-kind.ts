import type { CustomResourceColumnDefinition, CustomResourceDefinition } from '../generated/types/apiextensions-v1.js';
import type { Kind } from '../kind.js';
import type { KubeObject, ObjectMeta } from '../object.js';
import { type Fields, type Infer, objectSchema } from './field.js';
import type { Schema } from './schema.js';

/** What a kind declared in this package needs to be told. */
export interface KindDeclaration<Group extends string, Version extends string, Name extends string, F extends Fields> {
  readonly group: Group;
  readonly version: Version;
  readonly kind: Name;
  readonly plural: string;
  readonly namespaced: boolean;
  readonly shortNames?: readonly string[];
  /** Whether `status` is written through its own subresource. */
  readonly statusSubresource: boolean;
  /** Whether fields beyond `fields` are kept: for kinds whose providers add their own at the top level. */
  readonly open?: boolean;
  readonly columns?: readonly CustomResourceColumnDefinition[];
  readonly fields: F;
}

/** The object type that a declaration stands for. */
export type Declared<Group extends string, Version extends string, Name extends string, F extends Fields> = {
  apiVersion: `${Group}/${Version}`;
  kind: Name;
  metadata: ObjectMeta;
} & Infer<F>;

/** A kind with the definition that makes a server serve it. */
export interface DeclaredKind<T extends KubeObject> extends Kind<T> {
  readonly definition: () => CustomResourceDefinition;
}

/** The type of a declared kind's objects. */
export type ObjectOf<K> = K extends DeclaredKind<infer T extends KubeObject> ? T : never;

/** Declares a kind, its type and its CustomResourceDefinition from one value. */
export function declareKind<
  const Group extends string,
  const Version extends string,
  const Name extends string,
  F extends Fields,
>(declaration: KindDeclaration<Group, Version, Name, F>): DeclaredKind<Declared<Group, Version, Name, F>> {
  const { group, version, kind, plural, namespaced } = declaration;
  return { group, version, kind, plural, namespaced, definition: () => definitionOf(declaration) };
}

function definitionOf(declaration: KindDeclaration<string, string, string, Fields>): CustomResourceDefinition {
  const { group, version, kind, plural, namespaced, shortNames, statusSubresource, columns, fields, open } =
    declaration;
  const { properties, ...rest } = objectSchema(fields, open);
  const schema: Schema = {
    ...rest,
    properties: {
      apiVersion: { type: 'string' },
      kind: { type: 'string' },
      metadata: { type: 'object' },
      ...properties,
    },
  };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope: namespaced ? 'Namespaced' : 'Cluster',
      names: {
        kind,
        listKind: `${kind}List`,
        plural,
        singular: kind.toLowerCase(),
        ...(shortNames ? { shortNames: [...shortNames] } : {}),
      },
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          schema: { openAPIV3Schema: schema },
          ...(statusSubresource ? { subresources: { status: {} } } : {}),
          ...(columns ? { additionalPrinterColumns: [...columns] } : {}),
        },
      ],
    },
  };
}
