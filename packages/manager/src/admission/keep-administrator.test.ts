import { randomBytes } from 'node:crypto';
import {
  type AdmissionReview,
  type GlobalRoleBinding,
  globalRoleBindings,
  type Identity,
  type User,
  users,
} from '@drover/api';
import { createFakeClient } from '@drover/client/fake';
import { FakeClock } from '@drover/kit';
import { describe, expect, it } from 'vitest';
import { managerAdmission } from './manager-admission.js';

const master: Identity = { name: 'system:admin', groups: ['system:masters'], extra: {} };
const user = (name: string, enabled = true): User => ({
  apiVersion: 'management.cattle.io/v3',
  kind: 'User',
  metadata: { name },
  enabled,
});
const binding = (userName: string, globalRoleName = 'admin'): GlobalRoleBinding => ({
  apiVersion: 'management.cattle.io/v3',
  kind: 'GlobalRoleBinding',
  metadata: { name: `grb-${userName}` },
  globalRoleName,
  userName,
});

async function server(...people: readonly User[]) {
  const client = createFakeClient({ clock: new FakeClock(), random: randomBytes });
  for (const each of people) {
    await client.create(users, each);
    await client.create(globalRoleBindings, binding(each.metadata.name ?? ''));
  }
  const plugin = managerAdmission(() => client).find(({ name }) => name === 'Administrator');
  const admit = async (review: Partial<AdmissionReview>): Promise<void> => {
    const { name = '' } = review.old?.metadata ?? {};
    const whole = { operation: 'DELETE', resource: 'users', identity: master, dryRun: false, ...review } as const;
    await plugin?.admit({ group: 'management.cattle.io', name, ...whole });
  };
  const bindings = { resource: 'globalrolebindings' } as const;
  return { admit, bindings };
}

describe('the last administrator, not even by the administrator of the cluster,', () => {
  it('is deleted', async () => {
    const { admit } = await server(user('u-a'), user('u-off', false));
    await expect(admit({ old: user('u-a') })).rejects.toThrow(/nobody who administers this server/);
  });

  it('is disabled', async () => {
    const { admit } = await server(user('u-a'));
    const disabled = { operation: 'UPDATE', old: user('u-a'), object: user('u-a', false) } as const;
    await expect(admit(disabled)).rejects.toThrow(/nobody who administers/);
  });

  it('loses its binding, or the role or the user in it', async () => {
    const { admit, bindings } = await server(user('u-a'));
    const old = binding('u-a');
    await expect(admit({ ...bindings, old })).rejects.toThrow(/nobody who administers/);
    for (const object of [binding('u-a', 'user'), { ...old, userName: 'u-nobody' }]) {
      await expect(admit({ ...bindings, operation: 'UPDATE', old, object })).rejects.toThrow(/nobody who administers/);
    }
  });
});

describe('an administrator', () => {
  it('of two may be deleted, disabled and lose the binding', async () => {
    const { admit, bindings } = await server(user('u-a'), user('u-b'));
    await admit({ old: user('u-a') });
    await admit({ operation: 'UPDATE', old: user('u-a'), object: user('u-a', false) });
    await admit({ ...bindings, old: binding('u-a') });
  });

  it('does not delete itself', async () => {
    const { admit } = await server(user('u-a'), user('u-b'));
    const identity = { ...master, name: 'u-a' };
    await expect(admit({ old: user('u-a'), identity })).rejects.toThrow(/you cannot delete yourself/);
  });
});

it('where nobody administers, users may go', async () => {
  const { admit } = await server(user('u-off', false));
  await admit({ old: user('u-off', false) });
});
