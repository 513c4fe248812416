import type { Column, Json, KubeObject, OpenSchema, Schema } from '@drover/api';
import type { Conversion } from './conversion.js';
import type { VersionConverter } from './converter.js';
import type { Strategy } from './strategy.js';

/** A kind the server stores, with all its versions: everything the core knows about it, as data. */
export interface ResourceDefinition {
  readonly group: string;
  readonly plural: string;
  readonly singular: string;
  readonly kind: string;
  readonly listKind: string;
  readonly namespaced: boolean;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly verbs: readonly string[];
  /** Objects are kept in this version. */
  readonly storageVersion: string;
  /** Set when the objects are those of another kind, in another form: whose they are and in which version they are kept. */
  readonly storedAs?: { readonly group: string; readonly plural: string; readonly version: string } | undefined;
  /** In the order discovery lists them: the preferred one first. */
  readonly versions: readonly VersionDefinition[];
  readonly strategy: Strategy;
  /** Built-in kinds take strategic merge patches and protobuf; custom resources do not. */
  readonly builtin: boolean;
  /** Changes whenever the definition does: documents derived from it are good while it stays. */
  readonly fingerprint: string;
  /** Whether objects may be made: a kind whose definition is being deleted only drains. */
  readonly accepting: boolean;
}

/** How one version of a kind looks from outside. */
export interface VersionDefinition {
  readonly name: string;
  readonly served: boolean;
  /** Read when first needed: most kinds are never touched in a process's life. */
  readonly schema: () => OpenSchema;
  /** The schema as a document, for OpenAPI, and its name among the components (built-in kinds). */
  readonly document: () => Schema;
  readonly component: string;
  /** Absent when objects of this version are as they are stored, but for their apiVersion. */
  readonly convert?: Conversion | undefined;
  /** Set when the kind's versions are converted outside this process. */
  readonly converter?: VersionConverter | undefined;
  readonly columns: readonly Column[];
  readonly status: boolean;
  readonly scale?: ScaleDefinition | undefined;
  /** Fields that selectors may ask for, beside `metadata.name` and `metadata.namespace`. */
  readonly selectableFields: readonly SelectableField[];
  /** Told to every caller in a `Warning` header. */
  readonly deprecation?: string | undefined;
}

/** Where `scale` finds its numbers (apiextensions/v1 CustomResourceSubresourceScale). Paths are split. */
export interface ScaleDefinition {
  readonly specReplicas: readonly string[];
  readonly statusReplicas: readonly string[];
  /** The label selector of what is scaled, as text. */
  readonly selector: (object: KubeObject) => string;
}

/** A field that a field selector may name, and how to read it as text. */
export interface SelectableField {
  readonly path: string;
  readonly read: (object: KubeObject) => string;
}

/** One version of a kind: what a request is about. */
export interface Served {
  readonly definition: ResourceDefinition;
  readonly version: VersionDefinition;
}

/** The version of that name, served or not. */
export function versionOf(definition: ResourceDefinition, name: string): VersionDefinition | undefined {
  return definition.versions.find((version) => version.name === name);
}

/** The value at a path of field names, or `undefined` where the path leaves the object. */
export function at(value: Json | undefined | object, path: readonly string[]): Json | undefined {
  let here: unknown = value;
  for (const field of path) {
    if (typeof here !== 'object' || here === null || Array.isArray(here)) return undefined;
    here = (here as Record<string, unknown>)[field];
  }
  return here as Json | undefined;
}
