import { type AdmissionReview, forbidden, type KubeObject, type Project, type StatusCause } from '@drover/api';
import { PROJECT_FINALIZER } from '../projects/project-controller.js';
import { isTrusted } from './caller-holdings.js';
import { withCreator } from './creator.js';
import { cause, nameToBe, refuse, validated } from './fields.js';
import { quotaFaults, withNotedUse } from './project-quota-rules.js';

const SYSTEM = 'authz.management.cattle.io/system-project';
/** Into the projects with these labels the server takes a cluster's own namespaces, and "default". */
const TAKES_NAMESPACES = [SYSTEM, 'authz.management.cattle.io/default-project'];
/** Short enough that the names of a project's roles and of its backing namespace are never cut. */
const NAME = /^p-[a-z0-9]([-a-z0-9]{0,36}[a-z0-9])?$/;

/**
 * Which projects there may be: in the namespace of their cluster, where they stay, with their maker noted. The project of the
 * cluster's own namespaces is deleted with the cluster alone.
 *
 * @throws ApiError Invalid, Forbidden.
 */
export function admitProject(review: AdmissionReview): KubeObject | undefined {
  const { operation, identity, name, group, resource } = review;
  const project = validated<Project>(review.object);
  const old = validated<Project>(review.old);
  if (operation === 'DELETE') {
    if (old?.metadata.labels?.[SYSTEM] === 'true' && identity.name !== 'system:apiserver' && !isTrusted(identity))
      throw forbidden({ group, plural: resource }, name, 'it holds the namespaces of the cluster itself');
    return undefined;
  }
  const cluster = project?.spec?.clusterName;
  refuse(review, 'Project', [
    ...(cluster === review.namespace
      ? []
      : [
          cause(
            'spec.clusterName',
            `must be "${review.namespace}", the namespace of the project, which is named after the cluster`,
          ),
        ]),
    ...((project?.spec?.displayName ?? '') === ''
      ? [cause('spec.displayName', 'a project needs a name that people see')]
      : []),
    ...quotaFaults(project, old),
    ...placeFaults(review, project, old),
    ...(isTrusted(identity) ? [] : serversOwn(review, project, old)),
  ]);
  const object = isTrusted(identity) ? undefined : withNotedUse(project, old);
  return withCreator(object === undefined ? review : { ...review, object }) ?? object;
}

/**
 * Where the members of a project are kept is also where they may read secrets, and what goes with the project: only this server says
 * that, and the kind has no subresource that would keep it from others.
 */
function placeFaults(
  { identity, namespace, name }: AdmissionReview,
  project: Project | undefined,
  old: Project | undefined,
): StatusCause[] {
  const [before, after] = [old, project].map((each) => each?.status?.backingNamespace || undefined);
  if (isTrusted(identity) || after === before || (before === undefined && after === `${namespace}-${name}`)) return [];
  return [cause('status.backingNamespace', 'is written by the server alone')];
}

/** What decides over namespaces that are not the project's, by its labels or by what its own are called; and that nothing of it is left behind. */
function serversOwn(
  { operation }: AdmissionReview,
  project: Project | undefined,
  old: Project | undefined,
): StatusCause[] {
  return [
    ...(operation === 'CREATE' && project !== undefined && !NAME.test(nameToBe(project))
      ? [
          cause(
            'metadata.name',
            'must be "p-" and at most 38 lower-case letters, digits and dashes: leave it to the server',
          ),
        ]
      : []),
    ...(old?.metadata.finalizers?.includes(PROJECT_FINALIZER) === true &&
    project?.metadata.finalizers?.includes(PROJECT_FINALIZER) !== true
      ? [
          cause(
            'metadata.finalizers',
            `"${PROJECT_FINALIZER}" is taken off by the server, when all of the project has gone`,
          ),
        ]
      : []),
    ...TAKES_NAMESPACES.filter((label) => project?.metadata.labels?.[label] !== old?.metadata.labels?.[label]).map(
      (label) => cause(`metadata.labels[${label}]`, 'is set by the server alone'),
    ),
  ];
}
