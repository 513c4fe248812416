import type { JsonObject, KubeObject } from '@drover/api';
import type { AdmissionRequest } from './admission.js';
import { type WriteContext, warnIn } from './core.js';

/** Options are of the kind of the operation: a patch is an update, or makes an object. */
const OPTIONS = { CREATE: 'CreateOptions', UPDATE: 'UpdateOptions', DELETE: 'DeleteOptions' } as const;

/** A write as the admission steps see it. */
export function admissionRequest(
  context: WriteContext,
  operation: keyof typeof OPTIONS,
  name: string,
  states: { readonly object?: KubeObject; readonly old?: KubeObject },
): AdmissionRequest {
  const { served, namespace, identity, dryRun, part, options, warnings } = context;
  const { group, plural } = served.definition;
  return {
    operation,
    group,
    resource: plural,
    subresource: part === 'main' ? undefined : part,
    namespace,
    name,
    ...states,
    identity,
    dryRun,
    served,
    options: { ...unforced(options), kind: OPTIONS[operation], apiVersion: 'meta.k8s.io/v1' },
    warn: warnIn(warnings),
    annotate: (key, value) => context.annotate(key, value),
  };
}

/** Only an apply is forced, and it is shown as the create or update that it comes to. */
function unforced(options: JsonObject): JsonObject {
  if (!('force' in options)) return options;
  const { force: _apply, ...told } = options;
  return told;
}
