import type { ClusterRoleBinding, OutsideBinding, OutsideBindings, RoleBinding, Stored, WhySubject } from '@drover/api';
import { type RbacInformers, roleOf } from '../rbac/rbac-informers.js';

type Binding = Stored<ClusterRoleBinding> | Stored<RoleBinding>;

/** Labels of what Kubernetes makes itself, and of what a Rancher or Drover server makes beside rights: agents, impersonation accounts. */
const NOBODY_ELSES = ['kubernetes.io/bootstrapping', 'drover.io/server'];
/** What an import manifest brings: by these this server reaches the cluster. */
const IMPORTED = ['cattle-admin-binding', 'proxy-role-binding-kubernetes-master'];
const MAX_SUBJECTS = 20;
const MAX_RULES = 50;

/** The largest page, and the one somebody gets who does not say how large. */
export const MAX_PAGE = 500;
export const DEFAULT_PAGE = 100;

/**
 * The bindings of a cluster that neither this server nor Kubernetes made, with what they give: in the order of their names, those of the
 * whole cluster first. `isOurs` tells those that follow from bindings here.
 */
export function outsideBindings(
  rbac: RbacInformers,
  isOurs: (binding: Binding) => boolean,
  page: { readonly limit: number; readonly after?: string },
): OutsideBindings {
  const all = [...rbac.clusterRoleBindings.list(), ...rbac.roleBindings.list()].filter(
    (binding) => !isOurs(binding) && !isNobodyElses(binding),
  );
  const ordered = all.map((binding) => ({ key: keyOf(binding), binding })).sort((a, b) => (a.key < b.key ? -1 : 1));
  const { after } = page;
  const left = after === undefined ? ordered : ordered.filter(({ key }) => key > after);
  const shown = left.slice(0, page.limit);
  const last = shown.at(-1);
  return {
    type: 'collection',
    count: all.length,
    data: shown.map(({ binding }) => described(rbac, binding)),
    ...(last === undefined || left.length === shown.length ? {} : { continue: last.key }),
  };
}

/** Whatever is only there so that a cluster, or our way into it, works at all. */
const isNobodyElses = ({ kind, metadata: { name, labels = {} } }: Binding): boolean =>
  NOBODY_ELSES.some((label) => labels[label] !== undefined) ||
  (kind === 'ClusterRoleBinding' && IMPORTED.includes(name));

const keyOf = ({ metadata: { namespace = '', name } }: Binding): string => `${namespace}/${name}`;

function described(rbac: RbacInformers, binding: Binding): OutsideBinding {
  const { namespace, name, creationTimestamp } = binding.metadata;
  const { subjects = [], roleRef } = binding;
  const rules = roleOf(rbac, binding)?.rules ?? [];
  return {
    kind: binding.kind,
    ...(namespace === undefined ? {} : { namespace }),
    name,
    created: creationTimestamp,
    role: { kind: roleRef.kind, name: roleRef.name },
    subjects: subjects.slice(0, MAX_SUBJECTS).map(
      (subject): WhySubject => ({
        kind: subject.kind,
        ...(subject.namespace === undefined ? {} : { namespace: subject.namespace }),
        name: subject.name,
      }),
    ),
    subjectCount: subjects.length,
    rules: rules.slice(0, MAX_RULES),
    ruleCount: rules.length,
  };
}
