import { randomBytes } from 'node:crypto';
import { type AdmissionReview, ApiError, type Identity, type KubeObject } from '@drover/api';
import { createFakeClient } from '@drover/client/fake';
import { FakeClock } from '@drover/kit';
import { describe, expect, it } from 'vitest';
import { managerAdmission } from './manager-admission.js';

const person: Identity = { name: 'u-abcde', groups: ['system:authenticated'], extra: {} };
const master: Identity = { name: 'system:admin', groups: ['system:masters'], extra: {} };
const CREATOR = 'field.cattle.io/creatorId';

function admit(group: string, resource: string, review: Partial<AdmissionReview>): KubeObject | undefined {
  const plugin = managerAdmission(() => createFakeClient({ clock: new FakeClock(), random: randomBytes })).find(
    ({ resources }) => resources.includes(`${group}/${resource}`),
  );
  const name = review.object?.metadata.name ?? review.old?.metadata.name ?? '';
  const whole = { operation: 'CREATE', group, resource, name, identity: person, dryRun: false, ...review } as const;
  return plugin?.admit(whole) as KubeObject | undefined;
}
const cluster = (name: string, more: object = {}, annotations: Record<string, string> = {}): KubeObject => ({
  apiVersion: 'provisioning.cattle.io/v1',
  kind: 'Cluster',
  metadata: { name, namespace: 'fleet-default', annotations },
  ...more,
});
const provisioning = (object: KubeObject, review: Partial<AdmissionReview> = {}) =>
  admit('provisioning.cattle.io', 'clusters', { object, ...review });

describe('a cluster', () => {
  it.each([
    ['a name with a dot', cluster('a.b'), /metadata\.name: a cluster's name must consist of/],
    ['a name in capitals', cluster('Lab'), /lower case/],
    ['a name too long', cluster('a'.repeat(64)), /no more than 63 characters/],
    ['the name of the local one', cluster('local'), /is that of the cluster this server runs on/],
    [
      'machines to build',
      cluster('a', { spec: { rkeConfig: {} } }),
      /spec\.rkeConfig: building machines is not implemented/,
    ],
    [
      'a variable without a name',
      cluster('a', { spec: { agentEnvVars: [{ name: '', value: 'x' }] } }),
      /agentEnvVars\[0\]/,
    ],
    [
      'spaces in NO_PROXY',
      cluster('a', { spec: { agentEnvVars: [{ name: 'NO_PROXY', value: 'a, b' }] } }),
      /must not contain spaces/,
    ],
  ])('with %s is refused in a sentence', (_, object, sentence) => {
    expect(() => provisioning(object)).toThrow(sentence);
    expect(() => provisioning(object)).toThrow(ApiError);
  });

  it('as in the documentation of Harvester is admitted', () => {
    const object = cluster('hv1', { spec: { agentEnvVars: [] } });
    expect(provisioning(object, { identity: master })).toBeUndefined();
  });

  it('notes who made it, whatever that person says about it', () => {
    const made = provisioning(cluster('a', {}, { [CREATOR]: 'user-somebody' }));
    expect(made?.metadata.annotations).toEqual({ [CREATOR]: 'u-abcde' });
  });

  it('keeps its maker when others change it', () => {
    const old = cluster('a', {}, { [CREATOR]: 'u-maker' });
    const changed = provisioning(cluster('a', {}, { [CREATOR]: 'u-abcde' }), { operation: 'UPDATE', old });
    expect(changed?.metadata.annotations).toEqual({ [CREATOR]: 'u-maker' });
    const removed = provisioning(cluster('a'), { operation: 'UPDATE', old });
    expect(removed?.metadata.annotations).toEqual({ [CREATOR]: 'u-maker' });
  });
});

it('a registration token is only for the cluster of its namespace', () => {
  const token = { ...cluster('t'), kind: 'ClusterRegistrationToken', spec: { clusterName: 'c-m-other' } };
  expect(() => admit('management.cattle.io', 'clusterregistrationtokens', { object: token })).toThrow(
    /must be "fleet-default"/,
  );
});

it('the cluster this server runs on cannot be deleted', () => {
  const old = cluster('local');
  expect(() => admit('management.cattle.io', 'clusters', { operation: 'DELETE', old, identity: master })).toThrow(
    /cannot be deleted/,
  );
});

it('a setting that the server writes is not for others', () => {
  const object = { ...cluster('cacerts'), kind: 'Setting' };
  expect(() => admit('management.cattle.io', 'settings', { operation: 'UPDATE', object })).toThrow(
    /written by the server alone/,
  );
});

it('a setting with a value that cannot be is refused beside the field, and an old one does not hinder other changes', () => {
  const image = (value: string): KubeObject => ({ ...cluster('agent-image'), kind: 'Setting', value }) as KubeObject;
  const change = (old: KubeObject, object: KubeObject) => () =>
    admit('management.cattle.io', 'settings', { operation: 'UPDATE', old, object, identity: master });
  expect(change(image(''), image('foo bar'))).toThrow(/value: .*must be a reference to an image/);
  expect(change(image('foo bar'), image('foo bar'))).not.toThrow();
  expect(change(image('foo bar'), image('drover:v2'))).not.toThrow();
});
