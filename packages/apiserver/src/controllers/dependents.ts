import type { ObjectRef, OwnerReference } from '@drover/api';
import type { ServedResource } from '../catalog/catalog.js';
import type { StoredObject } from '../registry/core.js';

/** Finalizers by which a deletion says what is to become of dependents (meta/v1). */
export const ORPHAN = 'orphan';
export const FOREGROUND = 'foregroundDeletion';

/** An object the garbage collector has to do with: it has owners, or its deletion waits for what becomes of its dependents. */
export interface GraphNode {
  readonly key: string;
  readonly resource: ServedResource;
  readonly ref: ObjectRef;
  readonly uid: string;
  readonly owners: readonly OwnerReference[];
  readonly deleting: boolean;
  /** Deleted, with the finalizer `orphan` or `foregroundDeletion`. */
  readonly waiting: boolean;
}

/**
 * Who depends on whom, by the owners' uids.
 *
 * Invariant: a node is in the set of each uid its owner references name, and in no other; `waiting` holds each node that waits.
 */
export class Dependents {
  readonly #nodes = new Map<string, GraphNode>();
  readonly #byOwner = new Map<string, Set<GraphNode>>();
  readonly #waiting = new Map<string, GraphNode>();

  node(key: string): GraphNode | undefined {
    return this.#nodes.get(key);
  }

  nodes(): Iterable<GraphNode> {
    return this.#nodes.values();
  }

  of(ownerUid: string): readonly GraphNode[] {
    return [...(this.#byOwner.get(ownerUid) ?? [])];
  }

  /** Those of `owners` whose deletion waits for their dependents. */
  waiting(owners: readonly OwnerReference[]): readonly GraphNode[] {
    return owners.flatMap(({ uid }) => this.#waiting.get(uid) ?? []);
  }

  /** Notes the object as it is now. Returns its node if it has one, and the one it had. */
  set(
    resource: ServedResource,
    object: StoredObject,
  ): { readonly before: GraphNode | undefined; readonly now: GraphNode | undefined } {
    const now = nodeOf(resource, object);
    const before = this.#remove(now.key);
    if (now.owners.length === 0 && !now.waiting) return { before, now: undefined };
    this.#nodes.set(now.key, now);
    if (now.waiting) this.#waiting.set(now.uid, now);
    for (const { uid } of now.owners) {
      const siblings = this.#byOwner.get(uid) ?? new Set();
      this.#byOwner.set(uid, siblings);
      siblings.add(now);
    }
    return { before, now };
  }

  delete(resource: ServedResource, object: StoredObject): GraphNode | undefined {
    return this.#remove(nodeOf(resource, object).key);
  }

  #remove(key: string): GraphNode | undefined {
    const node = this.#nodes.get(key);
    if (!node) return undefined;
    this.#nodes.delete(key);
    this.#waiting.delete(node.uid);
    for (const { uid } of node.owners) {
      const siblings = this.#byOwner.get(uid);
      siblings?.delete(node);
      if (siblings?.size === 0) this.#byOwner.delete(uid);
    }
    return node;
  }
}

function nodeOf(resource: ServedResource, { metadata }: StoredObject): GraphNode {
  const { namespace, name, uid, ownerReferences: owners = [], finalizers = [], deletionTimestamp } = metadata;
  const deleting = deletionTimestamp !== undefined;
  return {
    key: `${resource.group}/${resource.plural}/${namespace ?? ''}/${name}`,
    resource,
    ref: { namespace, name },
    uid,
    owners,
    deleting,
    waiting: deleting && (finalizers.includes(ORPHAN) || finalizers.includes(FOREGROUND)),
  };
}
