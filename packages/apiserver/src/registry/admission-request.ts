import type { KubeObject } from '@drover/api';
import type { AdmissionRequest } from './admission.js';
import { type WriteContext, warnIn } from './core.js';

/** A write as the admission steps see it. */
export function admissionRequest(
  context: WriteContext,
  operation: AdmissionRequest['operation'],
  name: string,
  states: { readonly object?: KubeObject; readonly old?: KubeObject },
): AdmissionRequest {
  const { served, namespace, identity, dryRun, part, options, warnings } = context;
  const { group, plural } = served.definition;
  return {
    operation,
    group,
    resource: plural,
    ...(part === 'main' ? {} : { subresource: part }),
    ...(namespace === undefined ? {} : { namespace }),
    name,
    ...states,
    identity,
    dryRun,
    served,
    options,
    warn: warnIn(warnings),
    annotate: (key, value) => context.annotate(key, value),
  };
}
