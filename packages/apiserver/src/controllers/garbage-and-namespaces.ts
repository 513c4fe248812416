import type { Controller } from './controller.js';
import { GarbageCollector } from './garbage-collector.js';
import { NamespaceLifecycle } from './namespace-lifecycle.js';
import { ObjectFeed } from './object-feed.js';

/** The controllers whose subject is any object: garbage collection and the end of namespaces. They share one feed. */
export const garbageAndNamespaces: Controller = (context) => {
  const listeners = [new GarbageCollector(context), new NamespaceLifecycle(context)];
  const feed = new ObjectFeed(context.objects, context.catalog, listeners);
  return {
    async [Symbol.asyncDispose]() {
      feed[Symbol.dispose]();
      for (const listener of listeners) await listener[Symbol.asyncDispose]();
    },
  };
};
