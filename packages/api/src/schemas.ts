import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import type { CustomResourceDefinition } from './generated/types/apiextensions-v1.js';
import type { ClusterRole, ClusterRoleBinding, Role, RoleBinding } from './generated/types/rbac-v1.js';
import type { ProtobufTables } from './protobuf/tables.js';
import { declaredDefinitions } from './rancher/definitions.js';
import { Descriptions } from './schema/descriptions.js';
import type { Schema } from './schema/schema.js';

/** A built-in resource as discovery lists it. */
export interface BuiltinResource {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
  /** Key of the schema of its objects in `builtinSchemas()`. */
  readonly component: string;
  readonly subresources: readonly BuiltinSubresource[];
}

/** A subresource of a built-in resource, with the kind of the documents it takes or gives. */
export interface BuiltinSubresource {
  /** "status", "scale", "token": without the resource's name. */
  readonly name: string;
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly verbs: readonly string[];
}

/** One object of the cluster roles, roles and bindings that every cluster starts with. */
export type DefaultRbacObject = ClusterRole | ClusterRoleBinding | Role | RoleBinding;

/**
 * The OpenAPI v3 component schemas of the built-in kinds, by component name. Parsed on the first call, then kept for as
 * long as someone holds the result.
 */
export const builtinSchemas: () => Readonly<Record<string, Schema>> = document('builtin-schemas.json');

/** What the built-in kinds and their fields are, in our words: the texts of `descriptions/`. */
export const builtinDescriptions: () => Descriptions = kept(() => new Descriptions(descriptions()));

/** Another text whenever the built-in schemas are other ones, or what is said of them. Reads both at each call. */
export function builtinDigest(): string {
  const hash = createHash('sha256').update(shipped('builtin-schemas.json'));
  for (const text of descriptions()) hash.update(text);
  return hash.digest('hex');
}

/** Each built-in resource in each of its versions. */
export const builtinResources: () => readonly BuiltinResource[] = document('builtin-resources.json');

/** The fields of the built-in kinds' protobuf messages, for a `ProtobufDecoder`. */
export const protobufTables: () => ProtobufTables = document('protobuf-tables.json');

/** The default cluster roles, roles and their bindings. */
export const defaultRbac: () => readonly DefaultRbacObject[] = document('default-rbac.json');

/** CustomResourceDefinitions of a Harvester-compatible cluster: Harvester, KubeVirt, Multus and snapshot kinds. */
export const harvesterCrds: () => readonly CustomResourceDefinition[] = document('harvester-crds.json');

const publishedRancherCrds: () => readonly CustomResourceDefinition[] = document('rancher-crds.json');

/** CustomResourceDefinitions of the management side: provisioning, management and catalog kinds. */
export const rancherCrds = (): readonly CustomResourceDefinition[] => [
  ...publishedRancherCrds(),
  ...declaredDefinitions(),
];

function document<T extends object>(name: string): () => T {
  return kept((): T => JSON.parse(shipped(name)));
}

/** A document shipped with this package, found by its name so that it is from within a bundle too. */
function shipped(name: string): string {
  return readFileSync(new URL(import.meta.resolve(`@drover/api/generated/${name}`)), 'utf8');
}

function descriptions(): string[] {
  const directory = new URL('.', import.meta.resolve('@drover/api/descriptions/shared.txt'));
  const files = readdirSync(directory).sort();
  return files.map((file) => readFileSync(new URL(file, directory), 'utf8'));
}

/** What `read` gives, read when first asked for; memory pressure may make it be read again. */
function kept<T extends object>(read: () => T): () => T {
  let parsed: WeakRef<T> | undefined;
  return () => {
    const known = parsed?.deref();
    if (known) return known;
    const fresh = read();
    parsed = new WeakRef(fresh);
    return fresh;
  };
}
