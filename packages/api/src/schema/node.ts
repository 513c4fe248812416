import type { Json } from '../object.js';
import { withAlwaysTime } from './always-time.js';
import { withObjectMeta } from './object-meta.js';
import type { Schema } from './schema.js';

/** Finds the schema a `$ref` names. */
export type Resolve = (ref: string) => Schema;

const QUANTITY = 'io.k8s.apimachinery.pkg.api.resource.Quantity';

const NONE: ReadonlyMap<string, SchemaNode> = new Map();

/**
 * A schema ready to be walked: references followed, children made when first asked for, so that a large schema costs only
 * what its objects use.
 */
export class SchemaNode {
  readonly type: Schema['type'];
  readonly nullable: boolean;
  readonly preservesUnknown: boolean;
  readonly embedded: boolean;
  readonly intOrString: boolean;
  readonly listType: 'atomic' | 'set' | 'map' | undefined;
  readonly mapKeys: readonly string[];
  readonly atomicMap: boolean;
  readonly required: readonly string[];
  #properties: ReadonlyMap<string, SchemaNode> | undefined;
  #additional: SchemaNode | null | undefined;
  #items: SchemaNode | null | undefined;
  #defaulted: readonly (readonly [string, SchemaNode])[] | undefined;
  #times: readonly (readonly [string, SchemaNode])[] | undefined;
  #holdsQuantities: boolean | undefined;

  /** An embedded resource's schema has its metadata spelled out. */
  readonly schema: Schema;

  private constructor(
    own: Schema,
    private readonly nodes: Nodes,
    /** The name of the component that a reference led to: `io.k8s.api.core.v1.Pod`. Empty when none did. */
    readonly component: string,
  ) {
    const schema = own['x-kubernetes-embedded-resource'] === true ? withObjectMeta(own) : own;
    this.schema = schema;
    this.type = schema.type;
    this.nullable = schema.nullable === true;
    this.preservesUnknown = schema['x-kubernetes-preserve-unknown-fields'] === true;
    this.embedded = schema['x-kubernetes-embedded-resource'] === true;
    this.intOrString = schema['x-kubernetes-int-or-string'] === true;
    this.listType = schema['x-kubernetes-list-type'];
    this.mapKeys = schema['x-kubernetes-list-map-keys'] ?? [];
    this.atomicMap = schema['x-kubernetes-map-type'] === 'atomic';
    this.required = schema.required ?? [];
  }

  /**
   * The node of `schema`; `resolve` follows its references. `goTypes` says that it describes types of Go: a default that is
   * a zero value then only tells that the encoding always has the field.
   */
  static open(schema: Schema, resolve: Resolve, { goTypes = false } = {}): SchemaNode {
    return new Nodes(resolve, goTypes, (...parts) => new SchemaNode(...parts)).of(schema);
  }

  /** Whether it describes types of Go. */
  get goTypes(): boolean {
    return this.nodes.goTypes;
  }

  /** What a missing field is filled with. */
  get default(): Json | undefined {
    return this.alwaysEncoded ? undefined : this.schema.default;
  }

  /** Whether the field is in each encoded object, be it only with a zero value: a struct or value of Go that cannot be left out. */
  get alwaysEncoded(): boolean {
    return this.goTypes && this.schema.default !== undefined && isZero(this.schema.default);
  }

  /** Whether its values are amounts, that Kubernetes writes in a form of its own. */
  get isQuantity(): boolean {
    return this.component === QUANTITY;
  }

  /** Whether its values may have quantities in them, at whatever depth, or are such. */
  get holdsQuantities(): boolean {
    this.#holdsQuantities ??= reachesQuantity(this, new Set());
    return this.#holdsQuantities;
  }

  get properties(): ReadonlyMap<string, SchemaNode> {
    if (this.#properties === undefined) {
      const named = Object.entries(this.schema.properties ?? {});
      this.#properties =
        named.length === 0 ? NONE : new Map(named.map(([name, child]) => [name, this.#field(name, child)]));
    }
    return this.#properties;
  }

  #field(name: string, schema: Schema): SchemaNode {
    return this.nodes.of(this.goTypes ? withAlwaysTime(schema, this.component, name) : schema);
  }

  /** The fields that each encoded object has beside its defaults: times, which null stands for, and structs that have such. */
  get times(): readonly (readonly [name: string, node: SchemaNode])[] {
    this.#times ??= this.goTypes ? [...this.properties].filter(([, child]) => isTime(child) || hasTimes(child)) : [];
    return this.#times;
  }

  /** The schema of values under keys that are no properties; `null` when there is none. */
  get additional(): SchemaNode | null {
    if (this.#additional === undefined) {
      const { additionalProperties } = this.schema;
      this.#additional =
        typeof additionalProperties === 'object'
          ? this.nodes.of(additionalProperties)
          : additionalProperties === true
            ? this.nodes.of(ANYTHING)
            : null;
    }
    return this.#additional;
  }

  get items(): SchemaNode | null {
    if (this.#items === undefined) this.#items = this.schema.items ? this.nodes.of(this.schema.items) : null;
    return this.#items;
  }

  /** The schema of the value under `key`; `null` when nothing is said about it. */
  child(key: string): SchemaNode | null {
    return this.properties.get(key) ?? this.additional;
  }

  /** The properties that have a default. */
  get defaulted(): readonly (readonly [name: string, node: SchemaNode])[] {
    this.#defaulted ??= [...this.properties].filter(([, { default: value }]) => value !== undefined);
    return this.#defaulted;
  }

  /** A node of the same document for a part of this schema that is no property, such as a branch of `anyOf`. */
  part(schema: Schema): SchemaNode {
    return this.nodes.of(schema);
  }
}

/** Schemas may hold themselves: `seen` has those that are looked at already. */
function reachesQuantity(node: SchemaNode, seen: Set<SchemaNode>): boolean {
  if (node.isQuantity) return true;
  if (seen.has(node)) return false;
  seen.add(node);
  const children = [...node.properties.values(), node.additional, node.items];
  return children.some((child) => child !== null && reachesQuantity(child, seen));
}

const isTime = ({ alwaysEncoded, schema }: SchemaNode): boolean => alwaysEncoded && schema.default === null;

const hasTimes = ({ alwaysEncoded, properties }: SchemaNode): boolean =>
  alwaysEncoded && [...properties.values()].some(isTime);

/** Whether the keys of such an object are fields that the schema names, and not data. */
export const isNamedObject = ({ properties, schema }: SchemaNode): boolean =>
  properties.size > 0 || typeof schema.additionalProperties !== 'object';

/** Whether Go's types hold this value before anybody sets another. */
function isZero(value: Json): boolean {
  if (value === null) return true;
  if (typeof value === 'object') return Object.keys(value).length === 0;
  return value === '' || value === 0 || value === false;
}

const ANYTHING: Schema = { 'x-kubernetes-preserve-unknown-fields': true };

class Nodes {
  readonly #known = new WeakMap<Schema, SchemaNode>();

  constructor(
    readonly resolve: Resolve,
    readonly goTypes: boolean,
    readonly make: (schema: Schema, nodes: Nodes, component: string) => SchemaNode,
  ) {}

  of(schema: Schema, component = ''): SchemaNode {
    const known = this.#known.get(schema);
    if (known) return known;
    const reference = referenceOf(schema);
    const node =
      reference === undefined
        ? this.make(schema, this, component)
        : this.of(this.#target(schema, reference), reference.slice(reference.lastIndexOf('/') + 1));
    this.#known.set(schema, node);
    return node;
  }

  #target(schema: Schema, reference: string): Schema {
    if (schema.$ref !== undefined) return this.resolve(reference);
    const { allOf: _reference, ...own } = schema;
    return { ...this.resolve(reference), ...own };
  }
}

/** What a schema refers to, bare or alone in an `allOf` beside a default. */
function referenceOf(schema: Schema): string | undefined {
  const [only, ...more] = schema.allOf ?? [];
  return schema.$ref ?? (more.length === 0 ? only?.$ref : undefined);
}
