import { randomBytes } from 'node:crypto';
import {
  type AdmissionReview,
  clusterRoleTemplateBindings,
  globalRoleBindings,
  type Identity,
  isJsonObject,
  type Json,
  type KubeObject,
  projectRoleTemplateBindings,
  type Stored,
  type User,
} from '@drover/api';
import { createFakeClient, type FakeClient } from '@drover/client/fake';
import { FakeClock } from '@drover/kit';
import { beforeEach, describe, expect, it } from 'vitest';
import { installRoles } from '../roles/install-roles.js';
import { clusterMember, globalBinding, projectMember } from '../testing/bindings.js';
import { admitUser } from './user-rules.js';

const person = (name: string): Identity => ({ name, groups: ['system:authenticated'], extra: {} });
const ADMIN = person('user-admin');
const HELPDESK = person('u-helpdesk');
const anna: User = {
  apiVersion: 'management.cattle.io/v3',
  kind: 'User',
  metadata: { name: 'u-anna' },
  username: 'anna',
  principalIds: ['local://u-anna'],
};

let client: FakeClient;
beforeEach(async () => {
  client = createFakeClient({ clock: new FakeClock(), random: randomBytes, post: (_, body) => onlyAdmin(body) });
  await installRoles(client);
});

function onlyAdmin(body: Json): Json {
  const spec = isJsonObject(body) && isJsonObject(body['spec']) ? body['spec'] : {};
  return { status: { allowed: spec['user'] === ADMIN.name } };
}

const change = (who: Identity, facts: Partial<User> | undefined): Promise<undefined> => {
  const review: AdmissionReview = {
    operation: facts === undefined ? 'DELETE' : 'UPDATE',
    group: 'management.cattle.io',
    resource: 'users',
    name: 'u-anna',
    ...(facts && { object: { ...anna, ...facts } }),
    old: anna,
    identity: who,
    dryRun: false,
  };
  return admitUser(review, () => client);
};
const has = async <T extends KubeObject>(kind: Parameters<typeof client.create<T>>[0], binding: Stored<T>) => {
  const { uid: _, resourceVersion: __, creationTimestamp: ___, ...metadata } = binding.metadata;
  await client.create(kind, { ...binding, metadata } as T);
};

describe('a user', () => {
  it('who has no more than every new user is changed by whoever may change users', async () => {
    await has(globalRoleBindings, globalBinding('user', { userName: 'u-anna' }));
    await change(HELPDESK, { enabled: false });
    await change(HELPDESK, undefined);
  });

  it.each([
    ['a global role', () => has(globalRoleBindings, globalBinding('settings-manage', { userName: 'u-anna' }))],
    ['a cluster', () => has(clusterRoleTemplateBindings, clusterMember('cluster-owner', { userName: 'u-anna' }))],
    [
      'a project',
      () => has(projectRoleTemplateBindings, projectMember('p-one', 'project-owner', { userName: 'u-anna' })),
    ],
  ])('is not changed or removed by who lacks what it has by %s', async (_, given) => {
    await given();
    await expect(change(HELPDESK, { enabled: false })).rejects.toThrow(/the user has more than you have: the .*role "/);
    await expect(change(HELPDESK, undefined)).rejects.toThrow(/has more than you have/);
    await change(ADMIN, { enabled: false });
  });

  it('changes itself', async () => {
    await has(globalRoleBindings, globalBinding('settings-manage', { userName: 'u-anna' }));
    await change(person('u-anna'), { displayName: 'Anna' });
  });

  it('is nobody else to identity providers because somebody says so', async () => {
    const principalIds = ['local://u-anna', 'okta://boss'];
    await expect(change(HELPDESK, { principalIds })).rejects.toThrow(/principalIds.*for administrators to change/);
    await change(ADMIN, { principalIds });
  });

  it('is not named as somebody whom a cluster knows by a certificate, but by an administrator', async () => {
    const make = (who: Identity, name: string) => {
      const object: User = { ...anna, metadata: { name }, principalIds: [] };
      return admitUser(
        {
          operation: 'CREATE',
          group: 'management.cattle.io',
          resource: 'users',
          name,
          object,
          identity: who,
          dryRun: false,
        },
        () => client,
      );
    };
    await expect(make(HELPDESK, 'kubernetes-admin')).rejects.toThrow(/metadata\.name: must begin with "u-" or "user-"/);
    await make(HELPDESK, 'u-bob');
    await make(ADMIN, 'kubernetes-admin');
  });

  it('keeps its name', async () => {
    await expect(change(ADMIN, { username: 'bob' })).rejects.toThrow('a user name cannot be changed');
  });
});
