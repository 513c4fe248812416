import { decodeYaml } from '@drover/api';
import { Secret } from '@drover/kit';
import { describe, expect, it } from 'vitest';
import { kubeconfigOf } from './kubeconfig.js';

const facts = {
  server: 'https://drover.example/k8s/clusters/c-m-abcd2345',
  caPem: 'PEM',
  user: { token: new Secret('kubeconfig-u-a:b') },
};

describe('a kubeconfig', () => {
  it.each(['lab', 'no', '1e3', '0755'])('of a cluster called %s has that name everywhere, as text', (name) => {
    expect(decodeYaml(kubeconfigOf({ ...facts, name }))).toEqual({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [
        {
          name,
          cluster: { server: facts.server, 'certificate-authority-data': Buffer.from('PEM\n').toString('base64') },
        },
      ],
      users: [{ name, user: { token: 'kubeconfig-u-a:b' } }],
      contexts: [{ name, context: { user: name, cluster: name } }],
      'current-context': name,
    });
  });

  it('without a token has the user’s own program ask for one when it is used', () => {
    const user = { signInAt: 'https://drover.example', userName: 'u-abcde', cluster: 'c-m-abcd2345' };
    const { users } = decodeYaml(kubeconfigOf({ ...facts, name: 'lab', user })) as { users: unknown };
    expect(users).toMatchObject([
      {
        user: {
          exec: {
            command: 'rancher',
            args: ['token', '--server=drover.example', '--user=u-abcde', '--cluster=c-m-abcd2345'],
          },
        },
      },
    ]);
  });

  it('names no authority when the certificate is publicly trusted', () => {
    expect(kubeconfigOf({ ...facts, name: 'lab', caPem: '' })).not.toContain('certificate-authority');
  });
});
