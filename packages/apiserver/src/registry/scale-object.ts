import { ApiError, type JsonObject, type KubeObject } from '@drover/api';
import { at, type ScaleDefinition } from '../catalog/definition.js';

/** `apiVersion` of a Scale. */
export const SCALE = 'autoscaling/v1';

/** The Scale of an object that says where it keeps its number of replicas. */
export function scaleOf(object: KubeObject, { specReplicas, statusReplicas, selector }: ScaleDefinition): KubeObject {
  const { name = '', namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const count = (path: readonly string[]): number => {
    const value = at(object, path);
    if (value === undefined) return 0;
    if (typeof value !== 'number') throw new ApiError('InternalError', `${path.join('.')} is not a number`);
    return value;
  };
  const metadata = { name, namespace, uid, resourceVersion, creationTimestamp };
  const text = selector(object);
  return encodedScale({
    kind: 'Scale',
    apiVersion: SCALE,
    metadata: JSON.parse(JSON.stringify(metadata)) as KubeObject['metadata'],
    spec: { replicas: count(specReplicas) },
    status: { replicas: count(statusReplicas), ...(text === '' ? {} : { selector: text }) },
  } as KubeObject);
}

/** A Scale in the form in which Kubernetes has it: it says nothing of zero replicas that are wanted. */
export function encodedScale(scale: KubeObject): KubeObject {
  const { spec } = scale as { spec?: JsonObject };
  if (spec?.['replicas'] !== 0) return scale;
  const { replicas: _zero, ...others } = spec;
  return { ...scale, spec: others } as KubeObject;
}

/** Puts a number of replicas where an object keeps it. */
export function setReplicas(object: KubeObject, path: readonly string[], replicas: number): void {
  let here: Record<string, unknown> = object;
  for (const field of path.slice(0, -1)) {
    here[field] ??= {};
    here = here[field] as Record<string, unknown>;
  }
  here[path.at(-1) as string] = replicas;
}
