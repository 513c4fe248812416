import { isDeepStrictEqual } from 'node:util';
import {
  type ClusterRole,
  type ClusterRoleBinding,
  clusterRoleBindings,
  clusterRoles,
  hasReason,
  type Kind,
  type KubeObject,
  type Role,
  type RoleBinding,
  roleBindings,
  roles,
  type Stored,
} from '@drover/api';
import type { Client } from '@drover/client';
import { deleteIfPresent, updateWithRetry } from '@drover/controller';
import { type DerivedSet, RIGHTS_LABEL } from './derived-set.js';
import { GLOBAL_ROLE_OWNER } from './global-rights.js';
import type { Subject } from './subject.js';
import { ROLE_OWNER } from './template-roles.js';

/** The derived objects that a cluster has now: those with the label of this installation. */
export interface DerivedPresent {
  readonly clusterRoles: readonly Stored<ClusterRole>[];
  readonly clusterRoleBindings: readonly Stored<ClusterRoleBinding>[];
  readonly roles: readonly Stored<Role>[];
  readonly roleBindings: readonly Stored<RoleBinding>[];
}

/** How many objects were made, changed and removed to make the cluster be as wanted. */
export interface Applied {
  readonly created: number;
  readonly updated: number;
  readonly deleted: number;
}

/** Objects that are compared in one turn of the event loop. */
const A_TURN = 500;
/** Writes to one cluster at once. */
const AT_ONCE = 16;

type Write = (client: Client) => Promise<unknown>;

/** The writes that are missing, in the order that keeps the cluster safe. */
export interface DerivedChanges {
  /** What takes rights away. */
  readonly revoking: readonly Write[];
  /** Roles that are missing or differ: before the bindings that refer to them. */
  readonly roles: readonly Write[];
  readonly granting: readonly Write[];
  /** Roles nobody is bound to any more. */
  readonly leftOver: readonly Write[];
  readonly applied: Applied;
}

/** What is to be written so that `present` becomes `wanted`. Others have their turn in between: there may be many thousands. */
export async function changesTo(wanted: DerivedSet, present: DerivedPresent): Promise<DerivedChanges> {
  const ofClusterRoles = await compare(clusterRoles, wanted.clusterRoles.values(), present.clusterRoles, sameRole);
  const ofRoles = await compare(roles, wanted.roles, present.roles, sameRole);
  const bindings = [
    await compare(clusterRoleBindings, wanted.eachClusterRoleBinding(), present.clusterRoleBindings, sameBinding),
    await compare(roleBindings, wanted.eachRoleBinding(), present.roleBindings, sameBinding),
  ];
  const all = [ofClusterRoles, ofRoles, ...bindings];
  const sum = (part: 'create' | 'update' | 'remove'): number =>
    all.reduce((count, each) => count + each[part].length, 0);
  return {
    // A changed binding may have lost a subject, a changed role a rule.
    revoking: [
      ...bindings.flatMap(({ remove, update }) => [...remove, ...update]),
      ...ofClusterRoles.update,
      ...ofRoles.update,
    ],
    roles: [...ofClusterRoles.create, ...ofRoles.create],
    granting: bindings.flatMap(({ create }) => create),
    leftOver: [...ofClusterRoles.remove, ...ofRoles.remove],
    applied: { created: sum('create'), updated: sum('update'), deleted: sum('remove') },
  };
}

/** Does the writes; `revoked` is called when everything that takes rights away is done. Rejects with the first failure, after all were tried. */
export async function applyChanges(
  client: Client,
  changes: DerivedChanges,
  revoked: () => void = () => {},
): Promise<void> {
  const failures: unknown[] = [];
  await inParallel(changes.revoking, client, failures);
  if (failures.length === 0) revoked();
  await inParallel(changes.roles, client, failures);
  await inParallel(changes.granting, client, failures);
  await inParallel(changes.leftOver, client, failures);
  if (failures.length > 0) throw failures[0];
}

async function inParallel(writes: readonly Write[], client: Client, failures: unknown[]): Promise<void> {
  const left = writes[Symbol.iterator]();
  const worker = async (): Promise<void> => {
    for (let next = left.next(); !next.done; next = left.next()) {
      await next.value(client).catch((error: unknown) => failures.push(error));
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, writes.length) }, worker));
}

interface Comparison {
  readonly create: readonly Write[];
  readonly update: readonly Write[];
  readonly remove: readonly Write[];
}

async function compare<T extends KubeObject>(
  kind: Kind<T>,
  wanted: Iterable<T>,
  present: readonly Stored<T>[],
  same: (live: T, wanted: T) => boolean,
): Promise<Comparison> {
  const key = ({ metadata }: T): string => `${metadata.namespace ?? ''}/${metadata.name}`;
  const byKey = new Map(present.map((object) => [key(object), object]));
  const create: Write[] = [];
  const update: Write[] = [];
  let compared = 0;
  for (const object of wanted) {
    compared += 1;
    if (compared % A_TURN === 0) await new Promise((turn) => setImmediate(turn));
    const live = byKey.get(key(object));
    byKey.delete(key(object));
    if (live === undefined) create.push((client) => createOrTakeOver(client, kind, object));
    else if (!same(live, object)) update.push((client) => replace(client, kind, object));
  }
  const left = [...byKey.values()];
  return { create, update, remove: left.map((live) => (client) => deleteIfPresent(client, kind, live.metadata)) };
}

/** The rules of an aggregated role are the cluster's to fill in. */
function sameRole(live: ClusterRole | Role, wanted: ClusterRole | Role): boolean {
  const rulesOf = (role: ClusterRole | Role): object =>
    'aggregationRule' in role && role.aggregationRule ? role.aggregationRule : (role.rules ?? []);
  return sameLabels(live, wanted) && isDeepStrictEqual(rulesOf(live), rulesOf(wanted));
}

/** Bindings are many and have many members: they are compared field by field, which is ten times as fast as in general. */
function sameBinding(live: ClusterRoleBinding | RoleBinding, wanted: ClusterRoleBinding | RoleBinding): boolean {
  const { subjects: ours = [] } = wanted;
  const { subjects: theirs = [] } = live;
  return (
    sameRoleRef(live, wanted) &&
    ours.length === theirs.length &&
    ours.every((subject, index) => sameSubject(subject, theirs[index])) &&
    sameLabels(live, wanted)
  );
}

const sameRoleRef = (
  { roleRef: a }: ClusterRoleBinding | RoleBinding,
  { roleRef: b }: ClusterRoleBinding | RoleBinding,
) => a.name === b.name && a.kind === b.kind && a.apiGroup === b.apiGroup;

const sameSubject = (a: Subject, b: Subject | undefined): boolean =>
  a.name === b?.name && a.kind === b.kind && a.namespace === b.namespace && a.apiGroup === b.apiGroup;

function sameLabels(
  { metadata: { labels: a = {} } }: KubeObject,
  { metadata: { labels: b = {} } }: KubeObject,
): boolean {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key]);
}

/**
 * An object of that name which is not ours is taken over when another Rancher made it of the same role template, and left alone
 * otherwise. A binding of the same role is ours without our label: whoever may change it in its namespace took that away, and
 * would keep what it gives.
 */
async function createOrTakeOver<T extends KubeObject>(client: Client, kind: Kind<T>, object: T): Promise<void> {
  try {
    await client.create(kind, object);
    return;
  } catch (error) {
    if (!hasReason(error, 'AlreadyExists')) throw error;
  }
  const { namespace, name = '' } = object.metadata;
  const live = await client.get(kind, { namespace, name });
  const { metadata } = live;
  const labels = object.metadata.labels ?? {};
  const sameRole = 'roleRef' in live && 'roleRef' in object && isDeepStrictEqual(live.roleRef, object.roleRef);
  const same = [ROLE_OWNER, GLOBAL_ROLE_OWNER].some(
    (owner) => labels[owner] !== undefined && metadata.labels?.[owner] === labels[owner],
  );
  const ours = metadata.labels?.[RIGHTS_LABEL] === labels[RIGHTS_LABEL];
  if (!same && !ours && !sameRole) {
    throw new Error(
      `the cluster has a ${kind.kind} "${name}" that was not made for a role of this server: rename or remove it`,
    );
  }
  await replace(client, kind, object);
}

async function replace<T extends KubeObject>(client: Client, kind: Kind<T>, object: T): Promise<void> {
  const { namespace, name = '' } = object.metadata;
  let otherRole = false;
  await updateWithRetry(client, kind, { namespace, name }, (live) => {
    // What a binding refers to cannot be changed: another one takes its place.
    otherRole = 'roleRef' in live && 'roleRef' in object && !isDeepStrictEqual(live.roleRef, object.roleRef);
    if (otherRole) return undefined;
    const { resourceVersion, uid, creationTimestamp } = live.metadata;
    const rules = 'aggregationRule' in object && 'rules' in live ? { rules: live.rules } : {};
    const wanted = { ...object, ...rules, metadata: { ...object.metadata, resourceVersion, uid, creationTimestamp } };
    return wanted;
  });
  if (!otherRole) return;
  await deleteIfPresent(client, kind, { namespace, name });
  await client.create(kind, object);
}
