import type { CustomResourceDefinition } from '@drover/api/types/apiextensions-v1';
import type { Controller, GroupResource, ObjectEvent, Objects } from '../controllers/controller.js';
import { ReconcileLoop } from '../controllers/reconcile-loop.js';
import { CLEANUP_FINALIZER } from '../strategies/custom-resource-definition.js';

const DEFINITIONS: GroupResource = { group: 'apiextensions.k8s.io', plural: 'customresourcedefinitions' };
/** Deletions on their way at the same time: they share the disk's syncs. */
const PARALLEL = 32;

/** Empties the kinds whose definitions are deleted, and lets a definition go when its last object has. */
export const definitionCleanup: Controller = (context) => {
  const { objects } = context;
  const stop = new AbortController();
  const draining = new Map<string, AbortController>();
  const loop = new ReconcileLoop({ ...context, name: 'definition-cleanup', reconcile: (name) => drain(objects, name) });

  const follow = (definition: CustomResourceDefinition): void => {
    const { name = '', deletionTimestamp, finalizers = [] } = definition.metadata;
    if (deletionTimestamp === undefined || !finalizers.includes(CLEANUP_FINALIZER) || draining.has(name)) return;
    const ended = new AbortController();
    draining.set(name, ended);
    const onInstances = (events: readonly ObjectEvent[]): void => {
      if (events.some(({ type }) => type !== 'MODIFIED')) loop.add(name);
    };
    objects.watch(resourceOf(definition), onInstances, ended.signal);
    loop.add(name);
  };
  const onDefinitions = (events: readonly ObjectEvent[]): void => {
    for (const { type, object } of events) {
      if (type !== 'DELETED') {
        follow(object as unknown as CustomResourceDefinition);
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

async function drain(objects: Objects, name: string): Promise<void> {
  const definition = objects.get(DEFINITIONS, { name }) as CustomResourceDefinition | undefined;
  if (definition?.metadata.deletionTimestamp === undefined) return;
  const resource = resourceOf(definition);
  const remaining = objects.list(resource);
  if (remaining.length === 0) {
    await objects.update(DEFINITIONS, { name }, (current) => {
      const finalizers = (current.metadata.finalizers ?? []).filter((finalizer) => finalizer !== CLEANUP_FINALIZER);
      return { ...current, metadata: { ...current.metadata, finalizers } };
    });
    return;
  }
  const queue = remaining.filter(({ metadata }) => metadata.deletionTimestamp === undefined).values();
  const worker = async (): Promise<void> => {
    for (const { metadata } of queue) await objects.delete(resource, metadata, { uid: metadata.uid });
  };
  await Promise.all(Array.from({ length: PARALLEL }, worker));
}

function resourceOf({ spec }: CustomResourceDefinition): GroupResource {
  return { group: spec.group, plural: spec.names.plural };
}
