import { isDeepStrictEqual } from 'node:util';
import {
  type ClusterRole,
  type ClusterRoleBinding,
  clusterRoleBindings,
  clusterRoles,
  hasReason,
  type Kind,
  type KubeObject,
  type ObjectRef,
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

/** Something that was made, changed or removed so that the cluster is as wanted. */
export interface Correction {
  readonly done: 'created' | 'updated' | 'deleted';
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
}

/** A write that is missing. */
interface Write {
  readonly correction: Correction;
  /** Resolves with whether there was anything to do: what is known of the cluster may be a moment old. */
  readonly run: (client: Client) => Promise<boolean>;
  /** Who is to lose a right by it, and keeps it when it fails. */
  readonly losing: () => readonly Subject[];
}

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
  const having = (role: ClusterRole | Role) => holdersOf(role, present);
  const ofClusterRoles = await compare(clusterRoles, wanted.clusterRoles.values(), present.clusterRoles, {
    same: sameRole,
    losing: having,
  });
  const ofRoles = await compare(roles, wanted.roles, present.roles, { same: sameRole, losing: having });
  const binding = { same: sameBinding, losing: leavers };
  const bindings = [
    await compare(clusterRoleBindings, wanted.eachClusterRoleBinding(), present.clusterRoleBindings, binding),
    await compare(roleBindings, wanted.eachRoleBinding(), present.roleBindings, binding),
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

/**
 * Does the writes, and resolves with those that there was something to do for. `revoked` is called when everything that takes rights
 * away has been tried, with those who keep a right that they were to lose, because the cluster refused. Rejects with the first failure,
 * after all were tried.
 */
export async function applyChanges(
  client: Client,
  changes: DerivedChanges,
  revoked: (kept: readonly Subject[]) => void = () => {},
): Promise<readonly Correction[]> {
  const corrections: Correction[] = [];
  const failures: { readonly write: Write; readonly error: unknown }[] = [];
  const inParallel = async (writes: readonly Write[]): Promise<void> => {
    const left = writes[Symbol.iterator]();
    const worker = async (): Promise<void> => {
      for (let next = left.next(); !next.done; next = left.next()) {
        const write = next.value;
        try {
          if (await write.run(client)) corrections.push(write.correction);
        } catch (error) {
          failures.push({ write, error });
        }
      }
    };
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, writes.length) }, worker));
  };
  await inParallel(changes.revoking);
  revoked(failures.flatMap(({ write }) => write.losing()));
  for (const writes of [changes.roles, changes.granting, changes.leftOver]) await inParallel(writes);
  const [first] = failures;
  if (first !== undefined) throw first.error;
  return corrections;
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
  {
    same,
    losing,
  }: {
    readonly same: (live: T, wanted: T) => boolean;
    /** Who loses a right when `live` becomes `wanted`, or goes. */
    readonly losing: (live: T, wanted: T | undefined) => readonly Subject[];
  },
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
    if (live === undefined) {
      create.push({
        correction: correctionOf('created', kind, object),
        run: (client) => createOrTakeOver(client, kind, object, same),
        losing: () => [],
      });
    } else if (!same(live, object)) {
      update.push({
        correction: correctionOf('updated', kind, object),
        run: (client) => replace(client, kind, object, same),
        losing: () => losing(live, object),
      });
    }
  }
  const remove = [...byKey.values()].map(
    (live): Write => ({
      correction: correctionOf('deleted', kind, live),
      run: (client) => removed(client, kind, live.metadata),
      losing: () => losing(live, undefined),
    }),
  );
  return { create, update, remove };
}

const correctionOf = (
  done: Correction['done'],
  { kind }: Pick<Kind, 'kind'>,
  { metadata: { namespace, name = '' } }: KubeObject,
): Correction => ({ done, kind, ...(namespace === undefined ? {} : { namespace }), name });

/** Those whom a binding names, and will not name any more; all of them, when it is to give another role. */
function leavers(
  live: ClusterRoleBinding | RoleBinding,
  wanted: ClusterRoleBinding | RoleBinding | undefined,
): readonly Subject[] {
  const stay = wanted === undefined || !sameRoleRef(live, wanted) ? [] : (wanted.subjects ?? []);
  return (live.subjects ?? []).filter((subject) => !stay.some((each) => sameSubject(each, subject)));
}

/** Those who have a role, by itself or as a part of others. */
function holdersOf(role: ClusterRole | Role, present: DerivedPresent): readonly Subject[] {
  const names = new Set([role.metadata.name]);
  let found = 0;
  while (found < names.size) {
    found = names.size;
    const parts = present.clusterRoles.filter(({ metadata }) => names.has(metadata.name));
    for (const { metadata, aggregationRule } of present.clusterRoles) {
      const selectors = (aggregationRule?.clusterRoleSelectors ?? []).map(({ matchLabels = {} }) => matchLabels);
      const has = ({ metadata: { labels = {} } }: ClusterRole): boolean =>
        selectors.some((wanted) => Object.entries(wanted).every(([label, value]) => labels[label] === value));
      if (parts.some(has)) names.add(metadata.name);
    }
  }
  return [...present.clusterRoleBindings, ...present.roleBindings]
    .filter(({ roleRef }) => names.has(roleRef.name))
    .flatMap(({ subjects = [] }) => subjects);
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
async function createOrTakeOver<T extends KubeObject>(
  client: Client,
  kind: Kind<T>,
  object: T,
  same: (live: T, wanted: T) => boolean,
): Promise<boolean> {
  try {
    await client.create(kind, object);
    return true;
  } catch (error) {
    if (!hasReason(error, 'AlreadyExists')) throw error;
  }
  const { namespace, name = '' } = object.metadata;
  const live = await client.get(kind, { namespace, name });
  const { metadata } = live;
  const labels = object.metadata.labels ?? {};
  const sameRole = 'roleRef' in live && 'roleRef' in object && isDeepStrictEqual(live.roleRef, object.roleRef);
  const sameOwner = [ROLE_OWNER, GLOBAL_ROLE_OWNER].some(
    (owner) => labels[owner] !== undefined && metadata.labels?.[owner] === labels[owner],
  );
  const ours = metadata.labels?.[RIGHTS_LABEL] === labels[RIGHTS_LABEL];
  if (!sameOwner && !ours && !sameRole) {
    throw new Error(
      `the cluster has a ${kind.kind} "${name}" that was not made for a role of this server: rename or remove it`,
    );
  }
  return replace(client, kind, object, same);
}

async function replace<T extends KubeObject>(
  client: Client,
  kind: Kind<T>,
  object: T,
  same: (live: T, wanted: T) => boolean,
): Promise<boolean> {
  const { namespace, name = '' } = object.metadata;
  let otherRole = false;
  let changed = false;
  await updateWithRetry(client, kind, { namespace, name }, (live) => {
    // What a binding refers to cannot be changed: another one takes its place.
    otherRole = 'roleRef' in live && 'roleRef' in object && !isDeepStrictEqual(live.roleRef, object.roleRef);
    changed = !otherRole && !same(live, object);
    if (!changed) return undefined;
    const { resourceVersion, uid, creationTimestamp } = live.metadata;
    const rules = 'aggregationRule' in object && 'rules' in live ? { rules: live.rules } : {};
    const wanted = { ...object, ...rules, metadata: { ...object.metadata, resourceVersion, uid, creationTimestamp } };
    return wanted;
  });
  if (!otherRole) return changed;
  await deleteIfPresent(client, kind, { namespace, name });
  await client.create(kind, object);
  return true;
}

async function removed<T extends KubeObject>(client: Client, kind: Kind<T>, ref: ObjectRef): Promise<boolean> {
  try {
    await client.delete(kind, { namespace: ref.namespace, name: ref.name });
    return true;
  } catch (error) {
    if (!hasReason(error, 'NotFound')) throw error;
    return false;
  }
}
