import type { KubeObject } from '@drover/api';
import { at, type ScaleDefinition } from '../catalog/definition.js';
import type { AdmissionRequest } from '../registry/admission.js';
import { scaleOf, setReplicas } from '../registry/scale-object.js';

/** A write of `scale` as webhooks and policies see it: about the Scale, not about the object that is scaled. */
export function scaleRequest(request: AdmissionRequest, definition: ScaleDefinition): AdmissionRequest {
  const { object, old } = request;
  return {
    ...request,
    document: { group: 'autoscaling', version: 'v1', kind: 'Scale' },
    ...(object === undefined ? {} : { object: scaleOf(object, definition) }),
    ...(old === undefined ? {} : { old: scaleOf(old, definition) }),
  };
}

/** The scaled object with the replicas of its Scale as webhooks left it. */
export function withScale(
  object: KubeObject | undefined,
  scale: KubeObject | undefined,
  definition: ScaleDefinition,
): KubeObject | undefined {
  const replicas = at(scale, ['spec', 'replicas']);
  if (object === undefined || typeof replicas !== 'number') return object;
  if (at(object, definition.specReplicas) === replicas) return object;
  const changed = structuredClone(object);
  setReplicas(changed, definition.specReplicas, replicas);
  return changed;
}
