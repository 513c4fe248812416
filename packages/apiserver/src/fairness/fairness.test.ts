import type { Identity } from '@drover/api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serviceAccountGroups, serviceAccountUser } from '../auth/identity.js';
import { ADMIN, ask, someone } from '../testing/ask.js';
import { openTestServer, type TestServer } from '../testing/test-server.js';

let test: TestServer;
beforeAll(async () => {
  test = await openTestServer({ seats: 100 });
  await ask(test.server, 'POST', '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings', {
    metadata: { name: 'all' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
    subjects: [{ kind: 'Group', name: 'system:authenticated' }],
  });
});
afterAll(() => test[Symbol.asyncDispose]());

const SCHEMAS = '/apis/flowcontrol.apiserver.k8s.io/v1/flowschemas';
const LEVELS = '/apis/flowcontrol.apiserver.k8s.io/v1/prioritylevelconfigurations';
const account = (namespace: string, name: string): Identity => ({
  ...someone(serviceAccountUser(namespace, name), ...serviceAccountGroups(namespace)),
});
const uidOf = async (path: string): Promise<string> =>
  String((await ask(test.server, 'GET', path)).body['metadata']!['uid']);

async function placed(as: Identity, method: string, path: string): Promise<unknown[]> {
  const { headers } = await ask(test.server, method, path, undefined, { as });
  return [headers['x-kubernetes-pf-flowschema-uid'], headers['x-kubernetes-pf-prioritylevel-uid']];
}

/** A level with one seat, and a FlowSchema that sends whoever is in the group `tests` there. */
async function makeLevelOfOne(name: string): Promise<void> {
  await ask(test.server, 'POST', LEVELS, {
    metadata: { name },
    spec: {
      type: 'Limited',
      limited: {
        nominalConcurrencyShares: 1,
        borrowingLimitPercent: 0,
        limitResponse: { type: 'Queue', queuing: { queues: 64, handSize: 1, queueLengthLimit: 5 } },
      },
    },
  });
  await ask(test.server, 'POST', SCHEMAS, {
    metadata: { name },
    spec: {
      priorityLevelConfiguration: { name },
      matchingPrecedence: 60,
      distinguisherMethod: { type: 'ByUser' },
      rules: [
        {
          subjects: [{ kind: 'Group', group: { name: 'tests' } }],
          nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }],
          resourceRules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'], clusterScope: true }],
        },
      ],
    },
  });
}

/** Holds a seat until what it returns is called. */
function occupy(as: Identity): () => Promise<unknown> {
  let finish = (): void => {};
  async function* slow(): AsyncGenerator<Uint8Array> {
    await new Promise<void>((resolve) => {
      finish = resolve;
    });
    yield Buffer.from('{');
  }
  const { signal } = new AbortController();
  const working = test.server.handle({ method: 'POST', url: SCHEMAS, headers: {}, body: slow(), signal }, as);
  return () => {
    finish();
    return working;
  };
}

describe('a request', () => {
  it.each<[Identity, string, string, string]>([
    [ADMIN, '/api/v1/namespaces', 'exempt', 'exempt'],
    [someone('ann'), '/healthz', 'probes', 'exempt'],
    [someone('ann'), '/api/v1/namespaces', 'global-default', 'global-default'],
    [account('default', 'robot'), '/api/v1/namespaces', 'service-accounts', 'workload-low'],
    [account('kube-system', 'robot'), '/api/v1/namespaces', 'kube-system-service-accounts', 'workload-high'],
    [
      account('kube-system', 'robot'),
      '/apis/coordination.k8s.io/v1/namespaces/default/leases/a',
      'system-leader-election',
      'leader-election',
    ],
    [someone('node', 'system:nodes'), '/api/v1/nodes', 'system-node-high', 'node-high'],
    [someone('node', 'system:nodes'), '/api/v1/pods', 'system-nodes', 'system'],
  ])('of %j for %s belongs to %s at %s', async (as, path, schema, level) => {
    expect(await placed(as, 'GET', path)).toEqual([
      await uidOf(`${SCHEMAS}/${schema}`),
      await uidOf(`${LEVELS}/${level}`),
    ]);
  });

  it('is placed by a FlowSchema in the moment that is written', async () => {
    await ask(test.server, 'POST', LEVELS, {
      metadata: { name: 'slow' },
      spec: { type: 'Limited', limited: { nominalConcurrencyShares: 1, limitResponse: { type: 'Reject' } } },
    });
    const made = await ask(test.server, 'POST', SCHEMAS, {
      metadata: { name: 'ben' },
      spec: {
        priorityLevelConfiguration: { name: 'slow' },
        matchingPrecedence: 50,
        rules: [
          {
            subjects: [{ kind: 'User', user: { name: 'ben' } }],
            resourceRules: [{ verbs: ['list'], apiGroups: [''], resources: ['configmaps'], namespaces: ['*'] }],
          },
        ],
      },
    });
    const path = '/api/v1/namespaces/default/configmaps';
    expect((await placed(someone('ben'), 'GET', path))[0]).toBe(made.body['metadata']!['uid']);
    expect((await placed(someone('ben'), 'GET', `${path}/a`))[0]).not.toBe(made.body['metadata']!['uid']);
    await ask(test.server, 'DELETE', `${SCHEMAS}/ben`);
    expect((await placed(someone('ben'), 'GET', path))[0]).toBe(await uidOf(`${SCHEMAS}/global-default`));
  });

  it('waits while its level is full, is refused when its queue is, and lets another user go first', async () => {
    await makeLevelOfOne('one');
    const [greedy, modest] = [someone('greedy', 'tests'), someone('modest', 'tests')];
    const finish = occupy(greedy);
    const order: string[] = [];
    const version = async (as: Identity): Promise<number> => {
      const { status, headers } = await ask(test.server, 'GET', '/version', undefined, { as });
      if (status === 429) expect(headers['retry-after']).toBe('1');
      else order.push(as.name);
      return status;
    };
    const answers = [...Array.from({ length: 8 }, () => version(greedy)), version(modest)];
    await finish();
    expect(await Promise.all(answers)).toEqual([200, 200, 200, 200, 200, 429, 429, 429, 200]);
    expect(order.slice(0, 2)).toContain('modest');
  });

  it('that waits has its turn although its level is deleted', async () => {
    await makeLevelOfOne('fleeting');
    const ann = someone('ann', 'tests');
    const finish = occupy(ann);
    const waiting = ask(test.server, 'GET', '/version', undefined, { as: ann });
    await ask(test.server, 'DELETE', `${LEVELS}/fleeting`);
    await finish();
    expect((await waiting).status).toBe(200);
  });
});

describe('objects of priority and fairness', () => {
  it('say whether their level is there', async () => {
    await ask(test.server, 'POST', SCHEMAS, {
      metadata: { name: 'dangling' },
      spec: { priorityLevelConfiguration: { name: 'nowhere' } },
    });
    const condition = async (name: string): Promise<unknown> => {
      for (;;) {
        const { body } = await ask(test.server, 'GET', `${SCHEMAS}/${name}`);
        const found = body['status']?.['conditions'] as unknown as { type: string; status: string }[] | undefined;
        if (found !== undefined) return found[0]?.status;
        await new Promise((turn) => setImmediate(turn));
      }
    };
    expect([await condition('dangling'), await condition('exempt')]).toEqual(['True', 'False']);
  });

  it('are shown as kubectl shows them', async () => {
    const headers = { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' };
    const cells = async (path: string): Promise<unknown> =>
      (await ask(test.server, 'GET', path, undefined, { headers })).body['rows']![0]!['cells'];
    expect(await cells(`${SCHEMAS}/service-accounts`)).toEqual([
      'service-accounts',
      'workload-low',
      9000,
      'ByUser',
      expect.any(String),
      'False',
    ]);
    expect(await cells(`${LEVELS}/system`)).toEqual(['system', 'Limited', 30, 64, 6, 50, expect.any(String)]);
  });

  it('come back when they are needed and were deleted', async () => {
    const before = await uidOf(`${LEVELS}/catch-all`);
    await ask(test.server, 'DELETE', `${LEVELS}/catch-all`);
    for (;;) {
      const { status, body } = await ask(test.server, 'GET', `${LEVELS}/catch-all`);
      if (status === 200 && String(body['metadata']!['uid']) !== before) break;
      await new Promise((turn) => setImmediate(turn));
    }
    expect(await uidOf(`${LEVELS}/catch-all`)).not.toBe(before);
  });

  it('stay as they should be until an administrator takes them over', async () => {
    const merge = { headers: { 'content-type': 'application/merge-patch+json' } };
    const shares = async (): Promise<unknown> =>
      (await ask(test.server, 'GET', `${LEVELS}/system`)).body['spec']!['limited']!['nominalConcurrencyShares'];
    const spec = { limited: { nominalConcurrencyShares: 31 } };
    await ask(test.server, 'PATCH', `${LEVELS}/system`, { spec }, merge);
    while ((await shares()) !== 30) await new Promise((turn) => setImmediate(turn));
    const metadata = { annotations: { 'apf.kubernetes.io/autoupdate-spec': 'false' } };
    await ask(test.server, 'PATCH', `${LEVELS}/system`, { metadata, spec }, merge);
    for (let turn = 0; turn < 100; turn++) await new Promise((next) => setImmediate(next));
    expect(await shares()).toBe(31);
  });

  it.each<[string, string, object, string]>([
    [
      SCHEMAS,
      'a',
      { spec: { priorityLevelConfiguration: { name: '' } } },
      'spec.priorityLevelConfiguration.name: Required value: must reference a priority level',
    ],
    [
      SCHEMAS,
      'a',
      { spec: { priorityLevelConfiguration: { name: 'x' }, matchingPrecedence: 1 } },
      "spec.matchingPrecedence: Invalid value: 1: only the schema named 'exempt' may have matchingPrecedence 1",
    ],
    [
      SCHEMAS,
      'a',
      { spec: { priorityLevelConfiguration: { name: 'x' }, rules: [{ subjects: [] }] } },
      'spec.rules[0].subjects: Required value: subjects must contain at least one value',
    ],
    [
      SCHEMAS,
      'a',
      { spec: { priorityLevelConfiguration: { name: 'x' }, rules: [{ subjects: [{ kind: 'Robot' }] }] } },
      'spec.rules[0].subjects[0].kind: Unsupported value: "Robot"',
    ],
    [SCHEMAS, 'catch-all', { spec: { matchingPrecedence: 5 } }, "spec of 'catch-all' must equal the fixed value"],
    [LEVELS, 'a', { spec: { type: 'Exempt' } }, "type must be 'Exempt' if and only if name is 'exempt'"],
    [
      LEVELS,
      'a',
      { spec: { type: 'Limited' } },
      'spec.limited: Required value: must not be empty when type is Limited',
    ],
    [
      LEVELS,
      'a',
      { spec: { type: 'Limited', limited: { limitResponse: { type: 'Queue', queuing: { queues: 4, handSize: 5 } } } } },
      'spec.limited.limitResponse.queuing.handSize: Invalid value: 5: should not be greater than queues (4)',
    ],
    [
      LEVELS,
      'a',
      { spec: { type: 'Limited', limited: { lendablePercent: 101, limitResponse: { type: 'Reject' } } } },
      'spec.limited.lendablePercent: Invalid value: 101: must be between 0 and 100, inclusive',
    ],
    [LEVELS, 'catch-all', { spec: { limited: { nominalConcurrencyShares: 6 } } }, 'must equal the fixed value'],
  ])('at %s: %s is refused as %j', async (path, name, fields, why) => {
    const patch = { headers: { 'content-type': 'application/merge-patch+json' } };
    const { status, body } =
      name === 'a'
        ? await ask(test.server, 'POST', path, { metadata: { name }, ...fields })
        : await ask(test.server, 'PATCH', `${path}/${name}`, fields, patch);
    expect([status, body['message']]).toEqual([422, expect.stringContaining(why)]);
  });

  it('leave the exempt level’s shares to the administrator', async () => {
    const patch = { headers: { 'content-type': 'application/merge-patch+json' } };
    const spec = { exempt: { nominalConcurrencyShares: 10 } };
    expect((await ask(test.server, 'PATCH', `${LEVELS}/exempt`, { spec }, patch)).status).toBe(200);
  });

  it('are counted in metrics', async () => {
    const { text } = await ask(test.server, 'GET', '/metrics');
    expect(text).toMatch(
      /flowcontrol_dispatched_requests_total\{priority_level="global-default",flow_schema="global-default"\} [1-9]/,
    );
    expect(text).toMatch(/flowcontrol_nominal_limit_seats\{priority_level="workload-low"\} 3\d\n/);
    const seats = (name: string): number =>
      Number(new RegExp(`flowcontrol_${name}_limit_seats\\{priority_level="workload-low"\\} (\\d+)`).exec(text)?.[1]);
    expect(seats('current')).toBeGreaterThanOrEqual(seats('nominal'));
    expect(seats('current')).toBeLessThanOrEqual(seats('upper'));
  });
});
