import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { askAs } from '../tenancy/asking.js';
import { matrixPart, type Tried } from '../tenancy/matrix.js';
import type { Asked } from '../tenancy/probe.js';
import { READERS, ROLES } from '../tenancy/roles.js';
import { seedLab } from '../tenancy/seed.js';
import { startTenancy, type Tenancy } from '../tenancy/tenancy.js';
import { partsOf, tryAll } from '../tenancy/trial.js';

/** Kept as a file, so that whatever becomes reachable shows up in review. `npx vitest -u` writes it anew. */
const GOLDEN = new URL('../../testdata/route-matrix.txt', import.meta.url).pathname;

/** Some thirty thousand requests, on a machine that may be busy with other tests. */
const PATIENCE_MS = 400_000;

describe('every route, verb, subresource and action', () => {
  let tenancy: Tenancy;
  const tried: Tried[] = [];
  const document: string[] = [];
  beforeAll(async () => {
    tenancy = await startTenancy(ROLES);
    await seedLab(tenancy.lab.client, 'nothing secret');
    const bystander = await tenancy.person('bystander', 'user-base');
    for (const part of await partsOf(tenancy, bystander)) {
      const found = await tryAll(tenancy, part);
      tried.push(...found);
      document.push(matrixPart(part.title, found, part.askers));
    }
  }, PATIENCE_MS);
  afterAll(() => tenancy?.[Symbol.asyncDispose]());

  it('answers each role as was reviewed', async () => {
    await expect(document.join('\n\n')).toMatchFileSnapshot(GOLDEN);
  });

  it('asks in nobody’s name but its own, whatever identity a request claims', async () => {
    const { management, cluster, people } = tenancy;
    const strong = { 'impersonate-user': 'system:admin', 'impersonate-group': ['system:masters', 'system:nodes'] };
    const claims: readonly Asked['headers'][] = [
      strong,
      { ...strong, 'impersonate-uid': '0', 'impersonate-extra-scopes': 'all' },
      { 'impersonate-group': 'system:masters, system:authenticated' },
      { 'x-remote-user': 'system:admin', 'x-remote-group': 'system:masters' },
    ];
    for (const base of ['', '/k8s/clusters/local', `/k8s/clusters/${cluster}`]) {
      for (const [name, { user, token }] of people) {
        for (const headers of claims) {
          const path = `${base}/apis/authentication.k8s.io/v1/selfsubjectreviews`;
          const asked = { method: 'POST', path, body: {}, ...(headers === undefined ? {} : { headers }) };
          const { status, text } = await askAs(management.transport, { name, token }, asked);
          if (status === 403) continue;
          const { username, groups } = (JSON.parse(text) as { status: { userInfo: UserInfo } }).status.userInfo;
          expect([base, name, username, groups]).toEqual([
            base,
            name,
            user,
            expect.not.arrayContaining(['system:masters']),
          ]);
          expect(groups).not.toContain('system:nodes');
        }
      }
    }
  });

  it('that changes something refuses whoever may only look', () => {
    const through = tried.filter(
      ({ probe, asker, status }) =>
        probe.changes &&
        READERS.includes(asker) &&
        !OWN.test(probe.heading) &&
        (status < 300 || [409, 422].includes(status)),
    );
    expect(through.map(({ probe, asker, status }) => `${probe.heading} ${probe.verb} as ${asker}: ${status}`)).toEqual(
      [],
    );
  });
});

/**
 * What is everybody's own to change: sign in and out, passwords, tokens, kubeconfigs, preferences, asking what one may do; and
 * support bundles, which Harvester's viewers of a cluster may make.
 */
const OWN =
  /login|log[oO]ut|changepassword|POST \/v3\/tokens|generateKubeconfig|self\w+reviews|selfuser|why|preferences|supportbundles/;

interface UserInfo {
  readonly username: string;
  readonly groups: readonly string[];
}
