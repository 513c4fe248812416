import { createHash } from 'node:crypto';
import {
  type ClusterRole,
  type ClusterRoleBinding,
  type ClusterRoleTemplateBinding,
  clusterRoleBindings,
  clusterRoles,
  type GlobalRoleBinding,
  hasReason,
  type Kind,
  type KubeObject,
  type RoleTemplate,
  type Stored,
} from '@drover/api';
import type { Client } from '@drover/client';
import { createOrUpdate } from '@drover/controller';
import { BINDING_OWNER, GLOBAL_ADMIN, ROLE_OWNER } from '../proxy/downstream-traces.js';
import { roleClosure } from './role-closure.js';
import { clusterRoleRef, type Subject, subjectOf } from './subject.js';

/** What follows, in one cluster, from the bindings here. */
export interface DerivedRbac {
  readonly roles: readonly ClusterRole[];
  readonly bindings: readonly ClusterRoleBinding[];
}

/**
 * The roles and bindings a cluster is to have: administrators of this server are its administrators, and each member of the
 * cluster has the roles of its template, under the names Rancher gives them.
 */
export function deriveRbac(facts: {
  readonly globalRoleBindings: readonly Stored<GlobalRoleBinding>[];
  readonly clusterBindings: readonly Stored<ClusterRoleTemplateBinding>[];
  readonly findTemplate: (name: string) => RoleTemplate | undefined;
}): DerivedRbac {
  const roles = new Map<string, ClusterRole>();
  const bindings = new Map<string, ClusterRoleBinding>();
  for (const { globalRoleName, ...binding } of facts.globalRoleBindings) {
    const subject = subjectOf(binding);
    if (globalRoleName !== 'admin' || subject === undefined) continue;
    const name = `globaladmin-${subject.kind === 'User' ? subject.name : hash(subject.name)}`;
    bindings.set(name, bindingOf(name, { [GLOBAL_ADMIN]: 'true' }, 'cluster-admin', subject));
  }
  for (const binding of facts.clusterBindings) {
    const subject = subjectOf(binding);
    if (subject === undefined) continue;
    for (const { name: role, rules } of roleClosure(binding.roleTemplateName, facts.findTemplate)) {
      if (rules !== undefined) roles.set(role, roleOf(role, rules));
      const name = `crb-${hash(`ClusterRole${role}${subject.kind}${subject.name}`)}`;
      const owner = `${binding.metadata.namespace}_${binding.metadata.name}`;
      bindings.set(name, bindingOf(name, { [BINDING_OWNER]: owner.length > 63 ? hash(owner) : owner }, role, subject));
    }
  }
  return { roles: [...roles.values()], bindings: [...bindings.values()] };
}

/** Makes what this server derived in a cluster be `wanted`: adds what is missing, corrects what differs, removes what is left over. */
export async function applyRbac(client: Client, wanted: DerivedRbac): Promise<void> {
  for (const role of wanted.roles) {
    await createOrUpdate(client, clusterRoles, role, (live) => {
      live.metadata.labels = { ...live.metadata.labels, ...role.metadata.labels };
      live.rules = role.rules ?? [];
    });
  }
  for (const binding of wanted.bindings) {
    await createOrUpdate(client, clusterRoleBindings, binding, (live) => {
      live.metadata.labels = { ...live.metadata.labels, ...binding.metadata.labels };
      live.subjects = binding.subjects ?? [];
    });
  }
  await removeOthers(client, clusterRoleBindings, [BINDING_OWNER, GLOBAL_ADMIN], wanted.bindings);
  await removeOthers(client, clusterRoles, [ROLE_OWNER], wanted.roles);
}

async function removeOthers<T extends KubeObject>(
  client: Client,
  kind: Kind<T>,
  labels: readonly string[],
  wanted: readonly KubeObject[],
): Promise<void> {
  const names = new Set(wanted.map(({ metadata }) => metadata.name));
  for (const labelSelector of labels) {
    const { items } = await client.list(kind, { labelSelector });
    for (const { metadata } of items.filter((item) => !names.has(item.metadata.name))) {
      await client.delete(kind, { name: metadata.name }).catch((error: unknown) => {
        if (!hasReason(error, 'NotFound')) throw error;
      });
    }
  }
}

const CREATOR = { 'cattle.io/creator': 'norman' };

function roleOf(name: string, rules: NonNullable<ClusterRole['rules']>): ClusterRole {
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name, labels: { [ROLE_OWNER]: name, ...CREATOR } },
    rules,
  };
}

function bindingOf(name: string, labels: Record<string, string>, role: string, subject: Subject): ClusterRoleBinding {
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name, labels: { ...labels, ...CREATOR } },
    roleRef: clusterRoleRef(role),
    subjects: [subject],
  };
}

/** The first ten characters of the lower-case base32 (RFC 4648) of the sha256, as in Rancher's names. */
function hash(text: string): string {
  const bytes = createHash('sha256').update(text).digest();
  let bits = '';
  for (const byte of bytes.subarray(0, 7)) bits += byte.toString(2).padStart(8, '0');
  let name = '';
  for (let at = 0; at < 50; at += 5)
    name += 'abcdefghijklmnopqrstuvwxyz234567'[Number.parseInt(bits.slice(at, at + 5), 2)];
  return name;
}
