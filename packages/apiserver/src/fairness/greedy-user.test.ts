import { once } from 'node:events';
import { type ClientHttp2Session, connect } from 'node:http2';
import { type Clock, systemClock } from '@drover/kit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Listener, listen } from '../listen.js';
import { ask } from '../testing/ask.js';
import { openTestServer, type TestServer } from '../testing/test-server.js';

/** What one user's requests went through, in the order of the server. */
interface Moment {
  readonly user: string;
  readonly what: 'came' | 'begun';
}

/** One share of 246 of the server's seats, and the queues of each user there. */
const SEATS = 3;
const HAND = 2;
const QUEUE = 8;
/** More than the greedy user's share of all has room for. */
const FLOOD = SEATS + HAND * QUEUE + 4;
const ROUNDS = 10;
/** Every request takes as long as every other: what is looked at is whose turn it is. */
const began = systemClock.now();
const clock: Clock = { ...systemClock, now: () => began };
const FLOWCONTROL = '/apis/flowcontrol.apiserver.k8s.io/v1';
const MAPS = '/api/v1/namespaces/default/configmaps?dryRun=All';

const history: Moment[] = [];
let test: TestServer;
let listener: Listener;
beforeEach(() => {
  history.length = 0;
});
beforeAll(async () => {
  const lookingOn = {
    name: 'looking-on',
    resources: ['/configmaps'],
    admit: async ({ identity }: { readonly identity: { readonly name: string } }) => {
      history.push({ user: identity.name, what: 'begun' });
      // A turn of the loop each: others come meanwhile.
      await new Promise((turn) => setImmediate(turn));
      return undefined;
    },
  };
  test = await openTestServer({ clock, admission: [lookingOn] });
  const { server } = test;
  const handle: typeof server.handle = (request, sender) => {
    if (typeof sender === 'object') history.push({ user: sender.name, what: 'came' });
    return server.handle(request, sender);
  };
  listener = await listen({ ...server, handle }, { host: '127.0.0.1', port: 0 });
  await ask(server, 'POST', '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings', {
    metadata: { name: 'all' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
    subjects: [{ kind: 'Group', name: 'tests' }],
  });
});
afterAll(async () => {
  await listener[Symbol.asyncDispose]();
  await test[Symbol.asyncDispose]();
});

/** A level with three seats for the group `tests`, where each user is a flow. */
async function useLevelOfThree(): Promise<void> {
  const metadata = { name: 'tests' };
  const queuing = { queues: 64, handSize: HAND, queueLengthLimit: QUEUE };
  await ask(test.server, 'POST', `${FLOWCONTROL}/prioritylevelconfigurations`, {
    metadata,
    spec: {
      type: 'Limited',
      limited: {
        nominalConcurrencyShares: 1,
        borrowingLimitPercent: 0,
        limitResponse: { type: 'Queue', queuing },
      },
    },
  });
  await ask(test.server, 'POST', `${FLOWCONTROL}/flowschemas`, {
    metadata,
    spec: {
      priorityLevelConfiguration: metadata,
      matchingPrecedence: 60,
      distinguisherMethod: { type: 'ByUser' },
      rules: [
        {
          subjects: [{ kind: 'Group', group: { name: 'tests' } }],
          resourceRules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'], namespaces: ['*'] }],
        },
      ],
    },
  });
}

async function sessionOf(user: string): Promise<ClientHttp2Session> {
  const { certPem, keyPem } = await test.server.clientCertificate(user, ['tests']);
  const session = connect(listener.url, { ca: test.server.caPem, cert: certPem, key: keyPem });
  await once(session, 'connect');
  return session;
}

/** Sends one request; resolves with the headers of its answer once that has ended. */
async function create(session: ClientHttp2Session): Promise<Record<string, unknown>> {
  const stream = session.request({ ':method': 'POST', ':path': MAPS, 'content-type': 'application/json' });
  stream.end(JSON.stringify({ metadata: { generateName: 'a-' } }));
  const [headers] = await once(stream, 'response');
  stream.resume();
  await once(stream, 'close');
  return headers;
}

/** Of each of the modest user's requests: how many of the greedy one's began between its coming and its beginning. */
function overtakers(): number[] {
  const counts: number[] = [];
  let since: number | undefined;
  let greedy = 0;
  for (const { user, what } of history) {
    if (user === 'greedy' && what === 'begun') greedy += 1;
    if (user !== 'modest') continue;
    if (what === 'came') since = greedy;
    else if (since !== undefined) counts.push(greedy - since);
  }
  return counts;
}

interface Outcome {
  readonly statuses: readonly unknown[];
  readonly overtakers: readonly number[];
  /** Headers of the greedy user's refusals. */
  readonly refused: readonly Record<string, unknown>[];
}

/** The modest user asks again and again, one after another; each time the greedy one has more on the way than there is room for. */
async function contest(): Promise<Outcome> {
  const [greedy, modest] = await Promise.all([sessionOf('greedy'), sessionOf('modest')]);
  const onTheWay = new Set<Promise<void>>();
  const refused: Record<string, unknown>[] = [];
  const flood = async (): Promise<void> => {
    const headers = await create(greedy);
    if (headers[':status'] === 429) refused.push(headers);
  };
  const statuses: unknown[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    while (onTheWay.size < FLOOD) {
      const one = flood().finally(() => onTheWay.delete(one));
      onTheWay.add(one);
    }
    statuses.push((await create(modest))[':status']);
  }
  await Promise.all(onTheWay);
  greedy.close();
  modest.close();
  return { statuses, overtakers: overtakers(), refused };
}

describe('a modest user beside one who floods the server, over TLS', () => {
  it('has each request begin before more than one for each seat and queue of the other', async () => {
    await useLevelOfThree();
    const { statuses, overtakers, refused } = await contest();
    expect(new Set(statuses)).toEqual(new Set([201]));
    expect(overtakers).toHaveLength(ROUNDS);
    expect(Math.max(...overtakers)).toBeLessThanOrEqual(SEATS + HAND);
    expect(refused.length).toBeGreaterThan(0);
    for (const headers of refused) {
      expect(Number(headers['retry-after'])).toBeGreaterThanOrEqual(1);
      expect(headers['x-kubernetes-pf-flowschema-uid']).toMatch(/^[0-9a-f-]{36}$/);
      expect(headers['x-kubernetes-pf-prioritylevel-uid']).toMatch(/^[0-9a-f-]{36}$/);
    }
  });
});
