import type { KubeObject, ObjectMeta, Stored } from '@drover/api';

/** An object as a server would have stored it, of which only the name is said. */
export const stored = <T extends KubeObject>(
  object: T & { readonly metadata: ObjectMeta & { readonly name: string } },
): Stored<T> => ({
  ...object,
  metadata: {
    ...object.metadata,
    uid: object.metadata.name,
    resourceVersion: '1',
    creationTimestamp: '2026-01-01T00:00:00Z',
  },
});
