import { randomBytes } from 'node:crypto';
import {
  type AdmissionReview,
  globalRoleBindings,
  type Identity,
  isJsonObject,
  type Json,
  type KubeObject,
  managementSettings,
  type Secret as SecretObject,
  type User,
  users,
} from '@drover/api';
import { createFakeClient, type FakeClient } from '@drover/client/fake';
import { FakeClock, Secret } from '@drover/kit';
import { beforeEach, describe, expect, it } from 'vitest';
import { Passwords } from '../identity/passwords.js';
import { installRoles } from '../roles/install-roles.js';
import { globalBinding } from '../testing/bindings.js';
import { managerAdmission } from './manager-admission.js';

const NAMESPACE = 'cattle-local-user-passwords';
const person = (name: string): Identity => ({ name, groups: ['system:authenticated'], extra: {} });
const [admin, helpdesk] = [person('user-admin'), person('u-helpdesk')];
const server: Identity = { name: 'system:admin', groups: ['system:masters'], extra: {} };

const user = (name: string, username = name.slice(2)): User => ({
  apiVersion: 'management.cattle.io/v3',
  kind: 'User',
  metadata: { name },
  username,
});

let client: FakeClient;
let clock: FakeClock;
beforeEach(async () => {
  clock = new FakeClock();
  client = createFakeClient({ clock, random: randomBytes, post: (_, body) => onlyAdmin(body) });
  await installRoles(client);
  for (const name of ['u-anna', 'u-boss']) await client.create(users, user(name));
  const { uid: _, resourceVersion: __, creationTimestamp: ___, ...metadata } = globalBinding('admin', {}).metadata;
  await client.create(globalRoleBindings, { ...globalBinding('admin', { userName: 'u-boss' }), metadata });
});

function onlyAdmin(body: Json): Json {
  const spec = isJsonObject(body) && isJsonObject(body['spec']) ? body['spec'] : {};
  return { status: { allowed: spec['user'] === admin.name } };
}

/** Runs every step for the kind, as one server that goes on. */
function admissionOf(resource: string) {
  const plugins = managerAdmission(() => client, { clock, random: randomBytes }).filter(({ resources }) =>
    resources.includes(resource),
  );
  return async (identity: Identity, review: Partial<AdmissionReview>): Promise<KubeObject | undefined> => {
    const [group = '', plural = ''] = resource.split('/');
    const name = review.object?.metadata.name ?? review.old?.metadata.name ?? '';
    let object = review.object;
    for (const plugin of plugins) {
      const common = { operation: 'CREATE', group, resource: plural, name, identity, dryRun: false } as const;
      object = (await plugin.admit({ ...common, ...review, ...(object && { object }) })) ?? object;
    }
    return object;
  };
}

describe('a user name', () => {
  it('is one user’s, also where two are made at the same moment', async () => {
    const admit = admissionOf('management.cattle.io/users');
    const made = await Promise.allSettled([
      admit(server, { object: user('u-one', 'twin') }),
      admit(server, { object: user('u-two', 'twin') }),
    ]);
    expect(made.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    await expect(admit(server, { object: user('u-three', 'anna') })).rejects.toThrow('"anna" is taken');
  });

  it('is free again after its user has gone, or could not be made', async () => {
    const admit = admissionOf('management.cattle.io/users');
    await admit(server, { object: user('u-one', 'fleeting') });
    await admit(server, { operation: 'DELETE', old: user('u-one', 'fleeting') });
    await admit(server, { object: user('u-two', 'fleeting') });
    await clock.advance(2_000);
    await admit(server, { object: user('u-three', 'fleeting') });
  });

  it('that somebody only tried out is not taken', async () => {
    const admit = admissionOf('management.cattle.io/users');
    await admit(server, { object: user('u-one', 'tried'), dryRun: true });
    await admit(server, { object: user('u-two', 'tried') });
  });

  it('stays what it was', async () => {
    const admit = admissionOf('management.cattle.io/users');
    const change = { operation: 'UPDATE', old: user('u-anna'), object: user('u-anna', 'boss') } as const;
    await expect(admit(admin, change)).rejects.toThrow('a user name cannot be changed');
  });
});

describe('a password written as a Secret', () => {
  const secret = (name: string, password: string): SecretObject => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace: NAMESPACE },
    data: { password: Buffer.from(password).toString('base64') },
  });
  const write = (identity: Identity, object: SecretObject) =>
    admissionOf('/secrets')(identity, { namespace: NAMESPACE, object });

  it('is stored as a hash, by which the user signs in', async () => {
    const stored = await write(helpdesk, secret('u-anna', 'correct horse battery'));
    expect(JSON.stringify(stored)).not.toContain(Buffer.from('correct horse battery').toString('base64'));
    const passwords = new Passwords({ ...client, get: async () => stored } as unknown as FakeClient, randomBytes);
    expect(await passwords.check('u-anna', new Secret('correct horse battery'), 'test')).toBe('right');
  });

  it('follows the rules for passwords', async () => {
    await client.create(users, user('u-long', 'the-name-itself'));
    await client.create(managementSettings, {
      apiVersion: 'management.cattle.io/v3',
      kind: 'Setting',
      metadata: { name: 'password-min-length' },
      value: '12',
    });
    await expect(write(helpdesk, secret('u-anna', 'short'))).rejects.toThrow('at least 12 characters');
    await expect(write(helpdesk, secret('u-long', 'the-name-itself'))).rejects.toThrow('same as the username');
    await expect(write(helpdesk, secret('u-nobody', 'correct horse battery'))).rejects.toThrow('no user "u-nobody"');
  });

  it('of somebody above is not for somebody below to write, hashed or not', async () => {
    const hashed = secret('u-boss', 'x');
    const object = {
      ...hashed,
      metadata: { ...hashed.metadata, annotations: { 'cattle.io/password-hash': 'pbkdf2sha3512' } },
    };
    for (const each of [secret('u-boss', 'correct horse battery'), object])
      await expect(write(helpdesk, each)).rejects.toThrow('the user whose password this is has more than you have');
    await write(admin, secret('u-boss', 'correct horse battery'));
  });

  it('is nothing to other Secrets', async () => {
    const object = { ...secret('u-boss', 'x'), metadata: { name: 'u-boss', namespace: 'default' } };
    expect(await admissionOf('/secrets')(helpdesk, { namespace: 'default', object })).toBe(object);
  });
});

describe('a token', () => {
  const token = (userId: string): KubeObject =>
    ({ apiVersion: 'management.cattle.io/v3', kind: 'Token', metadata: { name: 'token-x' }, userId }) as KubeObject;
  const admit = (identity: Identity, review: Partial<AdmissionReview>) =>
    admissionOf('management.cattle.io/tokens')(identity, review);

  it('is not written by hand, which would be a way to sign in as its user', async () => {
    await expect(admit(helpdesk, { object: token('u-boss') })).rejects.toThrow('made by POST /v3/tokens');
    const change = { operation: 'UPDATE', old: token('u-helpdesk'), object: token('u-boss') } as const;
    await expect(admit(helpdesk, change)).rejects.toThrow('made by POST /v3/tokens');
    await admit(admin, { object: token('u-boss') });
  });

  it('is deleted by who has no less than its user', async () => {
    await admit(helpdesk, { operation: 'DELETE', old: token('u-anna') });
    await expect(admit(helpdesk, { operation: 'DELETE', old: token('u-boss') })).rejects.toThrow('more than you have');
  });
});
