import type { Identity, KubeObject } from '@drover/api';
import { silentLog, systemClock } from '@drover/kit';
import { openMemoryStore, type Store } from '@drover/store';
import { describe, expect, it } from 'vitest';
import { collectionPrefix, objectKey } from '../storage/key.js';
import { encodeStored } from '../storage/rendering.js';
import { RuleIndex } from './rule-index.js';

const GROUP = 'rbac.authorization.k8s.io';
const ann: Identity = { name: 'ann', groups: ['devs'], extra: {} };
const listPods = (namespace?: string) => ({
  verb: 'list',
  group: '',
  resource: 'pods',
  ...(namespace === undefined ? {} : { namespace }),
});

async function put(store: Store, plural: string, object: Record<string, unknown>, namespace?: string): Promise<string> {
  const { name } = object as { name: string };
  const { name: _name, ...rest } = object;
  const whole = {
    apiVersion: `${GROUP}/v1`,
    kind: 'X',
    metadata: { name, ...(namespace ? { namespace } : {}) },
    ...rest,
  };
  const key = objectKey(collectionPrefix({ group: GROUP, plural }), { name, namespace });
  await store.create(key, encodeStored(whole as KubeObject, `${GROUP}/v1`));
  return key;
}

const readPods = { name: 'read-pods', rules: [{ verbs: ['get', 'list'], apiGroups: [''], resources: ['pods'] }] };
const bind = (name: string, kind: string, subjects: object[], role = 'read-pods') => ({
  name,
  roleRef: { kind, name: role },
  subjects,
});

function index(): { store: Store; rules: RuleIndex } {
  const store = openMemoryStore({ clock: systemClock, log: silentLog });
  return { store, rules: new RuleIndex(store, new AbortController().signal) };
}

describe('the rule index', () => {
  it('grants nothing to who is bound to nothing', () => {
    expect(index().rules.decide(ann, listPods('a')).allowed).toBe(false);
  });

  it('grants everything to system:masters', () => {
    const master = { ...ann, groups: ['system:masters'] };
    expect(index().rules.decide(master, { verb: 'delete', path: '/x' }).allowed).toBe(true);
  });

  it('grants a cluster role everywhere through a ClusterRoleBinding, and in one namespace through a RoleBinding', async () => {
    const { store, rules } = index();
    await put(store, 'clusterroles', readPods);
    await put(store, 'rolebindings', bind('b', 'ClusterRole', [{ kind: 'Group', name: 'devs' }]), 'a');
    expect(rules.decide(ann, listPods('a'))).toEqual({
      allowed: true,
      reason: 'RBAC: allowed by RoleBinding "b/a" of ClusterRole "read-pods" to Group "devs"',
    });
    expect(rules.decide(ann, listPods('b')).allowed).toBe(false);
    expect(rules.decide(ann, listPods()).allowed).toBe(false);
    await put(store, 'clusterrolebindings', bind('c', 'ClusterRole', [{ kind: 'User', name: 'ann' }]));
    expect(rules.decide(ann, listPods('b')).allowed).toBe(true);
    expect(rules.decide(ann, listPods()).allowed).toBe(true);
  });

  it('never takes a role of another namespace, or a namespace called like a kind', async () => {
    const { store, rules } = index();
    await put(store, 'roles', readPods, 'clusterroles');
    await put(store, 'clusterrolebindings', bind('c', 'ClusterRole', [{ kind: 'User', name: 'ann' }]));
    await put(store, 'rolebindings', bind('b', 'Role', [{ kind: 'User', name: 'ann' }]), 'a');
    expect(rules.decide(ann, listPods('a')).allowed).toBe(false);
    expect(rules.decide(ann, listPods('clusterroles')).allowed).toBe(false);
  });

  it('tells which roles bindings name in vain', async () => {
    const { store, rules } = index();
    const subjects = [{ kind: 'User', name: 'ann' }];
    await put(store, 'clusterrolebindings', bind('c', 'ClusterRole', subjects, 'gone'));
    const one = 'clusterrole.rbac.authorization.k8s.io "gone" not found';
    expect(rules.decide(ann, listPods())).toEqual({ allowed: false, reason: `RBAC: ${one}` });
    await put(store, 'rolebindings', bind('b', 'Role', subjects, 'away'), 'a');
    const both = `[${one}, role.rbac.authorization.k8s.io "away" not found]`;
    expect(rules.decide(ann, listPods('a')).reason).toBe(`RBAC: ${both}`);
    expect(rules.faultsOf(ann, 'a')).toBe(both);
  });

  it('takes a service account that names no namespace for one of the binding', async () => {
    const { store, rules } = index();
    await put(store, 'clusterroles', readPods);
    await put(store, 'rolebindings', bind('b', 'ClusterRole', [{ kind: 'ServiceAccount', name: 's' }]), 'a');
    const account = { name: 'system:serviceaccount:a:s', groups: [], extra: {} };
    expect(rules.decide(account, listPods('a')).reason).toContain('to ServiceAccount "s/a"');
  });

  it('knows service accounts by the user their tokens say', async () => {
    const { store, rules } = index();
    await put(store, 'clusterroles', readPods);
    await put(
      store,
      'rolebindings',
      bind('b', 'ClusterRole', [{ kind: 'ServiceAccount', name: 's', namespace: 'n' }]),
      'a',
    );
    const account = { name: 'system:serviceaccount:n:s', groups: [], extra: {} };
    expect(rules.decide(account, listPods('a')).allowed).toBe(true);
  });

  it('forgets a binding and a role in the moment they go, and says so', async () => {
    const { store, rules } = index();
    const role = await put(store, 'clusterroles', readPods);
    const key = await put(store, 'clusterrolebindings', bind('c', 'ClusterRole', [{ kind: 'User', name: 'ann' }]));
    let told = 0;
    rules.subscribe(() => {
      told += 1;
    });
    const before = store.get(role);
    await store.delete(role, before!.revision);
    expect(rules.decide(ann, listPods()).allowed).toBe(false);
    await store.create(role, before!.value);
    expect(rules.decide(ann, listPods()).allowed).toBe(true);
    await store.delete(key, store.get(key)!.revision);
    expect(rules.decide(ann, listPods()).allowed).toBe(false);
    expect(told).toBe(3);
  });

  it('reads what was stored before it was opened', async () => {
    const { store } = index();
    await put(store, 'clusterroles', readPods);
    await put(store, 'clusterrolebindings', bind('c', 'ClusterRole', [{ kind: 'User', name: 'ann' }]));
    const rules = new RuleIndex(store, new AbortController().signal);
    expect(rules.rulesOf(ann, 'a')).toEqual(readPods.rules);
  });
});
