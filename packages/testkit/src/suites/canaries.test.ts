import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { clusterRegistrationTokens, events, harvesterSettings, managementTokens, secrets } from '@drover/api';
import { createLog, systemClock } from '@drover/kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../eventually.js';
import { askAs } from '../tenancy/asking.js';
import {
  type Canary,
  canariesInSecrets,
  forNobody,
  found,
  type Known,
  readersOf,
  together,
} from '../tenancy/canary.js';
import { ROLES } from '../tenancy/roles.js';
import { seedLab } from '../tenancy/seed.js';
import { PASSWORD, type Person, personOf, startTenancy, type Tenancy } from '../tenancy/tenancy.js';
import { partsOf } from '../tenancy/trial.js';

/** What people type and make in this test, each a text that is found nowhere else. */
const TYPED = {
  cloudInit: 'canary-of-cloud-init-4f6a',
  inline: 'canary-of-inline-user-data-77c1',
  registry: 'canary-of-the-registry-0b9d',
  password: 'canary of a new password 5e2f',
  mistyped: 'canary of a wrong password 18d3',
  inSecret: 'canary-in-a-posted-secret-c3a0',
  inBrokenSecret: 'canary-in-a-refused-secret-9e71',
} as const;

describe('no secret', () => {
  const lines: string[] = [];
  const told: string[] = [];
  let canaries: Canary[] = [];
  let tenancy: Tenancy;
  let bystander: Person;
  let everybody: readonly Known[];

  beforeAll(async () => {
    const write = (line: string): void => void lines.push(line);
    tenancy = await startTenancy(ROLES, {
      log: createLog({ write, clock: systemClock, level: 'debug' }),
      audit: {
        level: 3,
        async write(line) {
          told.push(line);
          return true;
        },
        async *read() {},
      },
    });
    const { management, lab, people, cluster } = tenancy;
    everybody = [...people].map(([role, { user }]) => ({ role, user }));
    await seedLab(lab.client, TYPED.cloudInit);
    bystander = await tenancy.person('bystander', 'user-base');
    await useSecrets();
    canaries.push(
      ...(await canariesInSecrets('local', management.client, everybody)),
      ...(await canariesInSecrets('imported', lab.client, everybody)),
      forNobody('everybody’s password', PASSWORD),
      ...['password', 'mistyped'].map((name) => forNobody(name, TYPED[name as keyof typeof TYPED])),
      ...[...people].map(([role, { token }]) => forNobody(`the token of ${role}`, keyOf(token))),
    );
    for (const token of (await management.client.list(managementTokens)).items)
      canaries.push({
        what: `the hash of ${token.metadata.name}`,
        forms: [token.token ?? ''],
        readers: await readersOf(management.client, managementTokens, token, everybody),
      });
    for (const token of (await management.client.list(clusterRegistrationTokens)).items)
      canaries.push({
        what: `a registration token of ${token.metadata.namespace === cluster ? 'the cluster' : 'another cluster'}`,
        forms: [token.status?.token ?? ''],
        readers: await readersOf(management.client, clusterRegistrationTokens, token, everybody),
      });
    canaries = together(canaries);
    expect(canaries.flatMap(({ forms }) => forms).filter((form) => form.length < 12)).toEqual([]);
  });
  afterAll(() => tenancy?.[Symbol.asyncDispose]());

  it('is in an answer to somebody who may not read it: every path that is read, as every role', async () => {
    const leaks = new Set<string>();
    const { transport } = tenancy.management;
    for (const { probes, askers } of await partsOf(tenancy, bystander)) {
      for (const probe of probes.filter(({ changes }) => !changes)) {
        await Promise.all(
          askers.map(async (asker) => {
            const asked = await probe.request(asker);
            if (asked.upgrade === true || asked.endless === true) return;
            for (const path of broadened(asked.path)) {
              const { status, text } = await askAs(transport, asker, { ...asked, path });
              const seen = found(canaries, text, asker.name);
              for (const what of seen) leaks.add(`${asked.method} ${path} as ${asker.name} (${status}): ${what}`);
            }
          }),
        );
      }
    }
    expect([...leaks]).toEqual([]);
  }, 400_000);

  it('is in what a refusal says, the log, the audit log with all bodies, the metrics, the events, or what the agent prints', async () => {
    const { management, lab, directory, administrator } = tenancy;
    const inspected: Readonly<Record<string, string>> = {
      log: lines.join('\n'),
      'audit log': told.join('\n'),
      'metrics here': (await management.ask('GET', '/metrics', { token: administrator })).text,
      'metrics of the cluster': (await lab.request('GET', '/metrics')).body,
      events: JSON.stringify((await lab.client.list(events)).items),
      'output of the agent': await printed(directory),
    };
    for (const [where, text] of Object.entries(inspected)) {
      expect([where, text.length > 0]).toEqual([where, true]);
      const everything = [...canaries, forNobody('user data written into a machine', TYPED.inline)];
      expect([where, found(everything, text)]).toEqual([where, []]);
    }
  });

  /** What people do with secrets, rightly and wrongly, so that all of it has passed by whatever keeps account. */
  async function useSecrets(): Promise<void> {
    const { management, cluster, administrator, lab } = tenancy;
    const { token } = personOf(tenancy, 'project-owner');
    const inProject = `/k8s/clusters/${cluster}/api/v1/namespaces/default`;
    const ask = async (method: string, path: string, body: object, as: string | undefined = token): Promise<string> => {
      const { text } = await askAs(management.transport, { name: '', token: as }, { method, path, body });
      return text;
    };
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'posted' } };
    await ask('POST', `${inProject}/secrets`, {
      ...secret,
      metadata: {
        name: 'posted',
        annotations: {
          'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify({ stringData: { key: TYPED.inSecret } }),
        },
      },
      stringData: { key: TYPED.inSecret },
    });
    const refusals = [
      await ask('POST', `${inProject}/secrets`, { ...secret, stringData: { 'no key!': TYPED.inBrokenSecret } }),
      await ask('POST', `${inProject}/secrets`, { ...secret, data: { key: `${TYPED.inBrokenSecret}!` } }),
      await ask('POST', `${inProject}/secrets`, { ...secret, type: 1, stringData: { key: TYPED.inBrokenSecret } }),
    ];
    const issued = JSON.parse(await ask('POST', `${inProject}/serviceaccounts/sample/token`, { spec: {} })) as {
      status: { token: string };
    };
    canaries.push(forNobody('the token of an account', issued.status.token));
    const config = await ask('POST', `/v3/clusters/${cluster}?action=generateKubeconfig`, {});
    canaries.push(forNobody('the token of a kubeconfig', keyOf(/token: ?\\?"?([^\\"\s]+)/.exec(config)?.[1] ?? '')));
    await ask('POST', `/k8s/clusters/${cluster}/apis/kubevirt.io/v1/namespaces/default/virtualmachines`, {
      apiVersion: 'kubevirt.io/v1',
      kind: 'VirtualMachine',
      metadata: { name: 'inline' },
      spec: {
        runStrategy: 'Halted',
        template: {
          spec: {
            domain: {
              devices: { disks: [{ name: 'init', disk: {} }] },
              resources: { limits: { cpu: '1', memory: '128Mi' } },
            },
            volumes: [{ name: 'init', cloudInitNoCloud: { userData: TYPED.inline } }],
          },
        },
      },
    });
    const login = '/v3-public/localProviders/local?action=login';
    await ask('POST', '/v3/users', { username: 'canary', password: TYPED.password }, administrator);
    await ask('POST', login, { username: 'canary', password: TYPED.password }, undefined);
    refusals.push(
      await ask('POST', login, { username: 'canary', password: TYPED.mistyped }, undefined),
      await ask('POST', '/v3/users?action=changepassword', {
        currentPassword: TYPED.mistyped,
        newPassword: TYPED.password,
      }),
      await ask('POST', `/v3/users/${bystander.user}?action=setpassword`, { newPassword: TYPED.password }),
    );
    expect(
      found(
        Object.entries(TYPED).map(([name, text]) => forNobody(name, text)),
        refusals.join('\n'),
      ),
    ).toEqual([]);
    const registry = JSON.stringify({
      Mirrors: {},
      Configs: { 'registry.example': { Auth: { Username: 'me', Password: TYPED.registry } } },
    });
    await lab.client.patch(
      harvesterSettings,
      { name: 'containerd-registry' },
      { type: 'merge', patch: { value: registry } },
    );
    const ref = { namespace: 'cattle-system', name: 'harvester-containerd-registry' };
    const kept = await eventually(lab.client, secrets, ref, () => true);
    await eventually(
      lab.client,
      harvesterSettings,
      { name: 'containerd-registry' },
      ({ value = '' }) => value !== '' && !value.includes(TYPED.registry),
    );
    canaries.push({
      ...forNobody('the password of the registry', TYPED.registry),
      readers: await readersOf(lab.client, secrets, kept, everybody),
    });
  }
});

/** The secret part of `name:key`. */
const keyOf = (token: string): string => token.slice(token.indexOf(':') + 1);

/** A path as it is asked for, and where it lists: whole lists, and those of all namespaces. */
function broadened(path: string): readonly string[] {
  if (!path.includes('limit=1')) return [path];
  const whole = path.replace('?limit=1', '?limit=500');
  return [...new Set([whole, whole.replace(/\/namespaces\/[^/]+\/([^/]+)\?/, '/$1?')])];
}

/** What processes of pods have printed. */
async function printed(directory: string): Promise<string> {
  const files = await readdir(directory, { recursive: true });
  const logs = files
    .filter((file) => file.endsWith('output.log'))
    .map((file) => readFile(join(directory, file), 'utf8'));
  return (await Promise.all(logs)).join('\n');
}
