import { apiVersion, type Kind, type KubeObject, type OwnerReference, type Stored } from '@drover/api';

/**
 * The reference that makes `owner` an owner: deleting it deletes what carries the reference. `controller` (default true) marks
 * the one owner that manages the object.
 */
export function ownerReference<T extends KubeObject>(
  kind: Kind<T>,
  owner: Stored<T>,
  { controller = true }: { readonly controller?: boolean } = {},
): OwnerReference {
  const { name, uid } = owner.metadata;
  return {
    apiVersion: apiVersion(kind),
    kind: kind.kind,
    name,
    uid,
    ...(controller ? { controller: true, blockOwnerDeletion: true } : {}),
  };
}

/** The owner that manages `object`, if any. */
export function controllerOf(object: KubeObject): OwnerReference | undefined {
  return object.metadata.ownerReferences?.find(({ controller }) => controller === true);
}

/** Whether `owner` is among the owners of `object`. */
export function isOwnedBy(object: KubeObject, owner: Stored<KubeObject>): boolean {
  return object.metadata.ownerReferences?.some(({ uid }) => uid === owner.metadata.uid) ?? false;
}
