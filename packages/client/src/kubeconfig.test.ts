import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Secret } from '@drover/kit';
import { describe, expect, it } from 'vitest';
import { AccessError } from './https-transport.js';
import { inClusterAccess } from './in-cluster.js';
import { KubeconfigError, loadKubeconfig, parseKubeconfig } from './kubeconfig.js';

const base64 = (text: string): string => Buffer.from(text).toString('base64');

const kubeconfig = (user: string, cluster = `certificate-authority-data: ${base64('CA PEM')}`): string => `
apiVersion: v1
kind: Config
clusters: [{name: c, cluster: {server: 'https://10.0.0.1:6443', ${cluster}}}]
users: [{name: u, user: {${user}}}]
contexts:
- {name: one, context: {cluster: c, user: u, namespace: default}}
- {name: two, context: {cluster: elsewhere}}
current-context: one
`;

async function revealed(token: unknown): Promise<string> {
  const secret = typeof token === 'function' ? await token() : token;
  return secret instanceof Secret ? secret.reveal() : 'no token';
}

describe('a kubeconfig', () => {
  it('with a token and inline authorities', async () => {
    const access = await parseKubeconfig(kubeconfig('token: abc'));
    expect(access).toMatchObject({ server: 'https://10.0.0.1:6443', ca: 'CA PEM', namespace: 'default' });
    expect(await revealed(access.token)).toBe('abc');
    expect(JSON.stringify(access)).not.toContain('abc');
  });

  it('with a client certificate', async () => {
    const text = kubeconfig(`client-certificate-data: ${base64('CERT')}, client-key-data: ${base64('KEY')}`);
    const access = await parseKubeconfig(text);
    expect([access.cert, access.key?.reveal()]).toEqual(['CERT', 'KEY']);
  });

  it('with files beside it, the token being read anew each time', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'drover-kubeconfig-'));
    await writeFile(join(directory, 'ca.crt'), 'CA IN A FILE');
    await writeFile(join(directory, 'token'), 'first\n');
    await writeFile(join(directory, 'config'), kubeconfig('tokenFile: token', 'certificate-authority: ca.crt'));
    const { ca, token } = await loadKubeconfig(join(directory, 'config'));
    expect([ca, await revealed(token)]).toEqual(['CA IN A FILE', 'first']);
    await writeFile(join(directory, 'token'), 'second\n');
    expect(await revealed(token)).toBe('second');
    await rm(directory, { recursive: true });
  });

  it.each([
    ['an exec plugin', kubeconfig('exec: {command: aws}'), 'user: exec: exec plugins are not run'],
    ['an auth provider', kubeconfig('auth-provider: {name: gcp}'), 'auth-provider plugins are not run'],
    ['a password', kubeconfig('username: a, password: b'), 'passwords are not supported'],
    ['impersonation', kubeconfig('as: admin'), 'impersonation from a kubeconfig is not supported'],
    [
      'skipped verification',
      kubeconfig('token: a', 'insecure-skip-tls-verify: true'),
      'verification cannot be skipped',
    ],
    ['a proxy', kubeconfig('token: a', 'proxy-url: http://p'), 'proxies are not supported'],
    ['broken base64', kubeconfig('token: a', 'certificate-authority-data: "%"'), 'is no base64'],
    [
      'no server',
      'clusters: [{name: c, cluster: {}}]\ncontexts: [{name: x, context: {cluster: c}}]\ncurrent-context: x',
      'server is missing',
    ],
    ['no context', 'contexts: []', 'has no current-context'],
    ['no YAML', '{', 'is no YAML'],
    ['something else', '[]', 'is no mapping'],
  ])('with %s is refused by name', async (_what, text, message) => {
    const refused = await parseKubeconfig(text).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(KubeconfigError);
    expect(String(refused)).toContain(message);
  });

  it('of which another context is asked for', async () => {
    await expect(parseKubeconfig(kubeconfig('token: a'), { context: 'two' })).rejects.toThrow(
      'there is no "elsewhere"',
    );
    await expect(parseKubeconfig(kubeconfig('token: a'), { context: 'three' })).rejects.toThrow('there is no "three"');
  });
});

describe("a pod's own access", () => {
  it('says what is missing where there is no pod', async () => {
    await expect(inClusterAccess({})).rejects.toThrow(AccessError);
    await expect(
      inClusterAccess({ KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '443' }, '/nowhere'),
    ).rejects.toThrow('the pod has no service account');
  });
});
