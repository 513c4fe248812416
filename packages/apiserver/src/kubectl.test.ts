import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { systemClock } from '@drover/kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Listener, listen } from './listen.js';
import { openTestServer, type TestServer } from './testing/test-server.js';

/** Where several versions are found side by side, beside those on the PATH. */
const SIDE_BY_SIDE = '/usr/lib/google-cloud-sdk/bin';
const VERSIONS = ['1.27', '1.28', '1.29', '1.30', '1.31', '1.32', '1.33'];

/** One version has many commands to run, each a process. */
const TIMEOUT_MS = 120_000;

const find = (version: string): string | undefined =>
  [...(process.env['PATH'] ?? '').split(':'), SIDE_BY_SIDE]
    .map((directory) => join(directory, `kubectl.${version}`))
    .find((path) => existsSync(path));

let test: TestServer;
let listener: Listener;
let home: string;

beforeAll(async () => {
  test = await openTestServer({ clock: systemClock });
  listener = await listen(test.server, { host: '127.0.0.1', port: 0 });
  home = mkdtempSync(join(tmpdir(), 'drover-kubectl-'));
  writeFileSync(join(home, 'config'), await test.server.adminKubeconfig(listener.url));
  writeFileSync(join(home, 'crd.yaml'), CRD);
});
afterAll(async () => {
  await listener[Symbol.asyncDispose]();
  await test[Symbol.asyncDispose]();
  rmSync(home, { recursive: true });
});

const CRD = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: machines.lab.drover.io }
spec:
  group: lab.drover.io
  scope: Namespaced
  names: { plural: machines, singular: machine, kind: Machine, shortNames: [mc] }
  versions:
  - name: v1
    served: true
    storage: true
    subresources: { status: {} }
    additionalPrinterColumns:
    - { name: Cores, type: integer, jsonPath: .spec.cores }
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec:
            type: object
            required: [cores]
            properties:
              cores: { type: integer, minimum: 1, maximum: 64, description: How many processors. }
              flavor: { type: string, default: plain }
          status: { type: object, x-kubernetes-preserve-unknown-fields: true }
`;

for (const version of VERSIONS) {
  const path = find(version);
  describe.skipIf(path === undefined)(
    `kubectl ${version}${path === undefined ? ' (skipped: not installed)' : ''}`,
    () => {
      const namespace = `kubectl-${version.replace('.', '-')}`;
      const run = async (...args: string[]): Promise<string> => {
        const env = { PATH: process.env['PATH'] ?? '', HOME: home, KUBECONFIG: join(home, 'config') };
        const cache = ['--cache-dir', join(home, version), '-n', namespace];
        try {
          const { stdout, stderr } = await promisify(execFile)(path ?? '', [...cache, ...args], {
            env,
            timeout: 30_000,
          });
          return stdout + stderr;
        } catch (error) {
          const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
          return `FAILED ${stdout}${stderr}`;
        }
      };
      const write = (name: string, text: string): string => {
        const file = join(home, `${version}-${name}`);
        writeFileSync(file, text);
        return file;
      };
      const map = (data: string): string =>
        `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: applied }\ndata: { ${data} }\n`;

      it(
        'creates, applies, reads, changes and deletes built-in objects',
        async () => {
          expect(await run('create', 'namespace', namespace)).toBe(`namespace/${namespace} created\n`);
          expect(await run('create', 'configmap', 'made', '--from-literal=a=b')).toBe('configmap/made created\n');
          expect(await run('create', 'secret', 'generic', 's', '--from-literal=a=b')).toBe('secret/s created\n');
          expect(await run('create', 'deployment', 'web', '--image=nginx:1')).toBe('deployment.apps/web created\n');
          expect(await run('apply', '-f', write('map.yaml', map('a: "1"')))).toBe('configmap/applied created\n');
          expect(await run('apply', '-f', write('map.yaml', map('a: "2"')))).toBe('configmap/applied configured\n');
          expect(await run('apply', '-f', write('map.yaml', map('a: "2"')))).toBe('configmap/applied unchanged\n');
          expect(await run('get', 'configmap', 'applied', '-o', 'jsonpath={.data.a}')).toBe('2');
          expect(await run('get', 'deployments')).toMatch(/^NAME +READY +UP-TO-DATE +AVAILABLE +AGE\nweb +0\/1 +0 +0 /);
          expect(await run('scale', 'deployment', 'web', '--replicas=3')).toBe('deployment.apps/web scaled\n');
          expect(await run('set', 'image', 'deployment/web', 'nginx=nginx:2')).toContain('image updated');
          expect(await run('label', 'configmap', 'made', 'x=y')).toBe('configmap/made labeled\n');
          expect(await run('annotate', 'configmap', 'made', 'x=y')).toMatch(/annotated?\n$/);
          expect(await run('patch', 'configmap', 'made', '-p', '{"data":{"c":"d"}}')).toBe('configmap/made patched\n');
          expect(await run('describe', 'deployment', 'web')).toMatch(/Image: +nginx:2/);
          expect(await run('delete', 'configmap', 'made', 'applied')).toContain('configmap "made" deleted');
          expect(await run('get', 'configmap', 'made')).toContain(
            'Error from server (NotFound): configmaps "made" not found',
          );
        },
        TIMEOUT_MS,
      );

      it(
        'applies on the server, and is told of conflicts',
        async () => {
          const apply = (manager: string, data: string, ...more: string[]) =>
            run('apply', '--server-side', `--field-manager=${manager}`, '-f', write('ssa.yaml', map(data)), ...more);
          expect(await apply('one', 'a: "1"')).toBe('configmap/applied serverside-applied\n');
          expect(await apply('two', 'a: "2"')).toContain('conflict with "one"');
          expect(await apply('two', 'a: "2"', '--force-conflicts')).toBe('configmap/applied serverside-applied\n');
          expect(await run('get', 'configmap', 'applied', '-o', 'jsonpath={.data.a}')).toBe('2');
        },
        TIMEOUT_MS,
      );

      it(
        'explains built-in kinds in words, by both versions of OpenAPI',
        async () => {
          for (const output of ['plaintext', 'plaintext-openapiv2']) {
            const explain = (path: string) => run('explain', path, `--output=${output}`);
            expect(await explain('deployment.spec')).toMatch(
              /DESCRIPTION:\n\s+What shall run, and how it is exchanged\./,
            );
            expect(await explain('pod.spec.containers.image')).toContain('Name of the image');
            expect(await explain('cronjob.spec.jobTemplate.metadata.name')).not.toContain('<empty>');
          }
        },
        TIMEOUT_MS,
      );

      it(
        'asks who it is and what it may',
        async () => {
          expect(await run('auth', 'can-i', 'delete', 'pods')).toBe('yes\n');
          expect(await run('auth', 'can-i', 'get', 'pods', '--as=nobody')).toContain('no\n');
          expect(await run('auth', 'can-i', '--list', '--as=nobody')).toContain('selfsubjectaccessreviews');
          expect(await run('auth', 'whoami')).toMatch(/Username +system:admin/);
          expect(await run('get', 'pods', '--as=nobody')).toContain('cannot list resource "pods" in API group ""');
          expect(await run('create', 'token', 'default')).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\s*$/);
        },
        TIMEOUT_MS,
      );

      it(
        'explains and serves a custom kind',
        async () => {
          expect(await run('apply', '-f', join(home, 'crd.yaml'))).toContain('machines.lab.drover.io');
          expect(await run('wait', '--for=condition=Established', 'crd/machines.lab.drover.io')).toContain(
            'condition met',
          );
          const machine = (cores: string): string =>
            write(
              'mc.yaml',
              `apiVersion: lab.drover.io/v1\nkind: Machine\nmetadata: { name: m }\nspec: { cores: ${cores} }\n`,
            );
          expect(await run('apply', '-f', machine('0'))).toContain('spec.cores: Invalid value: 0');
          expect(await run('apply', '-f', machine('4'))).toBe('machine.lab.drover.io/m created\n');
          expect(await run('get', 'mc')).toMatch(/^NAME +CORES\nm +4\n$/);
          expect(await run('get', 'mc', 'm', '-o', 'jsonpath={.spec.flavor}')).toBe('plain');
          expect(await run('explain', 'machine.spec.cores')).toMatch(/How many processors/);
          expect(await run('api-resources', '--api-group=lab.drover.io')).toMatch(
            /machines +mc +lab.drover.io\/v1 +true +Machine/,
          );
          expect(await run('delete', 'mc', 'm')).toBe('machine.lab.drover.io "m" deleted\n');
        },
        TIMEOUT_MS,
      );

      it(
        'watches, and waits for a deletion',
        async () => {
          const watching = spawn(
            path ?? '',
            ['--cache-dir', join(home, version), '-n', namespace, 'get', 'configmaps', '-w', '-o', 'name'],
            {
              env: { PATH: process.env['PATH'] ?? '', HOME: home, KUBECONFIG: join(home, 'config') },
              stdio: ['ignore', 'pipe', 'ignore'],
              // A watch that shows nothing ends, and the test with it.
              timeout: 30_000,
            },
          );
          try {
            const lines = createInterface(watching.stdout)[Symbol.asyncIterator]();
            // The objects that are there come first, and tell that the watch has begun.
            expect((await lines.next()).value).toBe('configmap/applied');
            expect(await run('create', 'configmap', 'seen')).toBe('configmap/seen created\n');
            let line = await lines.next();
            while (!line.done && line.value !== 'configmap/seen') line = await lines.next();
            expect(line.value).toBe('configmap/seen');
          } finally {
            watching.kill();
          }
          expect(await run('delete', 'configmap', 'seen')).toContain('deleted');
          expect(await run('delete', 'namespace', namespace)).toContain('deleted');
          expect(await run('get', 'namespace', namespace)).toContain('NotFound');
        },
        TIMEOUT_MS,
      );
    },
  );
}
