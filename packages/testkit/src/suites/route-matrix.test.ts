import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { matrixPart, type Tried } from '../tenancy/matrix.js';
import { READERS, ROLES } from '../tenancy/roles.js';
import { seedLab } from '../tenancy/seed.js';
import { startTenancy, type Tenancy } from '../tenancy/tenancy.js';
import { partsOf, tryAll } from '../tenancy/trial.js';

/** Kept as a file, so that whatever becomes reachable shows up in review. `npx vitest -u` writes it anew. */
const GOLDEN = new URL('../../testdata/route-matrix.txt', import.meta.url).pathname;

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
  });
  afterAll(() => tenancy?.[Symbol.asyncDispose]());

  it('answers each role as was reviewed', async () => {
    await expect(document.join('\n\n')).toMatchFileSnapshot(GOLDEN);
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
