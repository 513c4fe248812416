import type { Json, JsonObject } from '@drover/api';
import { expect } from 'vitest';
import { type Answer, valueAt } from '../cluster/answer.js';
import type { Api } from '../cluster/api.js';
import { eventually } from '../cluster/eventually.js';
import { type OtherSide, otherSide } from '../cluster/https-server.js';
import { configMap } from '../cluster/objects.js';
import { type Scene, suite } from '../suite.js';

const FLOW_CONTROL = '/apis/flowcontrol.apiserver.k8s.io/v1';
const WEBHOOKS = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations';
const RBAC = 'rbac.authorization.k8s.io/v1';
/** More than the seats of a level with one share of six hundred among the default ones, and its queue. */
const CALLERS = 24;

/** A user of a level with the least of seats, of which none can be borrowed. */
async function userOfLevel(scene: Scene, name: string, limitResponse: JsonObject): Promise<Api> {
  const { api, unique, group, afterwards } = scene;
  const level = `${unique}-${name}`;
  const user = `conformance:${level}`;
  await api.post(`${FLOW_CONTROL}/prioritylevelconfigurations`, {
    metadata: { name: level },
    spec: { type: 'Limited', limited: { nominalConcurrencyShares: 1, borrowingLimitPercent: 0, limitResponse } },
  });
  const schema = await api.post(`${FLOW_CONTROL}/flowschemas`, {
    metadata: { name: level },
    spec: {
      matchingPrecedence: 500,
      priorityLevelConfiguration: { name: level },
      distinguisherMethod: { type: 'ByUser' },
      rules: [
        {
          subjects: [{ kind: 'User', user: { name: user } }],
          resourceRules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'], namespaces: ['*'] }],
        },
      ],
    },
  });
  if (schema.status !== 201) throw new Error(`no flow schema: ${schema.text}`);
  afterwards(`${FLOW_CONTROL}/prioritylevelconfigurations/${level}`);
  afterwards(`${FLOW_CONTROL}/flowschemas/${level}`);
  await api.post(group(RBAC, 'rolebindings'), {
    metadata: { name },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'edit' },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: user }],
  });
  const asUser = api.as(user);
  const uid = schema.textAt('metadata.uid');
  await eventually(
    () => asUser.get(scene.core('configmaps')),
    ({ status, headers }) => status === 200 && headers['x-kubernetes-pf-flowschema-uid'] === uid,
  );
  return asUser;
}

/** A door that creations of ConfigMaps with the label `door: NAME` wait at until it is opened. */
interface Door extends AsyncDisposable {
  readonly waiting: () => number;
  open(): void;
}

async function doorOf({ api, namespace, unique, afterwards }: Scene, name: string): Promise<Door> {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  const side: OtherSide = await otherSide(async ({ body }): Promise<Json> => {
    await opened;
    const response = { uid: String(valueAt(body, 'request.uid')), allowed: true };
    return { apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response };
  });
  await api.post(WEBHOOKS, {
    metadata: { name: `${unique}-${name}` },
    webhooks: [
      {
        name: `${name}.example.com`,
        clientConfig: { url: side.url, caBundle: side.caBundle },
        rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] }],
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
        objectSelector: { matchLabels: { door: name } },
        sideEffects: 'None',
        admissionReviewVersions: ['v1'],
        timeoutSeconds: 30,
      },
    ],
  });
  afterwards(`${WEBHOOKS}/${unique}-${name}`);
  return {
    waiting: () => side.received.length,
    open,
    [Symbol.asyncDispose]: () => side[Symbol.asyncDispose](),
  };
}

/** What becomes of many creations at once while a door is closed, and when it has been opened. */
interface Crowd {
  /** Creations that are on their way, up to the door. */
  readonly seated: number;
  readonly refused: readonly Answer[];
  readonly accepted: number;
  /** What somebody else is told meanwhile. */
  readonly elsewhere: Answer;
}

/** Sends creations, of which `queued` will neither be refused nor come to the door before it is opened. */
async function crowd({ api, core }: Scene, user: Api, name: string, door: Door, queued: number): Promise<Crowd> {
  const refused: Answer[] = [];
  const sent = Array.from({ length: CALLERS }, async (_, index) => {
    const object = configMap(`${name}-${index}`, {}, { labels: { door: name } });
    const answer = await user.post(core('configmaps'), object);
    if (answer.status !== 201) refused.push(answer);
    return answer;
  });
  const seated = await eventually(
    async () => door.waiting(),
    (waiting) => waiting + refused.length + queued === CALLERS,
  );
  const elsewhere = await api.get(core('configmaps'));
  door.open();
  const accepted = (await Promise.all(sent)).filter(({ status }) => status === 201).length;
  return { seated, refused, accepted, elsewhere };
}

suite('time limits of requests', ({ promises }) => {
  promises('a request that takes longer than it said it would is ended', async (scene) => {
    const { api, core } = scene;
    await using _door = await doorOf(scene, 'late');
    const object = configMap('late', {}, { labels: { door: 'late' } });
    const answer = await eventually(
      async () => {
        await api.delete(core('configmaps', 'late'));
        return api.post(core('configmaps'), object, { query: { timeout: '1s' } });
      },
      ({ status }) => status !== 201,
    );
    expect(answer.outcome).toBe('504 Timeout');
    expect((await api.get(core('configmaps', 'late'))).status).toBe(404);
  });
});

suite('priority and fairness', ({ promises }) => {
  promises('refuses what finds no seat, and says when to come again', async (scene) => {
    const user = await userOfLevel(scene, 'reject', { type: 'Reject' });
    await using door = await doorOf(scene, 'reject');
    const { seated, refused, accepted, elsewhere } = await crowd(scene, user, 'reject', door, 0);
    expect(seated).toBeGreaterThan(0);
    expect(refused.length).toBe(CALLERS - seated);
    expect(accepted).toBe(seated);
    expect(new Set(refused.map(({ status }) => status))).toEqual(new Set([429]));
    for (const { headers } of refused) expect(headers['retry-after']).toMatch(/^[1-9]\d*$/);
    expect(elsewhere.status).toBe(200);
  });

  promises('lets wait what finds no seat, as many as its queue holds', async (scene) => {
    const queuing = { queues: 1, handSize: 1, queueLengthLimit: 2 };
    const user = await userOfLevel(scene, 'queue', { type: 'Queue', queuing });
    await using door = await doorOf(scene, 'queue');
    const { seated, refused, accepted } = await crowd(scene, user, 'queue', door, 2);
    expect(seated).toBeGreaterThan(0);
    expect(refused.map(({ status }) => status)).toEqual(Array.from({ length: CALLERS - seated - 2 }, () => 429));
    expect(accepted).toBe(seated + 2);
  });
});
