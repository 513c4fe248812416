import { ensure } from '../bootstrap/ensure.js';
import { SYSTEM_NAMESPACES } from '../strategies/namespace.js';
import type { Controller } from './controller.js';
import { ReconcileLoop } from './reconcile-loop.js';

const NAMESPACES = { group: '', plural: 'namespaces' };

/** Makes the namespaces that the cluster itself lives in again when one was deleted. */
export const systemNamespaces: Controller = (context) => {
  const stop = new AbortController();
  const loop = new ReconcileLoop({
    ...context,
    name: 'system-namespaces',
    reconcile: (name) =>
      ensure(context.objects, NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } }),
  });
  context.objects.follow(
    NAMESPACES,
    (sightings) => {
      for (const { type, ref } of sightings) {
        if (type === 'DELETED' && SYSTEM_NAMESPACES.includes(ref.name)) loop.add(ref.name);
      }
    },
    stop.signal,
  );
  return {
    async [Symbol.asyncDispose]() {
      stop.abort();
      await loop[Symbol.asyncDispose]();
    },
  };
};
