import { isDeepStrictEqual } from 'node:util';
import { uncovered } from '@drover/api';
import { defaultRbac } from '@drover/api/schemas';
import type { ClusterRole, ClusterRoleBinding, Subject } from '@drover/api/types/rbac-v1';
import type { Objects } from '../controllers/controller.js';
import { ensure } from './ensure.js';

const GROUP = 'rbac.authorization.k8s.io';
/** Set to "false" by an administrator who wants a default role or binding left alone. */
const AUTOUPDATE = 'rbac.authorization.kubernetes.io/autoupdate';
const PLURALS: Readonly<Record<string, string>> = {
  ClusterRole: 'clusterroles',
  ClusterRoleBinding: 'clusterrolebindings',
  Role: 'roles',
  RoleBinding: 'rolebindings',
};

type Default = ReturnType<typeof defaultRbac>[number];

/**
 * Makes the default roles and bindings where they are missing, and adds to those that are there what they lack: rules, subjects,
 * labels, selectors of aggregation. Nothing is taken away, but a binding to another role, which is made anew.
 */
export async function reconcileDefaultRbac(objects: Objects): Promise<void> {
  await Promise.all(defaultRbac().map((wanted) => reconcile(objects, wanted)));
}

async function reconcile(objects: Objects, wanted: Default): Promise<void> {
  const resource = { group: GROUP, plural: PLURALS[wanted.kind] ?? '' };
  const { name = '', namespace } = wanted.metadata;
  const ref = { name, namespace };
  const present = objects.get(resource, ref);
  if (present === undefined) return ensure(objects, resource, wanted);
  if (present.metadata.annotations?.[AUTOUPDATE] === 'false') return;
  if (isBinding(wanted)) {
    const { roleRef } = present as ClusterRoleBinding & typeof present;
    if (isDeepStrictEqual(roleRef, wanted.roleRef)) {
      await objects.update(resource, ref, (current) => withSubjects(current as ClusterRoleBinding, wanted));
      return;
    }
    await objects.delete(resource, ref, { uid: present.metadata.uid });
    return ensure(objects, resource, wanted);
  }
  await objects.update(resource, ref, (current) => withRules(current as ClusterRole, wanted as ClusterRole));
}

const isBinding = (wanted: Default): wanted is Default & ClusterRoleBinding => 'roleRef' in wanted;

function withRules(role: ClusterRole, wanted: ClusterRole): ClusterRole | undefined {
  const metadata = withMarks(role.metadata, wanted.metadata);
  // The rules of one that aggregates are the controller's to write.
  const rules = wanted.aggregationRule === undefined ? uncovered(role.rules ?? [], wanted.rules ?? []) : [];
  const before = role.aggregationRule?.clusterRoleSelectors ?? [];
  const selectors = (wanted.aggregationRule?.clusterRoleSelectors ?? []).filter(
    (selector) => !before.some((known) => isDeepStrictEqual(known, selector)),
  );
  if (metadata === role.metadata && rules.length === 0 && selectors.length === 0) return undefined;
  return {
    ...role,
    metadata,
    rules: [...(role.rules ?? []), ...rules],
    ...(selectors.length === 0 ? {} : { aggregationRule: { clusterRoleSelectors: [...before, ...selectors] } }),
  };
}

function withSubjects(binding: ClusterRoleBinding, wanted: ClusterRoleBinding): ClusterRoleBinding | undefined {
  const metadata = withMarks(binding.metadata, wanted.metadata);
  const key = ({ kind, name, namespace = '' }: Subject): string => `${kind}/${namespace}/${name}`;
  const known = new Set((binding.subjects ?? []).map(key));
  const missing = (wanted.subjects ?? []).filter((subject) => !known.has(key(subject)));
  if (metadata === binding.metadata && missing.length === 0) return undefined;
  return { ...binding, metadata, subjects: [...(binding.subjects ?? []), ...missing] };
}

/** With the labels and annotations it should have; what is said otherwise stays. The same value when there is nothing to add. */
function withMarks(
  present: ClusterRole['metadata'] = {},
  wanted: ClusterRole['metadata'] = {},
): ClusterRole['metadata'] {
  const labels = { ...wanted.labels, ...present.labels };
  const annotations = { ...wanted.annotations, ...present.annotations };
  const same = isDeepStrictEqual([labels, annotations], [present.labels ?? {}, present.annotations ?? {}]);
  return same ? present : { ...present, labels, annotations };
}
