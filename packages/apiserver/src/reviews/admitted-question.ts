import type { Identity, KubeObject } from '@drover/api';
import { questionKind } from '../catalog/builtin.js';
import { type Core, warnIn } from '../registry/core.js';
import type { ResourceTarget } from '../request/target.js';
import { writeOptions } from '../request/write-options.js';
import type { Question } from './review.js';

/** Who asks what, and where what admission has to say goes. */
interface Asking {
  readonly core: Core;
  readonly target: ResourceTarget;
  readonly query: URLSearchParams;
  readonly identity: Identity;
  readonly warnings: string[];
  readonly annotate: ((key: string, value: string) => void) | undefined;
}

/**
 * A question, or an order, as webhooks and policies leave it.
 *
 * @throws ApiError when one refuses it, or when a parameter of the request is wrong.
 */
export async function admittedQuestion(
  { documents, kind }: Question,
  document: KubeObject,
  { core, target, query, identity, warnings, annotate }: Asking,
): Promise<KubeObject> {
  const { group, version, resource, subresource, namespace, name = '' } = target;
  const { dryRun, fieldManager } = writeOptions(query, 'create');
  const served =
    subresource === undefined ? questionKind(group, version, resource) : core.catalog.served(group, version, resource);
  if (served === undefined) return document;
  const admitted = await core.admission.question({
    operation: 'CREATE',
    group,
    resource,
    ...(subresource === undefined ? {} : { subresource }),
    ...(namespace === undefined ? {} : { namespace }),
    name,
    object: document,
    identity,
    dryRun,
    served,
    ...(documents === undefined ? {} : { document: { ...documents, kind } }),
    options: {
      kind: 'CreateOptions',
      apiVersion: 'meta.k8s.io/v1',
      ...(fieldManager === undefined ? {} : { fieldManager }),
      ...(dryRun ? { dryRun: ['All'] } : {}),
    },
    warn: warnIn(warnings),
    annotate: (key, value) => annotate?.(key, value),
  });
  return admitted ?? document;
}
