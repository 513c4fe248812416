import type { Pod } from '@drover/api';
import type { Container } from '@drover/api/types/core-v1';
import { describe, expect, it } from 'vitest';
import { environmentOf } from './environment.js';

const pod: Pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'agent-0', namespace: 'cattle-system', uid: 'u' },
  spec: { containers: [], nodeName: 'lab' },
};
const surroundings = { apiServer: { host: '127.0.0.1', port: 6443 }, hostIP: '10.0.0.1' };
const lookup = async (kind: string, name: string, key: string) => (name === 'there' ? `${kind} ${key}` : undefined);
const read = (env: Container['env']) =>
  environmentOf(pod, { name: 'c', ...(env === undefined ? {} : { env }) }, '/root', surroundings, lookup);

describe("a container's environment", () => {
  it('says where the API and its root are, and nothing of ours', async () => {
    expect(await read([])).toEqual({
      HOSTNAME: 'agent-0',
      KUBERNETES_SERVICE_HOST: '127.0.0.1',
      KUBERNETES_SERVICE_PORT: '6443',
      KUBERNETES_SERVICE_PORT_HTTPS: '6443',
      KUBERNETES_PORT: 'tcp://127.0.0.1:6443',
      DROVER_POD_ROOT: '/root',
    });
  });

  it('holds what the pod sets: values, references to them, fields, and keys of other objects', async () => {
    const environment = await read([
      { name: 'CATTLE_SERVER', value: 'https://drover.test' },
      { name: 'CATTLE_PING', value: '$(CATTLE_SERVER)/ping $$(x) $(NOT_SET)' },
      { name: 'CATTLE_NODE_NAME', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } },
      { name: 'CATTLE_TOKEN', valueFrom: { secretKeyRef: { name: 'there', key: 'token' } } },
      { name: 'CATTLE_MAYBE', valueFrom: { configMapKeyRef: { name: 'absent', key: 'x', optional: true } } },
    ]);
    expect(environment).toMatchObject({
      CATTLE_PING: 'https://drover.test/ping $(x) $(NOT_SET)',
      CATTLE_NODE_NAME: 'lab',
      CATTLE_TOKEN: 'secret token',
      CATTLE_MAYBE: '',
    });
  });

  it.each([
    'NODE_OPTIONS',
    'LD_PRELOAD',
    'PATH',
    'DROVER_POD_ROOT',
    'NODE_EXTRA_CA_CERTS',
    'OPENSSL_CONF',
    'HOME',
    'BASH_ENV',
  ])('never holds %s from a pod: that would run its author’s code on this host', async (name) => {
    await expect(read([{ name, value: 'x' }])).rejects.toThrow(`environment variable ${name}`);
  });

  it('waits for no key that is missing: it says which', async () => {
    await expect(
      read([{ name: 'CATTLE_X', valueFrom: { secretKeyRef: { name: 'absent', key: 'k' } } }]),
    ).rejects.toThrow(/secret "absent" has no key "k"/);
  });
});
