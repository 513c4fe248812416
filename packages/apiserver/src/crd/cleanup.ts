import type { CustomResourceDefinition } from '@drover/api/types/apiextensions-v1';
import type { Controller, GroupResource, ObjectEvent, Objects, Sighting } from '../controllers/controller.js';
import { ReconcileLoop } from '../controllers/reconcile-loop.js';
import { fieldMark } from '../storage/rendering.js';
import { CLEANUP_FINALIZER } from '../strategies/custom-resource-definition.js';
import { lacksNames } from './definition-status.js';

const DEFINITIONS: GroupResource = { group: 'apiextensions.k8s.io', plural: 'customresourcedefinitions' };
const DELETION = fieldMark('deletionTimestamp');
/** Deletions on their way at the same time: they share the disk's syncs. */
const PARALLEL = 32;

/**
 * Empties the kinds whose definitions are deleted, and lets a definition go when its last object has. A definition that
 * lacks names tries for them again when another of its group has changed or gone.
 */
export const definitionCleanup: Controller = (context) => {
  const { objects } = context;
  const stop = new AbortController();
  const draining = new Map<string, AbortController>();
  const loop = new ReconcileLoop({
    ...context,
    name: 'definition-cleanup',
    reconcile: (name) => settle(objects, name),
  });

  const follow = (definition: CustomResourceDefinition): void => {
    const { name = '', deletionTimestamp, finalizers = [] } = definition.metadata;
    if (deletionTimestamp === undefined || !finalizers.includes(CLEANUP_FINALIZER) || draining.has(name)) return;
    const ended = new AbortController();
    draining.set(name, ended);
    const onInstances = (events: readonly Sighting[]): void => {
      if (events.some(({ type }) => type !== 'MODIFIED')) loop.add(name);
    };
    void objects.follow(resourceOf(definition), onInstances, ended.signal);
    loop.add(name);
  };
  const onDefinitions = (events: readonly ObjectEvent[]): void => {
    for (const { type, object } of events) {
      for (const name of lacking(objects, object as CustomResourceDefinition)) loop.add(name);
      if (type !== 'DELETED') {
        follow(object as CustomResourceDefinition);
        continue;
      }
      draining.get(object.metadata.name)?.abort();
      draining.delete(object.metadata.name);
    }
  };
  objects.watch(DEFINITIONS, onDefinitions, stop.signal);
  return {
    async [Symbol.asyncDispose]() {
      stop.abort();
      for (const ended of draining.values()) ended.abort();
      await loop[Symbol.asyncDispose]();
    },
  };
};

/** The other definitions of a group that are still without some of their names. */
function lacking(objects: Objects, { metadata, spec }: CustomResourceDefinition): string[] {
  return (objects.list(DEFINITIONS) as readonly CustomResourceDefinition[])
    .filter((other) => other.spec.group === spec.group && other.metadata.name !== metadata.name && lacksNames(other))
    .map((other) => other.metadata.name ?? '');
}

async function settle(objects: Objects, name: string): Promise<void> {
  const definition = objects.get(DEFINITIONS, { name }) as CustomResourceDefinition | undefined;
  if (definition === undefined) return;
  if (definition.metadata.deletionTimestamp !== undefined) await drain(objects, name, definition);
  // The definition's own strategy gives it what names there are.
  else if (lacksNames(definition)) await objects.update(DEFINITIONS, { name }, (current) => current);
}

/** There may be very many instances: each is parsed when its turn comes. */
async function drain(objects: Objects, name: string, definition: CustomResourceDefinition): Promise<void> {
  const resource = resourceOf(definition);
  const remaining = objects.sight(resource);
  if (remaining.length === 0) {
    await objects.update(DEFINITIONS, { name }, (current) => {
      const finalizers = (current.metadata.finalizers ?? []).filter((finalizer) => finalizer !== CLEANUP_FINALIZER);
      return { ...current, metadata: { ...current.metadata, finalizers } };
    });
    return;
  }
  const queue = remaining.values();
  const worker = async (): Promise<void> => {
    for (const instance of queue) {
      if (isLeaving(instance)) continue;
      await objects.delete(resource, instance.ref, { uid: instance.object.metadata.uid });
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, worker));
}

function isLeaving(instance: Sighting): boolean {
  return instance.mentions(DELETION) && instance.object.metadata.deletionTimestamp !== undefined;
}

function resourceOf({ spec }: CustomResourceDefinition): GroupResource {
  return { group: spec.group, plural: spec.names.plural };
}
