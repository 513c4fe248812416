import { randomBytes } from 'node:crypto';
import { hasReason, type Namespace, namespaces, projects, type Stored } from '@drover/api';
import { createInformer } from '@drover/client';
import { createFakeClient, type FakeClient } from '@drover/client/fake';
import { FakeClock, silentLog } from '@drover/kit';
import { beforeEach, describe, expect, it } from 'vitest';
import type { ClusterId } from '../clusters/cluster-id.js';
import { CREATOR_ID } from '../clusters/side-objects.js';
import { PROJECT_ID } from '../rbac/cluster-rights.js';
import { CLUSTER } from '../testing/bindings.js';
import { ProjectNamespaces } from './project-namespaces.js';

const ID = CLUSTER as ClusterId;
const means = { clock: new FakeClock(), random: randomBytes, log: silentLog };
let cluster: FakeClient;
let known: Stored<Namespace>[];
let projectNamespaces: ProjectNamespaces;

const make = async (name: string, annotations: Record<string, string>): Promise<void> => {
  const metadata = { name, annotations: { [PROJECT_ID]: `${CLUSTER}:p-one`, ...annotations } };
  known.push(await cluster.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata }));
};
const move = (name: string, project: string) =>
  cluster.patch(
    namespaces,
    { name },
    { type: 'merge', patch: { metadata: { annotations: { [PROJECT_ID]: `${CLUSTER}:${project}` } } } },
  );
const projectOf = async (name: string): Promise<string | undefined> =>
  (await cluster.get(namespaces, { name })).metadata.annotations?.[PROJECT_ID];

beforeEach(() => {
  cluster = createFakeClient(means);
  known = [];
  projectNamespaces = new ProjectNamespaces({
    ...means,
    client: cluster,
    projects: createInformer(cluster, projects, means),
    downstreamRbac: {
      followed: () => ({
        client: cluster,
        synced: async () => {},
        namespacesOf: () => known,
        namespace: (name) => known.find(({ metadata }) => metadata.name === name),
        namespaces: () => known,
      }),
      onNamespace: () => ({ [Symbol.dispose]: () => {} }),
    },
    settings: { value: () => '' },
  });
});

describe('a project that goes', () => {
  it('takes the namespaces along that were made here, and lets the others go', async () => {
    await make('made', { [CREATOR_ID]: 'u-anna' });
    await make('found', {});
    await projectNamespaces.release(ID, 'p-one');
    expect((await cluster.list(namespaces)).items.map(({ metadata }) => metadata.name)).toEqual(['found']);
    expect(await projectOf('found')).toBeUndefined();
  });

  it.each([
    ['made', { [CREATOR_ID]: 'u-anna' }],
    ['found', {}],
  ])('leaves a namespace (%s) that was moved to another project a moment ago', async (name, annotations) => {
    await make(name, annotations);
    await move(name, 'p-two');
    const released = projectNamespaces.release(ID, 'p-one');
    await expect(released).rejects.toSatisfy((error: unknown) => hasReason(error, 'Conflict'));
    expect(await projectOf(name)).toBe(`${CLUSTER}:p-two`);
  });
});
