import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Installation, startInstallation } from '../testing/installation.js';

let drover: Installation;
let admin: string;
let plain: string;
beforeAll(async () => {
  drover = await startInstallation();
  admin = await drover.user({ name: 'user-boss', username: 'boss', displayName: 'The Boss' });
  plain = await drover.user({ name: 'u-plain', username: 'plain' });
  await drover.user({ name: 'u-agent', username: 'boss-agent', principalIds: ['system://agent'] });
});
afterAll(() => drover[Symbol.asyncDispose]());

const search = (token: string, body: object) => drover.ask('POST', '/v3/principals?action=search', { token, body });
const names = ({ json }: { json: Record<string, unknown> }) =>
  (json['data'] as { loginName: string }[]).map(({ loginName }) => loginName);

describe('people to be made members', () => {
  it('are found by any part of what they are called, in any case; what is no person is not', async () => {
    expect(names(await search(admin, { name: 'BOSS' }))).toEqual(['boss']);
    expect(names(await search(admin, { name: 'the b' }))).toEqual(['boss']);
    expect(names(await search(admin, { name: 'boss', principalType: 'group' }))).toEqual([]);
  });

  it('must be asked for by name', async () => {
    expect((await search(admin, {})).status).toBe(422);
  });

  it('are told by id', async () => {
    const { json } = await drover.ask('GET', '/v3/principals/local%3A%2F%2Fu-plain', { token: admin });
    expect(json).toMatchObject({ id: 'local://u-plain', loginName: 'plain', me: false });
    expect((await drover.ask('GET', '/v3/principals/local%3A%2F%2Fu-nobody', { token: admin })).status).toBe(404);
  });

  it('are not told to who has no right to principals, but who one is oneself', async () => {
    expect((await search(plain, { name: 'boss' })).status).toBe(403);
    expect((await drover.ask('GET', '/v3/principals/local%3A%2F%2Fuser-boss', { token: plain })).status).toBe(403);
    const { json } = await drover.ask('GET', '/v3/principals/local%3A%2F%2Fu-plain', { token: plain });
    expect(json).toMatchObject({ me: true });
  });
});
