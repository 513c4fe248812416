import { configMaps } from '@drover/api';
import { FakeClock } from '@drover/kit';
import { expect, it } from 'vitest';
import { createFakeClient } from './fake/index.js';
import { waitFor } from './wait.js';

const ref = { namespace: 'default', name: 'a' };
const configMap = (value: string) => ({
  apiVersion: 'v1' as const,
  kind: 'ConfigMap' as const,
  metadata: { ...ref },
  data: { value },
});
const client = () => createFakeClient({ clock: new FakeClock(), random: (length) => new Uint8Array(length).fill(1) });
const isTwo = ({ data }: { data?: Record<string, string> }): boolean => data?.['value'] === '2';
const { signal } = new AbortController();

it('answers at once with an object that is as wanted', async () => {
  const api = client();
  await api.create(configMaps, configMap('2'));
  expect((await waitFor(api, configMaps, ref, isTwo, signal)).data).toEqual({ value: '2' });
});

it('sees an object come and change, also over a watch that ends', async () => {
  const api = client();
  const found = waitFor(api, configMaps, ref, isTwo, signal);
  await api.create(configMaps, configMap('1'));
  api.dropWatches();
  await api.patch(configMaps, ref, { type: 'merge', patch: { data: { value: '2' } } });
  expect((await found).metadata.name).toBe('a');
});

it('gives up with the reason of its signal', async () => {
  const controller = new AbortController();
  const waiting = waitFor(client(), configMaps, ref, isTwo, controller.signal);
  controller.abort(new Error('enough'));
  await expect(waiting).rejects.toThrow();
});
