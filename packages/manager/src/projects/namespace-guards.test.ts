import { randomBytes } from 'node:crypto';
import { forbidden, notServed, validatingAdmissionPolicies, validatingAdmissionPolicyBindings } from '@drover/api';
import { createFakeClient, type FakeCall } from '@drover/client/fake';
import { FakeClock } from '@drover/kit';
import { afterEach, describe, expect, it } from 'vitest';
import { LOCAL } from '../clusters/cluster-id.js';
import { type Installation, startInstallation } from '../testing/installation.js';
import { NamespaceGuards } from './namespace-guards.js';

const clock = new FakeClock();
const isPolicy = ({ kind }: FakeCall): boolean => kind?.group === 'admissionregistration.k8s.io';
const clusterThat = (before: (call: FakeCall) => void) => createFakeClient({ clock, random: randomBytes, before });
const name = 'drover-project-namespaces-us';

describe('the policy of namespaces', () => {
  const guards = new NamespaceGuards(clock, () => 'us');

  it('is in the cluster, and put right again when it is not as it should be', async () => {
    const cluster = clusterThat(() => {});
    await guards.ensure(LOCAL, cluster);
    expect(guards.isEnforced(LOCAL)).toBe(true);
    const policy = await cluster.get(validatingAdmissionPolicies, { name });
    await cluster.update(validatingAdmissionPolicies, { ...policy, spec: { validations: [] } });
    await cluster.delete(validatingAdmissionPolicyBindings, { name });
    clock.advance(600_000);
    await guards.ensure(LOCAL, cluster);
    expect((await cluster.get(validatingAdmissionPolicies, { name })).spec).toEqual(policy.spec);
    expect((await cluster.get(validatingAdmissionPolicyBindings, { name })).spec?.policyName).toBe(name);
  });

  it('is not enforced by a cluster that is too old for it', async () => {
    const cluster = clusterThat((call) => {
      if (isPolicy(call)) throw notServed();
    });
    await guards.ensure(LOCAL, cluster);
    expect(guards.isEnforced(LOCAL)).toBe(false);
  });

  it('is not enforced, and tried again, where the cluster refuses it', async () => {
    let allowed = false;
    const cluster = clusterThat((call) => {
      if (isPolicy(call) && call.verb === 'create' && !allowed)
        throw forbidden({ group: '', plural: 'policies' }, name, 'no');
    });
    await expect(guards.ensure(LOCAL, cluster)).rejects.toThrow('no');
    expect(guards.isEnforced(LOCAL)).toBe(false);
    allowed = true;
    await guards.ensure(LOCAL, cluster);
    expect(guards.isEnforced(LOCAL)).toBe(true);
  });
});

describe('a cluster that is too old for the policy', () => {
  let server: Installation;
  afterEach(() => server[Symbol.asyncDispose]());

  it.each(['/k8s/clusters/local', ''])('has its namespaces written by owners alone, through %s/api', async (prefix) => {
    server = await startInstallation({
      before: (call) => {
        if (isPolicy(call)) throw notServed();
      },
    });
    const owner = await server.user({ name: 'user-owner' });
    const member = await server.user({ name: 'u-member' });
    const move = (token: string) =>
      server.ask('PATCH', `${prefix}/api/v1/namespaces/blue`, {
        token,
        headers: { 'content-type': 'application/merge-patch+json' },
        body: { metadata: { annotations: { 'field.cattle.io/projectId': 'local:p-one' } } },
      });
    const refused = await move(member);
    expect(refused.status).toBe(403);
    expect(refused.json['message']).toContain('only an owner of the cluster writes namespaces there');
    expect((await move(owner)).status).toBe(200);
    expect((await server.ask('GET', `${prefix}/api/v1/namespaces/blue`, { token: member })).status).toBe(200);
  });
});
