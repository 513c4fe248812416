import type { Controller } from './controller.js';
import { GarbageCollector } from './garbage-collector.js';
import { NamespaceLifecycle } from './namespace-lifecycle.js';
import { ObjectFeed } from './object-feed.js';
import { ResourceQuotaStatus } from './resource-quota.js';

/** The controllers whose subject is any object: garbage collection, the end of namespaces, quotas. They share one feed. */
export const ofAnyObject: Controller = (context) => {
  const listeners = [new GarbageCollector(context), new NamespaceLifecycle(context), new ResourceQuotaStatus(context)];
  const feed = new ObjectFeed(context.objects, context.catalog, listeners);
  return {
    async [Symbol.asyncDispose]() {
      feed[Symbol.dispose]();
      for (const listener of listeners) await listener[Symbol.asyncDispose]();
    },
  };
};
