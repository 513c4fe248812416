import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AgentConfigError, readAgentConfig } from './config.js';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'drover-agent-config-'));
  await mkdir(join(root, 'cattle-credentials'));
  await writeFile(join(root, 'cattle-credentials/token'), 'secret-token\n');
  await writeFile(join(root, 'cattle-credentials/url'), 'https://from-file.example.com\n');
});
afterAll(() => rm(root, { recursive: true }));

const CHECKSUM = '0123456789abcdef'.repeat(4);

const read = (env: Record<string, string> = {}) =>
  readAgentConfig({
    CATTLE_CLUSTER: 'true',
    CATTLE_SERVER: 'https://drover.example.com/',
    CATTLE_CA_CHECKSUM: CHECKSUM,
    KUBERNETES_SERVICE_HOST: '10.53.0.1',
    KUBERNETES_SERVICE_PORT: '443',
    DROVER_POD_ROOT: root,
    ...env,
  });

describe("the agent's configuration", () => {
  it('comes from the environment and the credentials of the manifest', async () => {
    const config = await read({ STRICT_VERIFY: 'true', DROVER_AGENT_ALLOW: '10.53.0.10:53, *.svc:443' });
    expect(config).toMatchObject({
      server: 'https://drover.example.com',
      caChecksum: CHECKSUM,
      strictVerify: true,
      apiAddress: '10.53.0.1:443',
      connectedBefore: false,
      allow: ['10.53.0.10:53', '*.svc:443'],
    });
    expect(config.token.reveal()).toBe('secret-token');
    expect(JSON.stringify(config)).not.toContain('secret-token');
  });

  it("takes the server's address from the credentials when the environment has none", async () => {
    expect((await read({ CATTLE_SERVER: '' })).server).toBe('https://from-file.example.com');
  });

  it('puts an IPv6 address in brackets', async () => {
    expect((await read({ KUBERNETES_SERVICE_HOST: 'fd00::1' })).apiAddress).toBe('[fd00::1]:443');
  });

  it('goes without a proxy that is not for the server', async () => {
    expect(
      (await read({ HTTPS_PROXY: 'http://proxy:3128', NO_PROXY: '10.0.0.0/8,.example.com' })).server,
    ).toBeDefined();
  });

  it.each([
    [{ CATTLE_CLUSTER: 'false' }, 'CATTLE_CLUSTER: expected "true"'],
    [{ CATTLE_SERVER: 'drover' }, 'CATTLE_SERVER: "drover" is not a URL'],
    [{ CATTLE_SERVER: 'http://drover' }, 'is not an https URL'],
    [{ CATTLE_CA_CHECKSUM: 'abc' }, 'CATTLE_CA_CHECKSUM: "abc" is no SHA-256'],
    [{ CATTLE_CA_CHECKSUM: '', STRICT_VERIFY: 'true' }, 'set agent-tls-mode to system-store'],
    [{ STRICT_VERIFY: 'yes' }, 'STRICT_VERIFY: "yes" is neither true nor false'],
    [{ KUBERNETES_SERVICE_HOST: '' }, 'this is no pod of a cluster'],
    [{ KUBERNETES_SERVICE_PORT: 'https' }, '"10.53.0.1:https" is no address'],
    [{ DROVER_POD_ROOT: '/nowhere' }, '/nowhere/cattle-credentials/token: the registration token is missing'],
    [{ DROVER_AGENT_ALLOW: '10.53.0.10' }, 'DROVER_AGENT_ALLOW: "10.53.0.10" is not host:port'],
    [
      { HTTPS_PROXY: 'http://proxy:3128' },
      'HTTPS_PROXY: proxies are not supported; add "drover.example.com" to NO_PROXY',
    ],
  ])('with %o is refused in one sentence', async (env, sentence) => {
    const refused = await read(env as Record<string, string>).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(AgentConfigError);
    expect(String(refused)).toContain(sentence);
  });
});
