import { randomBytes } from 'node:crypto';
import { namespaces } from '@drover/api';
import { createFakeClient } from '@drover/client/fake';
import { FakeClock, silentLog } from '@drover/kit';
import { describe, expect, it } from 'vitest';
import { ClusterRights, PROJECT_ID } from './cluster-rights.js';

describe('the rights in a cluster are looked at again', () => {
  it('when a namespace comes or changes its project, and not when anything else about it changes', async () => {
    const means = { clock: new FakeClock(), random: randomBytes, log: silentLog };
    const client = createFakeClient(means);
    let asked = 0;
    const heard: string[] = [];
    const projectsChanged = (): void => {
      asked += 1;
    };
    const namespaceChanged = (name: string): void => {
      heard.push(name);
    };
    const nothing = (): void => {};
    const others = { changed: nothing, rightsChanged: nothing };
    const parts = { ...means, installation: 'us', projectsChanged, namespaceChanged, ...others };
    using rights = new ClusterRights(client, parts);
    await rights.synced();
    const annotate = async (annotations: Record<string, string>): Promise<void> => {
      const told = heard.length;
      await client.patch(namespaces, { name: 'blue' }, { type: 'merge', patch: { metadata: { annotations } } });
      while (heard.length === told) await means.clock.advance(0);
    };
    await client.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'blue' } });
    while (heard.length === 0) await means.clock.advance(0);
    expect(asked).toBe(1);
    await annotate({ note: 'mine' });
    expect(asked).toBe(1);
    await annotate({ [PROJECT_ID]: 'c-m-abcd2345:p-one' });
    expect(asked).toBe(2);
  });
});
