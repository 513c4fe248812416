import { randomBytes } from 'node:crypto';
import { type CustomResourceDefinition, customResourceDefinitions } from '@drover/api';
import { createFakeClient } from '@drover/client/fake';
import { FakeClock } from '@drover/kit';
import { describe, expect, it } from 'vitest';
import { updateStatus } from './create-or-update.js';
import { installDefinitions } from './definitions.js';

const definition = (plural: string, description = ''): CustomResourceDefinition => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `${plural}.example.com` },
  spec: {
    group: 'example.com',
    names: { plural, kind: plural },
    scope: 'Cluster',
    versions: [
      { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object', description } } },
    ],
  },
});
const HERDS = definition('herds');

/** An API that serves a definition once it is told to. */
function setting(onWatch: () => void = () => {}) {
  const writes: string[] = [];
  const client = createFakeClient({
    clock: new FakeClock(Date.UTC(2026, 0, 1)),
    random: randomBytes,
    before: ({ verb }) => {
      if (verb === 'create' || verb === 'update') writes.push(verb);
      if (verb === 'watch') onWatch();
    },
  });
  const serve = ({ metadata: { name = '' } }: CustomResourceDefinition) =>
    updateStatus(client, customResourceDefinitions, { name }, (object) => {
      const condition = { type: 'Established', status: 'True', reason: 'A', message: '' } as const;
      object.status = { conditions: [condition], acceptedNames: object.spec.names, storedVersions: ['v1'] };
    });
  const installed = async (definitions: readonly CustomResourceDefinition[]): Promise<void> => {
    const installing = installDefinitions(client, definitions, AbortSignal.timeout(10_000));
    for (const one of definitions) await served(one);
    await installing;
  };
  /** Serves it as soon as it is there. */
  const served = async (one: CustomResourceDefinition): Promise<void> => {
    for await (const { type, object } of client.watch(customResourceDefinitions, { resourceVersion: '0' })) {
      if (type === 'ADDED' && object.metadata.name === one.metadata.name) break;
    }
    await serve(one);
  };
  return { client, writes, installed };
}

describe('definitions', () => {
  it('are installed when each of them is served', async () => {
    const { client, installed } = setting();
    await installed([HERDS, definition('flocks')]);
    const { items } = await client.list(customResourceDefinitions);
    expect(items.map(({ metadata }) => metadata.name)).toEqual(['flocks.example.com', 'herds.example.com']);
  });

  it('are not written again at the next start, and those of an earlier release are', async () => {
    const { client, writes, installed } = setting();
    await installed([HERDS]);
    writes.length = 0;
    await installDefinitions(client, [HERDS], AbortSignal.timeout(10_000));
    expect(writes).toEqual([]);
    await installDefinitions(client, [definition('herds', 'of cattle')], AbortSignal.timeout(10_000));
    expect(writes).toEqual(['update']);
  });

  it('that somebody changed are as they should be after the next start', async () => {
    const { client, installed } = setting();
    await installed([HERDS]);
    const changed = await client.get(customResourceDefinitions, { name: 'herds.example.com' });
    changed.spec.versions[0] = { name: 'v1', served: true, storage: true };
    await client.update(customResourceDefinitions, changed);
    await installDefinitions(client, [HERDS], AbortSignal.timeout(10_000));
    const mended = await client.get(customResourceDefinitions, { name: 'herds.example.com' });
    expect(mended.spec.versions).toEqual(HERDS.spec.versions);
  });

  it('are as they should be with what the API adds to them', async () => {
    const { client, writes, installed } = setting();
    await installed([HERDS]);
    const stored = await client.get(customResourceDefinitions, { name: 'herds.example.com' });
    stored.spec = {
      ...stored.spec,
      conversion: { strategy: 'None' },
      names: { ...stored.spec.names, singular: 'herds', listKind: 'herdsList' },
    };
    await client.update(customResourceDefinitions, stored);
    writes.length = 0;
    await installDefinitions(client, [HERDS], AbortSignal.timeout(10_000));
    expect(writes).toEqual([]);
  });

  it('that are not served in time are told by name', async () => {
    const patience = new AbortController();
    const { client } = setting(() => patience.abort());
    await expect(installDefinitions(client, [HERDS], patience.signal)).rejects.toThrow(
      'the Kubernetes API does not serve herds.example.com',
    );
  });
});
