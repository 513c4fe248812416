import { globalRoleBindings, users } from '@drover/api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Installation, startInstallation } from '../testing/installation.js';

let drover: Installation;
let self: string;
beforeAll(async () => {
  drover = await startInstallation();
  self = (await drover.client.list(users)).items[0]?.metadata.name ?? '';
});
afterAll(() => drover[Symbol.asyncDispose]());

describe('through /v3 the only administrator', () => {
  it('does not delete itself', async () => {
    const { status, json } = await drover.ask('DELETE', `/v3/users/${self}`, { token: await chosen() });
    expect(status).toBe(403);
    expect(json).toMatchObject({ code: 'PermissionDenied', message: expect.stringMatching(/^you cannot delete your/) });
  });

  it('is not deleted by another, nor the binding that makes it one', async () => {
    const token = await drover.user({ name: 'user-other', username: 'other' });
    const [binding] = (await drover.client.list(globalRoleBindings)).items;
    for (const path of [`users/${self}`, `globalrolebindings/${binding?.metadata.name}`]) {
      const { status, json } = await drover.ask('DELETE', `/v3/${path}`, { token });
      expect(status).toBe(403);
      expect(json['message']).toMatch(/nobody who administers this server/);
    }
  });
});

/** A token of the first administrator, who has chosen a password. */
async function chosen(): Promise<string> {
  await drover.client.patch(users, { name: self }, { type: 'merge', patch: { mustChangePassword: false } });
  return drover.token(self);
}
