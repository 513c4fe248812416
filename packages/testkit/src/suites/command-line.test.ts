import { execFile } from 'node:child_process';
import { mkdir, readFile, stat, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { namespaces, secrets } from '@drover/api';
import { httpsTransport } from '@drover/client';
import { describe, expect, it } from 'vitest';
import { DroverProcess, droverProgram } from '../drover-process.js';
import { kubeconfigClient } from '../lab.js';
import { temporaryDirectory } from '../temporary.js';

describe('the drover program', () => {
  it.each([
    [['fly'], 2, 'drover: there is no command "fly"; use up, server, lab, agent, audit'],
    [['server', '--listen', 'nowhere'], 2, '--listen: "nowhere" is not HOST:PORT'],
    [['lab', '--name', 'No Host'], 2, '--name: "No Host" is not a host name'],
    [['agent'], 2, 'drover agent:'],
  ])('%j ends with code %i and one sentence', async (args, code, sentence) => {
    await using drover = new DroverProcess(args);
    expect(await drover.ended).toEqual({ code, signal: null });
    expect(drover.told).toContain(sentence);
    expect(drover.told.trim().split('\n')).toHaveLength(1);
  });

  it('keeps its state and its secrets from other users and from a second server, and stops cleanly when asked', async () => {
    await using data = await temporaryDirectory();
    await using server = new DroverProcess(['server', '--data-dir', data.path, '--listen', '127.0.0.1:0']);
    const ready = await server.ready('server');
    expect(ready).toMatchObject({ ready: 'server', dataDir: data.path, pid: server.pid });
    const mode = async (path: string): Promise<string> =>
      ((await stat(join(data.path, path))).mode & 0o777).toString(8);
    expect(await mode('.')).toBe('700');
    expect(await mode('server')).toBe('700');
    expect(await mode('server/kubeconfig.yaml')).toBe('600');
    expect(await mode('server/bootstrap-password')).toBe('600');
    const password = (await readFile(join(data.path, 'server/bootstrap-password'), 'utf8')).trim();
    expect(server.told.split(password)).toHaveLength(2);
    await using second = new DroverProcess(['server', '--data-dir', data.path, '--listen', '127.0.0.1:0']);
    expect(await second.ended).toEqual({ code: 3, signal: null });
    expect(second.told).toContain('store.db is in use by another process');
    expect(await server.stop()).toEqual({ code: 0, signal: null });
  });

  it('tells whoever may read the data directory who did what, while the server runs and after', async () => {
    await using data = await temporaryDirectory();
    const password = 'correct horse battery';
    const args = ['server', '--data-dir', data.path, '--listen', '127.0.0.1:0', '--bootstrap-password', password];
    await using server = new DroverProcess(args);
    const { url, caFile } = await server.ready('server');
    await using transport = httpsTransport({ server: url, ca: await readFile(caFile, 'utf8') });
    const login = async (word: string): Promise<number> => {
      const body = Buffer.from(JSON.stringify({ type: 'localProvider', username: 'admin', password: word }));
      const headers = { 'content-type': 'application/json', 'content-length': String(body.length) };
      return (await transport.send({ method: 'POST', path: '/v1-public/login', headers, body })).status;
    };
    expect([await login('wrong'), await login(password)]).toEqual([401, 201]);
    const audit = async (): Promise<string> => {
      const asked = [droverProgram, 'audit', '--data-dir', data.path, '--user', 'admin'];
      return (await promisify(execFile)(process.execPath, asked)).stdout;
    };
    const line = (end: string) =>
      expect.stringMatching(new RegExp(`^\\S+  \\(admin\\)  127\\.0\\.0\\.1  POST /v1-public/login  ${end}$`));
    const lines = (await audit()).trim().split('\n');
    expect(lines).toEqual([line('201 done'), line('401 refused: authentication failed')]);
    await server.stop();
    expect((await audit()).trim().split('\n')).toEqual(lines);
  });

  it('does nothing that its audit cannot tell of, on a full disk, and answers probes', async () => {
    await using data = await temporaryDirectory();
    await mkdir(join(data.path, 'server'), { mode: 0o700 });
    await symlink('/dev/full', join(data.path, 'server', 'management-audit.log'));
    await using server = new DroverProcess(['server', '--data-dir', data.path, '--listen', '127.0.0.1:0']);
    const { url, caFile, kubeconfig } = await server.ready('server');
    await using transport = httpsTransport({ server: url, ca: await readFile(caFile, 'utf8') });
    const ask = async (method: string, path: string): Promise<[number, string]> => {
      const { status, body } = await transport.send({ method, path, headers: {} });
      const chunks: Uint8Array[] = [];
      for await (const chunk of body) chunks.push(chunk);
      return [status, Buffer.concat(chunks).toString()];
    };
    expect(await ask('GET', '/readyz')).toEqual([200, 'ok']);
    expect(await ask('GET', '/v3')).toEqual([401, expect.stringContaining('must authenticate')]);
    const administrator = await kubeconfigClient(kubeconfig);
    const refused = { code: 503, message: expect.stringContaining('the audit log cannot be written') };
    await expect(administrator.list(secrets)).rejects.toMatchObject(refused);
    const made = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'made' } } as const;
    await expect(administrator.create(namespaces, made)).rejects.toMatchObject(refused);
  });

  it('refuses a data directory and a port that another process holds, with code 3', async () => {
    await using data = await temporaryDirectory();
    await using other = await temporaryDirectory();
    await using first = new DroverProcess(['lab', '--data-dir', data.path, '--listen', '127.0.0.1:0']);
    const { url } = await first.ready('lab');
    await using sameData = new DroverProcess(['lab', '--data-dir', data.path, '--listen', '127.0.0.1:0']);
    await using samePort = new DroverProcess(['lab', '--data-dir', other.path, '--listen', new URL(url).host]);
    expect(await sameData.ended).toEqual({ code: 3, signal: null });
    expect(await samePort.ended).toEqual({ code: 3, signal: null });
    expect(samePort.told).toContain(`--listen: another process listens on ${new URL(url).host}`);
    const up = ['up', '--data-dir', join(other.path, 'up'), '--server-listen', new URL(url).host];
    await using both = new DroverProcess(up);
    expect(await both.ended).toEqual({ code: 3, signal: null });
    expect(both.told).toContain('--server-listen: another process');
  });
});
