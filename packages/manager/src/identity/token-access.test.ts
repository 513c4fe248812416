import { randomBytes } from 'node:crypto';
import { globalRoleBindings, type Identity, isJsonObject, type Json } from '@drover/api';
import { createFakeClient, type FakeClient } from '@drover/client/fake';
import { FakeClock } from '@drover/kit';
import { beforeEach, describe, expect, it } from 'vitest';
import type { AccessReviews, Question } from '../proxy/access-reviews.js';
import { installRoles } from '../roles/install-roles.js';
import { globalBinding } from '../testing/bindings.js';
import { TokenAccess } from './token-access.js';

const person = (name: string): Identity => ({ name, groups: ['system:authenticated'], extra: {} });
const [admin, helpdesk, anna] = [person('user-admin'), person('u-helpdesk'), person('u-anna')];

let client: FakeClient;
let access: TokenAccess;
beforeEach(async () => {
  client = createFakeClient({ clock: new FakeClock(), random: randomBytes, post: (_, body) => onlyAdmin(body) });
  await installRoles(client);
  const { uid: _, resourceVersion: __, creationTimestamp: ___, ...metadata } = globalBinding('user', {}).metadata;
  await client.create(globalRoleBindings, { ...globalBinding('settings-manage', { userName: 'u-boss' }), metadata });
  const reviews: Pick<AccessReviews, 'allowed'> = { allowed: async ({ name }, question) => rules(name, question) };
  access = new TokenAccess({ reviews: reviews as AccessReviews, client });
});

function onlyAdmin(body: Json): Json {
  const spec = isJsonObject(body) && isJsonObject(body['spec']) ? body['spec'] : {};
  return { status: { allowed: spec['user'] === admin.name } };
}

/** The administrator may everything, the help desk what the role `users-manage` has. */
const rules = (name: string, { resource }: Question): boolean =>
  name === admin.name || (name === helpdesk.name && resource === 'users');

describe('tokens of others', () => {
  it('are seen by who may manage users, and by nobody else', async () => {
    expect(await access.maySee(helpdesk, 'u-anna')).toBe(true);
    expect(await access.maySee(anna, 'u-helpdesk')).toBe(false);
    expect(await access.maySee(anna, 'u-anna')).toBe(true);
  });

  it('are ended by who has no less than their user', async () => {
    expect(await access.endingFault(helpdesk, 'u-anna')).toBeUndefined();
    expect(await access.endingFault(helpdesk, 'u-boss')).toBe(
      'the user whose token this is has more than you have: the global role "settings-manage"',
    );
    expect(await access.endingFault(admin, 'u-boss')).toBeUndefined();
    expect(await access.endingFault(anna, 'u-boss')).toBe('you may not end tokens of others');
  });
});
