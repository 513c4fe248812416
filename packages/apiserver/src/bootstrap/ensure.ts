import { hasReason, type KubeObject } from '@drover/api';
import type { GroupResource, Objects } from '../controllers/controller.js';

/** Makes an object where there is none. */
export async function ensure(objects: Objects, resource: GroupResource, wanted: KubeObject): Promise<void> {
  const { name = '', namespace } = wanted.metadata;
  if (objects.get(resource, { name, namespace }) !== undefined) return;
  try {
    await objects.create(resource, wanted);
  } catch (error) {
    if (!hasReason(error, 'AlreadyExists')) throw error;
  }
}
