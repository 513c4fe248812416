import type { Identity, KubeObject } from '@drover/api';
import { type Core, warnIn } from '../registry/core.js';
import type { ResourceTarget } from '../request/target.js';
import type { Review } from './review.js';

/** Who asks what, and where what admission has to say goes. */
interface Asking {
  readonly core: Core;
  readonly target: ResourceTarget;
  readonly identity: Identity;
  readonly warnings: string[];
  readonly annotate: ((key: string, value: string) => void) | undefined;
}

/**
 * A question that is a subresource of a stored kind, as webhooks and policies leave it. Others are about no kind that their rules
 * could name.
 *
 * @throws ApiError when one refuses it.
 */
export async function admittedQuestion(
  { documents, kind, ofGroup, ofVersion }: Review,
  document: KubeObject,
  { core, target, identity, warnings, annotate }: Asking,
): Promise<KubeObject> {
  const { group, version, resource, subresource, namespace, name = '' } = target;
  const served = core.catalog.served(group, version, resource);
  if (served === undefined || subresource === undefined) return document;
  const { group: documentGroup, version: documentVersion } = documents ?? { group: ofGroup, version: ofVersion };
  const admitted = await core.admission.question({
    operation: 'CREATE',
    group,
    resource,
    subresource,
    ...(namespace === undefined ? {} : { namespace }),
    name,
    object: document,
    identity,
    dryRun: false,
    served,
    document: { group: documentGroup, version: documentVersion, kind },
    options: { kind: 'CreateOptions', apiVersion: 'meta.k8s.io/v1' },
    warn: warnIn(warnings),
    annotate: (key, value) => annotate?.(key, value),
  });
  return admitted ?? document;
}
