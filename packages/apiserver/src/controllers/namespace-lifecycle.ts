import type { KubeObject, Namespace } from '@drover/api';
import type { ServedResource } from '../catalog/catalog.js';
import type { StoredObject } from '../registry/core.js';
import { timestamp } from '../registry/core.js';
import { fieldMark } from '../storage/rendering.js';
import type { ControllerContext, Sighting } from './controller.js';
import { namespaceConditions, type Remains } from './namespace-conditions.js';
import type { FeedListener } from './object-feed.js';
import { ReconcileLoop } from './reconcile-loop.js';

const NAMESPACES = { group: '', plural: 'namespaces' };
/** In `spec.finalizers` of a namespace: its content is still to be deleted. */
const CONTENT = 'kubernetes';
const [FINALIZERS, DELETION] = [fieldMark('finalizers'), fieldMark('deletionTimestamp')];
/** Deletions asked for side by side. */
const PARALLEL = 64;
/** Failures named in a condition. */
const NAMED = 5;

/**
 * Empties namespaces that are being deleted, and lets them go when they are empty; until then their conditions say what is left
 * and which finalizers hold it.
 */
export class NamespaceLifecycle implements FeedListener, AsyncDisposable {
  readonly #context: ControllerContext;
  readonly #loop: ReconcileLoop;

  constructor(context: ControllerContext) {
    this.#context = context;
    this.#loop = new ReconcileLoop({
      ...context,
      name: 'namespace-lifecycle',
      reconcile: (name) => this.#reconcile(name),
    });
  }

  onSightings(resource: ServedResource, sightings: readonly Sighting[]): void {
    const isNamespace = resource.group === '' && resource.plural === 'namespaces';
    const names = new Set(sightings.map(({ ref }) => (isNamespace ? ref.name : ref.namespace)));
    for (const touched of names) {
      if (touched !== undefined && this.#leaving(touched)) this.#loop.add(touched);
    }
  }

  /** A kind that is no longer served may have been the last thing a namespace waited for. */
  onCatalog(): void {
    for (const { metadata } of this.#context.objects.list(NAMESPACES)) {
      if (this.#leaving(metadata.name)) this.#loop.add(metadata.name);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#loop[Symbol.asyncDispose]();
  }

  #leaving(name: string): StoredObject | undefined {
    const found = this.#context.objects.get(NAMESPACES, { name });
    return found?.metadata.deletionTimestamp !== undefined && contentFinalizers(found).includes(CONTENT)
      ? found
      : undefined;
  }

  async #reconcile(name: string): Promise<void> {
    const namespace = this.#leaving(name);
    if (!namespace) return;
    const failures = await this.#deleteContent(name);
    const remains = { ...this.#remains(name), failures: failures.slice(0, NAMED) };
    const ref = { name };
    const { uid } = namespace.metadata;
    if (remains.counts.size === 0) {
      await this.#context.objects.update(NAMESPACES, ref, (object) => withoutContent(object, uid), {
        subresource: 'finalize',
      });
      return;
    }
    const now = timestamp(this.#context.clock.now());
    await this.#context.objects.update(NAMESPACES, ref, (object) => withConditions(object, uid, remains, now), {
      subresource: 'status',
    });
    if (failures.length > 0) throw new Error(`some content of namespace ${name} could not be deleted: ${failures[0]}`);
  }

  #content(name: string): { readonly resource: ServedResource; readonly objects: readonly Sighting[] }[] {
    return this.#context.catalog
      .resources()
      .filter(({ namespaced, verbs }) => namespaced && verbs.includes('delete'))
      .map((resource) => ({ resource, objects: this.#context.objects.sight(resource, name) }))
      .filter(({ objects }) => objects.length > 0);
  }

  async #deleteContent(name: string): Promise<string[]> {
    const left = this.#content(name).flatMap(({ resource, objects }) =>
      objects.filter((sighting) => !isBeingDeleted(sighting)).map(({ ref }) => ({ resource, ref })),
    );
    const failures: string[] = [];
    const queue = left.values();
    const worker = async (): Promise<void> => {
      for (const { resource, ref } of queue) {
        try {
          await this.#context.objects.delete(resource, ref, { propagationPolicy: 'Background' });
        } catch (error) {
          failures.push(`${nameOf(resource)} ${ref.name}: ${error instanceof Error ? error.message : String(error)}`);
        }
      }
    };
    await Promise.all(Array.from({ length: Math.min(PARALLEL, left.length) }, worker));
    return failures;
  }

  /** Parses only objects that have finalizers. */
  #remains(name: string): Omit<Remains, 'failures'> {
    const counts = new Map<string, number>();
    const finalizers = new Map<string, number>();
    for (const { resource, objects } of this.#content(name)) {
      counts.set(nameOf(resource), objects.length);
      for (const { object } of objects.filter((one) => one.mentions(FINALIZERS))) {
        for (const finalizer of object.metadata.finalizers ?? []) {
          finalizers.set(finalizer, (finalizers.get(finalizer) ?? 0) + 1);
        }
      }
    }
    return { counts, finalizers };
  }
}

/** Parses only what may be: any text in an object may look like the field. */
function isBeingDeleted(sighting: Sighting): boolean {
  return sighting.mentions(DELETION) && sighting.object.metadata.deletionTimestamp !== undefined;
}

/** "pods", "virtualmachines.kubevirt.io": as kube-controller-manager names resources here, with a dot after those of the core. */
function nameOf({ group, plural }: ServedResource): string {
  return `${plural}.${group}`;
}

function contentFinalizers(object: KubeObject): readonly string[] {
  return (object as Namespace).spec?.finalizers ?? [];
}

function withoutContent(object: KubeObject, uid: string): Namespace | undefined {
  if (object.metadata.uid !== uid) return undefined;
  const { spec: { finalizers: _, ...spec } = {}, ...namespace } = object as Namespace;
  const left = contentFinalizers(object).filter((finalizer) => finalizer !== CONTENT);
  return { ...namespace, spec: left.length === 0 ? spec : { ...spec, finalizers: left } };
}

function withConditions(object: KubeObject, uid: string, remains: Remains, now: string): Namespace | undefined {
  if (object.metadata.uid !== uid) return undefined;
  const namespace = object as Namespace;
  const before = namespace.status?.conditions ?? [];
  const conditions = namespaceConditions(before, remains, now);
  if (JSON.stringify(before) === JSON.stringify(conditions)) return undefined;
  return { ...namespace, status: { ...namespace.status, phase: 'Terminating', conditions } };
}
