import type { KubeObject } from '@drover/api';
import type { AdmissionRequest } from './admission.js';
import { type WriteContext, warnIn } from './core.js';

/** Options are of the kind of the operation: a patch is an update, or makes an object. */
const OPTIONS = { CREATE: 'Create', UPDATE: 'Update', DELETE: 'Delete' } as const;

/** A write as the admission steps see it. */
export function admissionRequest(
  context: WriteContext,
  operation: keyof typeof OPTIONS,
  name: string,
  states: { readonly object?: KubeObject; readonly old?: KubeObject },
): AdmissionRequest {
  const { served, namespace, identity, dryRun, part, options, warnings } = context;
  const { group, plural } = served.definition;
  const { force: _apply, ...told } = options;
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
    options: { ...told, kind: `${OPTIONS[operation]}Options`, apiVersion: 'meta.k8s.io/v1' },
    warn: warnIn(warnings),
    annotate: (key, value) => context.annotate(key, value),
  };
}
