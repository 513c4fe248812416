import { randomBytes } from 'node:crypto';
import { configMaps, forbidden } from '@drover/api';
import { createFakeClient } from '@drover/client/fake';
import { FakeClock } from '@drover/kit';
import { expect, it } from 'vitest';
import { readSight } from './read-part.js';
import { Sight } from './sight.js';

it('refuses to put together more parts than a cluster should be asked for at once, and says what to do', async () => {
  const client = createFakeClient({ clock: new FakeClock(), random: randomBytes });
  const sight = new Sight(Array.from({ length: 2_001 }, (_, index) => ({ namespace: `n${index}` })));
  const reading = { client, kind: configMaps, signal: new AbortController().signal };
  await expect(readSight(reading, { sight, everything: client, namespace: undefined })).rejects.toMatchObject({
    reason: 'RequestEntityTooLarge',
    message: 'you may see 2001 namespaces and objects, which is too much at once: choose a namespace',
  });
});

it('leaves out a namespace that the cluster refuses, and shows the rest', async () => {
  const client = createFakeClient({
    clock: new FakeClock(),
    random: randomBytes,
    before({ verb, namespace }) {
      if (verb === 'list' && namespace === 'refused') throw forbidden(configMaps, '', 'no');
    },
  });
  for (const namespace of ['mine', 'refused'])
    await client.create(configMaps, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace, name: 'a' } });
  const sight = new Sight([{ namespace: 'mine' }, { namespace: 'refused' }]);
  const reading = { client, kind: configMaps, signal: new AbortController().signal };
  const { objects } = await readSight(reading, { sight, everything: client, namespace: undefined });
  expect(objects.map(({ metadata }) => metadata.namespace)).toEqual(['mine']);
});
