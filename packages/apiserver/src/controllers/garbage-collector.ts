import { apiVersion, type KubeObject, type OwnerReference } from '@drover/api';
import type { ServedResource } from '../catalog/catalog.js';
import type { StoredObject } from '../registry/core.js';
import { fieldMark } from '../storage/rendering.js';
import type { ControllerContext, Sighting } from './controller.js';
import { Dependents, FOREGROUND, type GraphNode, ORPHAN } from './dependents.js';
import { recordEvent } from './event-recorder.js';
import type { FeedListener } from './object-feed.js';
import { ReconcileLoop } from './reconcile-loop.js';

/** Owners known to be gone are remembered, because their kind may go too; kube-controller-manager remembers 500. */
const ABSENT_REMEMBERED = 5_000;

/** References to owners in other namespaces that were told of; beyond that, the oldest may be told again. */
const TOLD_REMEMBERED = 5_000;
const COMPONENT = 'garbage-collector-controller';
const NAMESPACES = { group: '', plural: 'namespaces' };

/** Only objects with one of these fields are in the graph. */
const MARKS = ['ownerReferences', 'deletionTimestamp'].map(fieldMark);

/** How an owner reference stands. */
type Standing =
  /** The owner is there. */
  | 'solid'
  /** The owner is gone, or another object has its name now. */
  | 'dangling'
  /** The owner is being deleted in the foreground: it goes after its dependents. */
  | 'waiting'
  /** Nobody can tell: its kind is not served, or it would be in a namespace that the dependent is not in. */
  | 'unknown';

/**
 * Deletes what nobody owns any more, as kube-controller-manager does: dependents of owners that are gone (background), dependents
 * of owners that wait for them (foreground), and frees those that are to stay (orphan).
 */
export class GarbageCollector implements FeedListener, AsyncDisposable {
  readonly #context: ControllerContext;
  readonly #dependents = new Dependents();
  readonly #absent = new Set<string>();
  readonly #told = new Set<string>();
  readonly #loop: ReconcileLoop;
  /** Resolves when every dependent there is is known: an owner's fate is not decided before. */
  #known: Promise<void> = Promise.resolve();

  constructor(context: ControllerContext) {
    this.#context = context;
    this.#loop = new ReconcileLoop({ ...context, name: 'garbage-collector', reconcile: (key) => this.#reconcile(key) });
  }

  /** Objects that have no owner and are not being deleted, most of all there are, are not even parsed. */
  onSightings(resource: ServedResource, sightings: readonly Sighting[]): void {
    for (const sighting of sightings) {
      if (sighting.type === 'DELETED') this.#onGone(resource, sighting.object);
      else if (MARKS.some((field) => sighting.mentions(field))) this.#onState(resource, sighting.object);
    }
  }

  /** Owners of kinds that have come can be looked up now. */
  onCatalog(told: Promise<void>): void {
    this.#known = told;
    for (const { key, owners } of this.#dependents.nodes()) {
      if (owners.length > 0) this.#loop.add(key);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#loop[Symbol.asyncDispose]();
  }

  #onGone(resource: ServedResource, object: StoredObject): void {
    const { uid } = object.metadata;
    const node = this.#dependents.delete(resource, object);
    for (const owner of this.#dependents.waiting(node?.owners ?? [])) this.#loop.add(owner.key);
    const left = this.#dependents.of(uid);
    if (left.length > 0) remember(this.#absent, uid, ABSENT_REMEMBERED);
    for (const { key } of left) this.#loop.add(key);
  }

  #onState(resource: ServedResource, object: StoredObject): void {
    const { before, now } = this.#dependents.set(resource, object);
    const ownersChanged = before?.uid !== now?.uid || JSON.stringify(before?.owners) !== JSON.stringify(now?.owners);
    const changed = ownersChanged || before?.deleting !== now?.deleting || before?.waiting !== now?.waiting;
    if (!changed) return;
    if (now) this.#loop.add(now.key);
    for (const owner of this.#dependents.waiting([...(before?.owners ?? []), ...(now?.owners ?? [])])) {
      this.#loop.add(owner.key);
    }
  }

  async #reconcile(key: string): Promise<void> {
    await this.#allKnown();
    const node = this.#dependents.node(key);
    const object = node && this.#context.objects.get(node.resource, node.ref);
    if (!node || object?.metadata.uid !== node.uid) return;
    const { deletionTimestamp, finalizers = [], ownerReferences = [] } = object.metadata;
    if (deletionTimestamp === undefined) return await this.#judge(node, ownerReferences, finalizers);
    if (finalizers.includes(ORPHAN)) await this.#orphanDependents(node);
    else if (finalizers.includes(FOREGROUND)) await this.#deleteDependents(node);
  }

  /** Waits for kinds, too, that come while it waits. */
  async #allKnown(): Promise<void> {
    for (let known: Promise<void> | undefined; known !== this.#known; ) {
      known = this.#known;
      await known;
    }
  }

  //   solid | dangling or waiting                  => what becomes of the object
  //   ------|--------------------------------------|---------------------------------------------------------
  //   some  | some                                 => stays, those references are removed
  //   some  | none                                 => stays
  //   none  | some, and all owners can be judged   => deleted: in the foreground if an owner waits and it has
  //         |                                         dependents itself, otherwise as its own finalizers ask
  /** Whether an object that has owners may stay. An owner that nobody can judge counts as there. */
  async #judge(node: GraphNode, owners: readonly OwnerReference[], finalizers: readonly string[]): Promise<void> {
    const standings = new Map(owners.map((owner) => [owner.uid, this.#standing(node, owner)]));
    for (const owner of owners) if (this.#isElsewhere(node, owner)) await this.#tellElsewhere(node, owner);
    const all = [...standings.values()];
    const given = all.filter((standing) => standing === 'dangling' || standing === 'waiting');
    if (given.length === 0) return;
    if (all.includes('solid') || all.includes('unknown')) {
      await this.#change(node, (object) => withoutOwners(object, (uid) => isGiven(standings.get(uid))));
      return;
    }
    const dependents = this.#dependents.of(node.uid);
    const inForeground = all.includes('waiting') && dependents.length > 0;
    if (inForeground && dependents.some(({ waiting }) => waiting)) await this.#breakCircle(node);
    const propagationPolicy = inForeground ? 'Foreground' : policyOf(finalizers);
    await this.#context.objects.delete(node.resource, node.ref, { uid: node.uid, propagationPolicy });
  }

  #standing({ resource, ref }: GraphNode, owner: OwnerReference): Standing {
    if (this.#absent.has(owner.uid)) return 'dangling';
    const kind = this.#context.catalog.byKind(owner.apiVersion, owner.kind);
    if (!kind || (kind.namespaced && !resource.namespaced)) return 'unknown';
    const namespace = kind.namespaced ? ref.namespace : undefined;
    const found = this.#context.objects.get(kind, { namespace, name: owner.name });
    if (found?.metadata.uid !== owner.uid) return 'dangling';
    const { deletionTimestamp, finalizers = [] } = found.metadata;
    return deletionTimestamp !== undefined && finalizers.includes(FOREGROUND) ? 'waiting' : 'solid';
  }

  /** Whether the owner is in a namespace where the dependent is not, so that it can own it only by mistake. */
  #isElsewhere({ resource, ref }: GraphNode, { apiVersion, kind: ofKind, name, uid }: OwnerReference): boolean {
    const { catalog, objects } = this.#context;
    const kind = catalog.byKind(apiVersion, ofKind);
    if (!kind?.namespaced || this.#absent.has(uid)) return false;
    const isThere = (namespace: string | undefined): boolean =>
      objects.get(kind, { namespace, name })?.metadata.uid === uid;
    if (!resource.namespaced) return true;
    return !isThere(ref.namespace) && objects.list(NAMESPACES).some(({ metadata }) => isThere(metadata.name));
  }

  /** In kube-controller-manager's words, once for each reference. */
  async #tellElsewhere({ resource, ref, uid }: GraphNode, owner: OwnerReference): Promise<void> {
    const key = `${uid}/${owner.uid}`;
    if (this.#told.has(key)) return;
    remember(this.#told, key, TOLD_REMEMBERED);
    const { namespace = '', name } = ref;
    const told = `[${owner.apiVersion}/${owner.kind}, namespace: ${namespace}, name: ${owner.name}, uid: ${owner.uid}]`;
    const { group, version, kind } = resource;
    const about = { apiVersion: apiVersion({ group, version }), kind, name, uid, ...(namespace ? { namespace } : {}) };
    await recordEvent(this.#context, COMPONENT, about, {
      type: 'Warning',
      reason: 'OwnerRefInvalidNamespace',
      message: `ownerRef ${told} does not exist in namespace ${JSON.stringify(namespace)}`,
    });
  }

  /** Dependents that wait for their own would block this one, and it them, if they depend on each other. */
  async #breakCircle(node: GraphNode): Promise<void> {
    await this.#change(node, (object) => {
      const ownerReferences = (object.metadata.ownerReferences ?? []).map((owner) => ({
        ...owner,
        blockOwnerDeletion: false,
      }));
      return { ...object, metadata: { ...object.metadata, ownerReferences } };
    });
  }

  async #orphanDependents(node: GraphNode): Promise<void> {
    const free = (dependent: GraphNode): Promise<void> =>
      this.#change(dependent, (object) => withoutOwners(object, (uid) => uid === node.uid));
    await Promise.all(this.#dependents.of(node.uid).map(free));
    await this.#change(node, (object) => withoutFinalizer(object, ORPHAN));
  }

  /** The last blocking dependent to go brings the owner here again. */
  async #deleteDependents(node: GraphNode): Promise<void> {
    const dependents = this.#dependents.of(node.uid);
    const blocks = ({ owners }: GraphNode): boolean =>
      owners.some(({ uid, blockOwnerDeletion }) => uid === node.uid && blockOwnerDeletion === true);
    for (const { key, deleting } of dependents) if (!deleting) this.#loop.add(key);
    if (!dependents.some(blocks)) await this.#change(node, (object) => withoutFinalizer(object, FOREGROUND));
  }

  async #change(
    { resource, ref, uid }: GraphNode,
    change: (object: KubeObject) => KubeObject | undefined,
  ): Promise<void> {
    await this.#context.objects.update(resource, ref, (object) =>
      object.metadata.uid === uid ? change(object) : undefined,
    );
  }
}

/** Keeps the last `most` of a set's items. */
function remember(items: Set<string>, item: string, most: number): void {
  items.add(item);
  for (const oldest of items) {
    if (items.size <= most) return;
    items.delete(oldest);
  }
}

function isGiven(standing: Standing | undefined): boolean {
  return standing === 'dangling' || standing === 'waiting';
}

function policyOf(finalizers: readonly string[]): 'Orphan' | 'Foreground' | 'Background' {
  if (finalizers.includes(ORPHAN)) return 'Orphan';
  return finalizers.includes(FOREGROUND) ? 'Foreground' : 'Background';
}

function withoutOwners(object: KubeObject, gone: (uid: string) => boolean): KubeObject | undefined {
  const { ownerReferences: before = [], ...metadata } = object.metadata;
  const ownerReferences = before.filter(({ uid }) => !gone(uid));
  if (ownerReferences.length === before.length) return undefined;
  return { ...object, metadata: ownerReferences.length === 0 ? metadata : { ...metadata, ownerReferences } };
}

function withoutFinalizer(object: KubeObject, name: string): KubeObject | undefined {
  const { finalizers: before = [], ...metadata } = object.metadata;
  const finalizers = before.filter((finalizer) => finalizer !== name);
  if (finalizers.length === before.length) return undefined;
  return { ...object, metadata: finalizers.length === 0 ? metadata : { ...metadata, finalizers } };
}
