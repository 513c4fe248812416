import {
  clusterRoleTemplateBindings,
  globalRoleBindings,
  type Kind,
  type KubeObject,
  type ObjectRef,
  type Stored,
  users,
} from '@drover/api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Installation, startInstallation } from '../testing/installation.js';
import { isForeignUser, userNameOf } from './principal-name.js';

let drover: Installation;
beforeAll(async () => {
  drover = await startInstallation();
});
afterAll(() => drover[Symbol.asyncDispose]());

const ANNA = 'openldap_user://cn=anna,dc=example';

/** The object as soon as it is as `wanted` says. */
async function became<T extends KubeObject>(
  kind: Kind<T>,
  ref: ObjectRef,
  wanted: (object: Stored<T>) => boolean,
): Promise<Stored<T>> {
  const { items, metadata } = await drover.client.list(kind, { namespace: ref.namespace });
  const isIt = (object: Stored<T>): boolean => object.metadata.name === ref.name && wanted(object);
  const found = items.find(isIt);
  if (found !== undefined) return found;
  const stop = new AbortController();
  const { resourceVersion } = metadata;
  const events = drover.client.watch(kind, { namespace: ref.namespace, resourceVersion, signal: stop.signal });
  for await (const event of events) {
    if ((event.type !== 'ADDED' && event.type !== 'MODIFIED') || !isIt(event.object)) continue;
    stop.abort();
    return event.object;
  }
  throw new Error('the watch ended');
}

const bind = (name: string, userPrincipalName: string, annotations: Record<string, string> = {}) =>
  drover.client.create(clusterRoleTemplateBindings, {
    apiVersion: 'management.cattle.io/v3',
    kind: 'ClusterRoleTemplateBinding',
    metadata: { name, namespace: 'c-m-abcd2345', annotations },
    clusterName: 'c-m-abcd2345',
    roleTemplateName: 'cluster-member',
    userPrincipalName,
  });
const bound = (name: string) =>
  became(clusterRoleTemplateBindings, { namespace: 'c-m-abcd2345', name }, ({ userName }) => Boolean(userName));

describe('a binding of a principal', () => {
  it('that has never signed in makes the user who it will be, with what every new user has', async () => {
    await bind('by-principal', ANNA, { 'auth.cattle.io/principal-display-name': 'Anna' });
    const { userName = '' } = await bound('by-principal');
    expect(userName).toBe(userNameOf(ANNA));
    const user = await became(users, { name: userName }, ({ principalIds = [] }) => principalIds.length === 2);
    expect(user).toMatchObject({ displayName: 'Anna', principalIds: [ANNA, `local://${userName}`], enabled: true });
    expect(user.username).toBeUndefined();
    const roles = (await drover.client.list(globalRoleBindings)).items.filter((each) => each.userName === userName);
    expect(roles.map(({ globalRoleName }) => globalRoleName)).toEqual(['user']);
  });

  it('that a user is already gets that user', async () => {
    await drover.user({ name: 'u-known', principalIds: ['openldap_user://cn=known'] });
    await bind('of-known', 'openldap_user://cn=known');
    expect((await bound('of-known')).userName).toBe('u-known');
  });

  it('of our own waits for its user, and makes none', async () => {
    await bind('of-later', 'local://u-later');
    await drover.user({ name: 'u-later' });
    expect((await bound('of-later')).userName).toBe('u-later');
  });

  it('of Kubernetes’ own, or of no provider, makes nobody', async () => {
    for (const [index, principal] of ['local://system:admin', 'system://anna', 'anna', 'okta_group://x'].entries())
      await bind(`of-nobody-${index}`, principal);
    await bind('last', ANNA);
    await bound('last');
    const { items } = await drover.client.list(clusterRoleTemplateBindings, { namespace: 'c-m-abcd2345' });
    const unbound = items.filter(({ userName }) => !userName).map(({ metadata }) => metadata.name);
    expect(unbound.sort()).toEqual(['of-nobody-0', 'of-nobody-1', 'of-nobody-2', 'of-nobody-3']);
  });
});

describe('the user of a principal', () => {
  it('is called by its SHA-256 in base32', () => {
    // echo -n github_user://1 | sha256sum | xxd -r -p | base32 | head -c 10 | tr A-Z a-z
    expect(userNameOf('github_user://1')).toBe('u-ngmeaicbcg');
  });

  it.each([
    ['github_user://1', true],
    ['activedirectory_user://CN=Anna,DC=example', true],
    ['github_team://1', false],
    ['local://u-anna', false],
    ['system://provisioning', false],
    ['_user://x', false],
    ['github_user://', false],
  ])('%s: %s', (principal, is) => expect(isForeignUser(principal)).toBe(is));
});
