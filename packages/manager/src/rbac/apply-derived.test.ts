import { randomBytes } from 'node:crypto';
import {
  type ClusterRole,
  clusterRoleBindings,
  clusterRoles,
  forbidden,
  type KubeObject,
  roleBindings,
} from '@drover/api';
import { createFakeClient, type FakeClient } from '@drover/client/fake';
import { FakeClock } from '@drover/kit';
import { describe, expect, it } from 'vitest';
import { applyChanges, changesTo } from './apply-derived.js';
import { clusterRole, DerivedSet, RIGHTS_LABEL } from './derived-set.js';
import type { Subject } from './subject.js';

const newClient = (): FakeClient => createFakeClient({ clock: new FakeClock(), random: randomBytes });
const user = (name: string) => ({ kind: 'User', name, apiGroup: 'rbac.authorization.k8s.io' });
const reads = [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }];

function set(...users: string[]): DerivedSet {
  const derived = new DerivedSet('us');
  derived.clusterRole('reader', reads);
  for (const name of users)
    derived.grant({ namespace: 'blue', role: clusterRole('reader'), subject: user(name), owner: 'owner' });
  return derived;
}

async function apply(client: FakeClient, wanted: DerivedSet, revoked?: (kept: readonly Subject[]) => void) {
  const labelSelector = `${RIGHTS_LABEL}=us`;
  const present = {
    clusterRoles: (await client.list(clusterRoles, { labelSelector })).items,
    clusterRoleBindings: (await client.list(clusterRoleBindings, { labelSelector })).items,
    roles: [],
    roleBindings: (await client.list(roleBindings, { labelSelector })).items,
  };
  const changes = await changesTo(wanted, present);
  await applyChanges(client, changes, revoked);
  return changes.applied;
}

const namesOf = ({ items }: { items: readonly KubeObject[] }) => items.map(({ metadata }) => metadata.name);

describe('derived rights', () => {
  it('are made once, and then left alone', async () => {
    const client = newClient();
    expect(await apply(client, set('anna'))).toEqual({ created: 2, updated: 0, deleted: 0 });
    expect(await apply(client, set('anna'))).toEqual({ created: 0, updated: 0, deleted: 0 });
  });

  it('follow who has them', async () => {
    const client = newClient();
    await apply(client, set('anna', 'bob'));
    expect(await apply(client, set('bob'))).toEqual({ created: 0, updated: 1, deleted: 0 });
    const [binding] = (await client.list(roleBindings)).items;
    expect(binding?.subjects).toEqual([user('bob')]);
    await apply(client, new DerivedSet('us'));
    expect((await client.list(roleBindings)).items).toEqual([]);
    expect((await client.list(clusterRoles)).items).toEqual([]);
  });

  it('are put right when somebody changed them', async () => {
    const client = newClient();
    await apply(client, set('anna'));
    const live = await client.get(clusterRoles, { name: 'reader' });
    await client.update(clusterRoles, { ...live, rules: [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }] });
    await apply(client, set('anna'));
    expect((await client.get(clusterRoles, { name: 'reader' })).rules).toEqual(reads);
  });

  it('are taken back from a binding that somebody took our label off', async () => {
    const client = newClient();
    await apply(client, set('anna', 'bob'));
    const [live] = (await client.list(roleBindings)).items;
    if (live === undefined) throw new Error('no binding');
    await client.update(roleBindings, { ...live, metadata: { ...live.metadata, labels: {} } });
    await apply(client, set('anna'));
    expect((await client.list(roleBindings)).items.map(({ subjects }) => subjects)).toEqual([[user('anna')]]);
  });

  it('get another binding when it refers to another role', async () => {
    const client = newClient();
    await apply(client, set('anna'));
    const [live] = (await client.list(roleBindings)).items;
    if (live === undefined) throw new Error('no binding');
    await client.delete(roleBindings, { namespace: 'blue', name: live.metadata.name });
    const { uid: _, resourceVersion: __, creationTimestamp: ___, ...metadata } = live.metadata;
    await client.create(roleBindings, {
      ...live,
      metadata,
      roleRef: { ...live.roleRef, name: 'cluster-admin' },
    });
    await apply(client, set('anna'));
    expect((await client.list(roleBindings)).items[0]?.roleRef.name).toBe('reader');
  });

  it('of others stay as they are, and a role of theirs under a name of ours is a failure in words', async () => {
    const client = newClient();
    const theirs: ClusterRole = {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name: 'reader' },
      rules: [],
    };
    await client.create(clusterRoles, theirs);
    await client.create(clusterRoles, { ...theirs, metadata: { name: 'other' } });
    await expect(apply(client, set('anna'))).rejects.toThrow(
      'the cluster has a ClusterRole "reader" that was not made for a role of this server: rename or remove it',
    );
    expect((await client.get(clusterRoles, { name: 'reader' })).rules).toEqual([]);
    expect(namesOf(await client.list(clusterRoles))).toContain('other');
  });

  it('tell what there was to do, not what was only thought so by who saw the cluster as it had been', async () => {
    const client = newClient();
    const before = await changesTo(set('anna'), {
      clusterRoles: [],
      clusterRoleBindings: [],
      roles: [],
      roleBindings: [],
    });
    expect((await applyChanges(client, before)).map(({ done, kind }) => `${kind} ${done}`)).toEqual([
      'ClusterRole created',
      'RoleBinding created',
    ]);
    expect(await applyChanges(client, before)).toEqual([]);
  });

  it('that the cluster refuses to take away are told with those who keep them, and with nobody else', async () => {
    let refusing = false;
    const client = createFakeClient({
      clock: new FakeClock(),
      random: randomBytes,
      before: ({ verb, kind }) => {
        if (refusing && verb === 'update' && kind?.kind !== 'ClusterRole')
          throw forbidden(kind ?? roleBindings, '', 'no');
      },
    });
    await apply(client, set('anna', 'bob'));
    refusing = true;
    let kept: readonly Subject[] = [];
    const note = (subjects: readonly Subject[]): void => {
      kept = subjects;
    };
    await expect(apply(client, set('bob'), note)).rejects.toThrow('no');
    expect(kept).toEqual([user('anna')]);
    refusing = false;
    await apply(client, set('bob'), note);
    expect(kept).toEqual([]);
  });

  it('of a role that the cluster does not let be changed are kept by all who have it, by itself or as a part of another', async () => {
    let refusing = false;
    const client = createFakeClient({
      clock: new FakeClock(),
      random: randomBytes,
      before: ({ verb, kind }) => {
        if (refusing && verb === 'update') throw forbidden(kind ?? roleBindings, '', 'no');
      },
    });
    const reading = (verbs: string[]): DerivedSet => {
      const derived = new DerivedSet('us');
      derived.clusterRole('part', [{ apiGroups: [''], resources: ['pods'], verbs }], { aggregates: 'part' });
      derived.aggregate('whole', [{ aggregates: 'part' }], {});
      derived.grant({ namespace: 'blue', role: clusterRole('whole'), subject: user('anna'), owner: 'a' });
      derived.clusterRole('other', reads);
      derived.grant({ namespace: 'blue', role: clusterRole('other'), subject: user('bob'), owner: 'b' });
      return derived;
    };
    await apply(client, reading(['get', 'list']));
    refusing = true;
    const kept: Subject[] = [];
    await expect(apply(client, reading(['get']), (subjects) => kept.push(...subjects))).rejects.toThrow('no');
    expect(kept).toEqual([user('anna')]);
  });

  it('are taken away before any is given, so that a failure to give keeps nothing', async () => {
    const client = newClient();
    await apply(client, set('anna'));
    await client.create(clusterRoles, {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name: 'taken' },
    });
    const next = new DerivedSet('us');
    next.clusterRole('taken', reads);
    let revoked = false;
    await expect(
      apply(client, next, () => {
        revoked = true;
      }),
    ).rejects.toThrow('"taken"');
    expect(revoked).toBe(true);
    expect((await client.list(roleBindings)).items).toEqual([]);
  });
});
