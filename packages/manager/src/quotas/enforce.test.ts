import { randomBytes } from 'node:crypto';
import { invalid, namespaces } from '@drover/api';
import type { Client } from '@drover/client';
import { createFakeClient } from '@drover/client/fake';
import { FakeClock } from '@drover/kit';
import { expect, it } from 'vitest';
import { project } from '../testing/bindings.js';
import { tellNamespace } from './enforce.js';
import { deriveQuotas, NAMESPACE_QUOTA } from './quota-objects.js';

const WORDS = 'limits.cpu=1 is less than what the namespace uses: limits.cpu=2';

it('a namespace is told where its cluster refuses the default, of which it uses more already', async () => {
  const fake = createFakeClient({ clock: new FakeClock(), random: randomBytes });
  const namespace = await fake.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'red' } });
  const patch: Client['patch'] = async (kind, ref, change, options) => {
    if (JSON.stringify(change).includes(NAMESPACE_QUOTA))
      throw invalid({ ...namespaces }, 'red', [{ reason: 'FieldValueInvalid', field: 'metadata', message: WORDS }]);
    return fake.patch(kind, ref, change, options);
  };
  const limit = { limitsCpu: '1' };
  const owner = project('p-one');
  const spec = { clusterName: '', displayName: '', resourceQuota: { limit }, namespaceDefaultResourceQuota: { limit } };
  const facts = { installation: 'us', project: { ...owner, spec }, namespaces: [namespace], present: [] };
  const quota = deriveQuotas(facts).get('red');
  if (quota === undefined) throw new Error('nothing was derived');
  await tellNamespace({ client: { ...fake, patch }, installation: 'us' }, namespace, quota, { fault: '', now: 0 });
  const { metadata } = await fake.get(namespaces, { name: 'red' });
  expect(metadata.annotations?.['cattle.io/status']).toContain(WORDS);
});
