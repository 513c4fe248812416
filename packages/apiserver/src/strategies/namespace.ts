import { ApiError, dnsLabel, invalidTyped, type KubeObject, qualifiedName, type StatusCause } from '@drover/api';
import type { Strategy } from '../catalog/strategy.js';
import { absent, inner, loose, made } from './absent.js';
import { plain } from './plain.js';

/** Namespaces that the cluster itself lives in, and that it has again when they went. */
export const SYSTEM_NAMESPACES: readonly string[] = ['default', 'kube-system', 'kube-public', 'kube-node-lease'];
/** Those that nobody may delete. */
const IMMORTAL = new Set(['default', 'kube-system', 'kube-public']);
/** Finalizers without a domain that are Kubernetes' own. */
const STANDARD_FINALIZERS = ['kubernetes', 'orphan', 'foregroundDeletion'];
/** By this label, selectors of namespaces name one. */
const NAME_LABEL = 'kubernetes.io/metadata.name';

/** Namespaces empty themselves before they go: `spec.finalizers` holds them until whoever empties them is done. */
export const namespace: Strategy = {
  ...plain,
  nameRule: dnsLabel,
  fill: labelName,
  prepareForCreate: (object) => {
    // A generated name was not there before.
    labelName(object);
    const fields = loose(object);
    const spec = made(fields, 'spec');
    const finalizers = Array.isArray(spec?.['finalizers']) ? spec['finalizers'] : [];
    if (spec !== undefined && !finalizers.includes('kubernetes')) spec['finalizers'] = [...finalizers, 'kubernetes'];
    fields['status'] = { phase: 'Active' };
  },
  prepareForUpdate: (object, old, part) => {
    const fields = loose(object);
    const finalizers = inner(loose(old), 'spec')?.['finalizers'];
    const spec = made(fields, 'spec');
    if (part !== 'finalize' && spec !== undefined) {
      if (finalizers === undefined) delete spec['finalizers'];
      else spec['finalizers'] = finalizers;
    }
    if (part === 'main') absent(fields, 'status', { phase: 'Active' });
  },
  validate: (object) => {
    const finalizers = inner(loose(object), 'spec')?.['finalizers'];
    return Array.isArray(finalizers) ? finalizers.flatMap((finalizer) => finalizerCauses(String(finalizer))) : [];
  },
  markDeleted: (object) => {
    delete object.metadata.deletionGracePeriodSeconds;
    const fields = loose(object);
    fields['status'] = { ...inner(fields, 'status'), phase: 'Terminating' };
  },
  heldBack: (object) => {
    const finalizers = inner(loose(object), 'spec')?.['finalizers'];
    return Array.isArray(finalizers) && finalizers.length > 0;
  },
  authorizeDelete: ({ metadata: { name = '' } }: KubeObject) => {
    if (!IMMORTAL.has(name)) return;
    throw new ApiError('Forbidden', `namespaces "${name}" is forbidden: this namespace may not be deleted`, {
      name,
      kind: 'namespaces',
    });
  },
};

function labelName({ metadata }: KubeObject): void {
  const { name = '' } = metadata;
  if (name !== '') metadata.labels = { ...metadata.labels, [NAME_LABEL]: name };
}

function finalizerCauses(finalizer: string): StatusCause[] {
  const field = 'spec.finalizers';
  const wrong = qualifiedName(finalizer);
  if (wrong !== undefined) return [invalidTyped(field, finalizer, wrong)];
  if (finalizer.includes('/') || STANDARD_FINALIZERS.includes(finalizer)) return [];
  return [invalidTyped(field, finalizer, 'name is neither a standard finalizer name nor is it fully qualified')];
}
