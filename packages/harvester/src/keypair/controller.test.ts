import { keyPairs } from '@drover/api';
import { describe, expect, it } from 'vitest';
import { openTestCluster } from '../testing/cluster.js';
import { keyPairController } from './controller.js';

/** An ed25519 public key in OpenSSH's form; 32 zero bytes do for a fingerprint. */
const KEY = `ssh-ed25519 ${Buffer.concat([Buffer.from([0, 0, 0, 11]), Buffer.from('ssh-ed25519'), Buffer.from([0, 0, 0, 32]), Buffer.alloc(32)]).toString('base64')}`;

describe('a key pair', () => {
  it('has the fingerprint of its key, also when the key changes', async () => {
    await using lab = await openTestCluster();
    lab.run(keyPairController({ ...lab, pairs: lab.informers.keyPairs }));
    const metadata = { namespace: 'default', name: 'mine' };
    const created = await lab.client.create(keyPairs, {
      apiVersion: 'harvesterhci.io/v1beta1',
      kind: 'KeyPair',
      metadata,
      spec: { publicKey: KEY },
    });
    const valid = await lab.until(keyPairs, 'default/mine', ({ status }) => status?.fingerPrint !== undefined);
    expect(valid.status).toMatchObject({
      fingerPrint: expect.stringMatching(/^([0-9a-f]{2}:){15}/),
      conditions: [{ type: 'validated', status: 'True' }],
    });
    await lab.client.update(keyPairs, { ...valid, spec: { publicKey: 'nonsense' } });
    const invalid = await lab.until(
      keyPairs,
      'default/mine',
      ({ status }) => status?.conditions?.[0]?.status === 'False',
    );
    expect(invalid.status).toMatchObject({
      fingerPrint: '',
      conditions: [{ message: expect.stringContaining('not a type of OpenSSH public key') }],
    });
    expect(created.metadata.uid).toBe(invalid.metadata.uid);
  });
});
