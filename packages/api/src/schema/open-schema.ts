import type { JsonObject, KubeObject, StatusCause } from '../object.js';
import { withDefaults } from './defaults.js';
import { FieldPath } from './field-path.js';
import { SchemaNode } from './node.js';
import { withObjectMeta } from './object-meta.js';
import { prune } from './prune.js';
import type { Schema } from './schema.js';
import { validate } from './validate.js';

/** An object without its unknown fields, and where those were. */
export interface Pruned<T> {
  readonly object: T;
  /** `spec.template.foo`, `spec.disks[0].x`: what `fieldValidation` reports. */
  readonly unknown: readonly string[];
}

/**
 * A kind's schema, ready for objects. No method changes the object it is given: what has to differ is copied, and an
 * object that needs no change comes back itself.
 */
export interface OpenSchema {
  /** The top of the schema, for rules that walk it beside an object. */
  readonly root: SchemaNode;
  /** Drops fields the schema does not know. */
  prune<T extends KubeObject>(object: T): Pruned<T>;
  /** Fills in defaults, and drops nulls that mean "not set". */
  withDefaults<T extends KubeObject>(object: T): T;
  /** Fills in defaults, and keeps nulls that none is for, but those of the metadata: what an apply left of a custom resource. */
  withDefaultsAndNulls<T extends KubeObject>(object: T): T;
  /**
   * What is wrong, in Kubernetes' words; for `invalid()`. Faults of what an update leaves as it is in `old` are no reason
   * to refuse it.
   */
  validate(object: KubeObject, old?: KubeObject): StatusCause[];
}

/**
 * Opens a kind's schema. A CRD's schema stands alone; for a built-in kind, `components` holds what its references name,
 * and duplicates in keyed lists are left to the kind's own rules.
 *
 * @throws Error for a reference to a component that is not there: the document is broken, not the object.
 */
export function openSchema(schema: Schema, components?: Readonly<Record<string, Schema>>): OpenSchema {
  const resolve = (ref: string): Schema => {
    const name = ref.slice(ref.lastIndexOf('/') + 1);
    const target = components?.[name];
    if (!target) throw new Error(`the schema refers to ${name}, which is not there`);
    return target;
  };
  const root = SchemaNode.open(withObjectMeta(schema), resolve, { goTypes: components !== undefined });
  const rules = { custom: components === undefined };
  return {
    root,
    prune(object) {
      const unknown: string[] = [];
      const pruned = prune(object, root, new FieldPath(), (path) => unknown.push(path));
      return { object: pruned as typeof object, unknown };
    },
    withDefaults: (object) => withDefaults(object, root) as typeof object,
    withDefaultsAndNulls(object) {
      const metadata = root.child('metadata');
      const filled = withDefaults(object, root, true) as typeof object;
      return metadata ? { ...filled, metadata: withDefaults(filled.metadata as JsonObject, metadata) } : filled;
    },
    validate: (object, old) => validate(object, root, rules, old),
  };
}
