import { randomBytes } from 'node:crypto';
import { type Identity, isJsonObject, type Json, type KubeObject } from '@drover/api';
import { createFakeClient } from '@drover/client/fake';
import { FakeClock } from '@drover/kit';
import { describe, expect, it } from 'vitest';
import { Late, type View } from '../view.js';
import { namespaceAdmission } from './admission.js';

/** What users may do, as `verb resource name`. */
const RIGHTS: Record<string, readonly string[]> = {
  'u-owner': ['manage-namespaces projects p-one'],
  'u-both': ['manage-namespaces projects p-one', 'manage-namespaces projects p-two'],
  'u-boss': ['manage-namespaces projects p-one', 'get namespaces ', 'updatepsa projects p-one'],
};

function answer(body: Json): Json {
  const spec = isJsonObject(body) && isJsonObject(body['spec']) ? body['spec'] : {};
  const asked = isJsonObject(spec['resourceAttributes']) ? spec['resourceAttributes'] : {};
  const question = `${asked['verb']} ${asked['resource']} ${asked['name'] ?? ''}`;
  return { status: { allowed: RIGHTS[String(spec['user'])]?.includes(question) ?? false } };
}

const late = new Late<Pick<View, 'client'>>();
late.fill({
  client: createFakeClient({ clock: new FakeClock(), random: randomBytes, post: (_, body) => answer(body) }),
});
const plugin = namespaceAdmission(late);

const namespace = (project?: string, labels: Record<string, string> = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: {
    name: 'blue',
    labels,
    ...(project === undefined ? {} : { annotations: { 'field.cattle.io/projectId': `c-m-abcd2345:${project}` } }),
  },
});
const write = async (user: string, object: KubeObject, old?: KubeObject, groups: string[] = []): Promise<void> => {
  const identity: Identity = { name: user, groups, extra: {} };
  await plugin.admit({
    operation: old === undefined ? 'CREATE' : 'UPDATE',
    group: '',
    resource: 'namespaces',
    name: 'blue',
    object,
    ...(old === undefined ? {} : { old }),
    identity,
    dryRun: false,
  });
};

describe('a namespace', () => {
  it('is made in a project by who manages the namespaces of that project', async () => {
    await write('u-owner', namespace('p-one'));
    await expect(write('u-owner', namespace('p-two'))).rejects.toThrow(
      'you do not manage the namespaces of the project "p-two"',
    );
  });

  it('is made in no project only by who sees all namespaces: others could not see it', async () => {
    await write('u-boss', namespace());
    await expect(write('u-owner', namespace())).rejects.toThrow(/field\.cattle\.io\/projectId to CLUSTER:PROJECT/);
  });

  it('moves between projects by who manages the namespaces of both', async () => {
    await write('u-both', namespace('p-two'), namespace('p-one'));
    await expect(write('u-owner', namespace('p-two'), namespace('p-one'))).rejects.toThrow('"p-two"');
    await expect(write('u-owner', namespace('p-one'), namespace('p-two'))).rejects.toThrow('"p-two"');
  });

  it('leaves its project by who manages the namespaces of that', async () => {
    await write('u-owner', namespace(), namespace('p-one'));
    await expect(write('u-owner', namespace(), namespace('p-two'))).rejects.toThrow('"p-two"');
  });

  it('has its pod security loosened by who may do that in its project', async () => {
    const privileged = { 'pod-security.kubernetes.io/enforce': 'privileged' };
    await write('u-boss', namespace('p-one', privileged), namespace('p-one'));
    await expect(write('u-owner', namespace('p-one', privileged), namespace('p-one'))).rejects.toThrow(
      /may not change the pod security/,
    );
    await expect(write('u-owner', namespace('p-one', privileged))).rejects.toThrow(/pod security/);
  });

  it('may change otherwise without any of that, and by the cluster’s administrator in any way', async () => {
    await write('u-nobody', namespace('p-one', { color: 'blue' }), namespace('p-one'));
    await write('system:admin', namespace('p-two'), namespace('p-one'), ['system:masters']);
  });
});
