import { type HarvesterSetting, harvesterSettings, secrets } from '@drover/api';
import { describe, expect, it } from 'vitest';
import { openTestCluster, type TestCluster } from '../testing/cluster.js';
import { knownRegistries, registryCredentialsController } from './credentials.js';

const value = (Password: string): string =>
  JSON.stringify({
    Mirrors: { 'docker.io': { Endpoints: ['https://m.test'] } },
    Configs: { 'm.test': { Auth: { Username: 'me', Password } } },
  });
const SECRET = 'cattle-system/harvester-containerd-registry';

async function openLab(first: string): Promise<TestCluster & { set(text: string): Promise<void> }> {
  const cluster = await openTestCluster();
  const setting: HarvesterSetting = {
    apiVersion: 'harvesterhci.io/v1beta1',
    kind: 'Setting',
    metadata: { name: 'containerd-registry' },
    value: first,
  };
  await cluster.client.create(harvesterSettings, setting);
  cluster.run(registryCredentialsController({ ...cluster, ...cluster.informers }));
  return {
    ...cluster,
    async set(text) {
      const before = await cluster.client.get(harvesterSettings, { name: 'containerd-registry' });
      await cluster.client.update(harvesterSettings, { ...before, value: text });
    },
  };
}

describe("a registry's password", () => {
  it('moves from the setting into a secret', async () => {
    await using lab = await openLab(value('pw'));
    const setting = await lab.until(
      harvesterSettings,
      'containerd-registry',
      (object) => object.value?.includes('pw') === false,
    );
    expect(setting.value).toBe(value(''));
    expect(knownRegistries(await lab.until(secrets, SECRET, () => true))).toBe(value('pw'));
  });

  it('is kept when the setting is written without it, and changed when it is written with another', async () => {
    await using lab = await openLab(value('pw'));
    await lab.until(harvesterSettings, 'containerd-registry', (object) => object.value === value(''));
    const more = value('').replace('https://m.test', 'https://n.test');
    await lab.set(more);
    await lab.until(
      secrets,
      SECRET,
      (secret) => knownRegistries(secret) === value('pw').replace('https://m.test', 'https://n.test'),
    );
    await lab.set(value('other'));
    await lab.until(secrets, SECRET, (secret) => knownRegistries(secret) === value('other'));
    await lab.until(harvesterSettings, 'containerd-registry', (object) => object.value === value(''));
  });

  it('is forgotten with the setting', async () => {
    await using lab = await openLab(value('pw'));
    await lab.until(secrets, SECRET, () => true);
    await lab.set('');
    await lab.untilGone(secrets, SECRET);
  });
});
