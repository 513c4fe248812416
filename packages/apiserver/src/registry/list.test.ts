import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, ask, type Loose } from '../testing/ask.js';
import { openTestServer, type TestServer } from '../testing/test-server.js';

const ALL = '/api/v1/configmaps';

let test: TestServer;
beforeAll(async () => {
  test = await openTestServer();
});
afterAll(() => test[Symbol.asyncDispose]());

const get = (url: string): Promise<Answer> => ask(test.server, 'GET', url);
const names = ({ body }: Answer): unknown[] =>
  (body['items'] as unknown as Loose[]).map((item) => item['metadata']!['name']);

/** A namespace of its own with ConfigMaps of these names; the label `parity` says whether their place is odd or even. */
async function withMaps(namespace: string, ...list: string[]): Promise<string> {
  await ask(test.server, 'POST', '/api/v1/namespaces', {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: namespace },
  });
  await test.clock.advance(0);
  const maps = `/api/v1/namespaces/${namespace}/configmaps`;
  await ask(test.server, 'DELETE', `${maps}/kube-root-ca.crt`);
  for (const [index, name] of list.entries()) {
    const metadata = { name, labels: { parity: index % 2 === 0 ? 'even' : 'odd' } };
    await ask(test.server, 'POST', maps, { apiVersion: 'v1', kind: 'ConfigMap', metadata });
  }
  return maps;
}

const OWN = 'metadata.name!=kube-root-ca.crt';

describe('a list in pages', () => {
  it('shows what was there at the first page, whatever is written meanwhile', async () => {
    const maps = await withMaps('pages', 'a', 'b', 'c', 'd', 'e');
    const first = await get(`${maps}?limit=2&fieldSelector=${OWN}`);
    await ask(test.server, 'DELETE', `${maps}/c`);
    await ask(test.server, 'POST', maps, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'cc' } });
    const second = await get(`${maps}?limit=2&fieldSelector=${OWN}&continue=${first.body['metadata']!['continue']}`);
    const third = await get(`${maps}?limit=2&fieldSelector=${OWN}&continue=${second.body['metadata']!['continue']}`);
    expect([first, second, third].map(names)).toEqual([['a', 'b'], ['c', 'd'], ['e']]);
    const metadata = [first, second, third].map(({ body }) => body['metadata']!);
    expect(new Set(metadata.map((one) => one['resourceVersion'])).size).toBe(1);
    expect(metadata[2]!['continue']).toBeUndefined();
  });

  it('says how many remain, unless a selector leaves some out', async () => {
    await withMaps('remaining', 'a', 'b', 'c');
    const page = await get(`${ALL}?limit=1`);
    const total = (await get(ALL)).body['items'] as unknown as Loose[];
    expect(page.body['metadata']!['remainingItemCount']).toBe(total.length - 1);
    const selected = await get(`${ALL}?limit=1&labelSelector=parity=even`);
    expect(selected.body['metadata']!['continue']).toBeDefined();
    expect(selected.body['metadata']!['remainingItemCount']).toBeUndefined();
  });

  it('is full when as many match as were asked for, however many do not', async () => {
    const maps = await withMaps(
      'full',
      ...Array.from({ length: 500 }, (_, index) => `m${String(index).padStart(3, '0')}`),
    );
    const page = await get(`${maps}?limit=2&labelSelector=parity=odd`);
    expect(names(page)).toEqual(['m001', 'm003']);
    const rest = await get(
      `${maps}?limit=1000&labelSelector=parity=odd&continue=${page.body['metadata']!['continue']}`,
    );
    expect(names(rest)).toHaveLength(248);
    expect(rest.body['metadata']!['continue']).toBeUndefined();
  });

  it.each<[string | object, string]>([
    ['nonsense', ": invalid character '\uFFFD' looking for beginning of value"],
    [{ v: 'v2' }, ': server does not recognize this encoded version v2'],
    [{ v: 'meta.k8s.io/v1', rv: '7' }, ': incorrect encoded start resourceVersion (version meta.k8s.io/v1)'],
    [{ v: 'meta.k8s.io/v1', rv: 7 }, ': encoded start key empty (version meta.k8s.io/v1)'],
    [{ v: 'meta.k8s.io/v1', rv: 7, start: '../x' }, ': ../x'],
    [{ v: 'meta.k8s.io/v1', rv: 7, start: 'a//x' }, ': a//x'],
  ])('refuses the token %j', async (place, why) => {
    const token = typeof place === 'string' ? place : Buffer.from(JSON.stringify(place)).toString('base64url');
    const { status, body } = await get(`${ALL}?limit=1&continue=${token}`);
    expect([status, body['message']]).toEqual([400, `invalid continue token: continue key is not valid${why}`]);
  });

  it('ends with 410 and advice when its revision is forgotten', async () => {
    await withMaps('forgotten', 'a', 'b');
    const { body } = await get(`${ALL}?limit=1`);
    await ask(test.server, 'DELETE', '/api/v1/namespaces/forgotten/configmaps/a');
    await test.store.compact(test.store.revision);
    const late = await get(`${ALL}?limit=1&continue=${body['metadata']!['continue']}`);
    expect([late.status, late.body['reason']]).toEqual([410, 'Expired']);
    expect(late.body['message']).toContain(
      'You can start a new list without the continue parameter, or use the continue token',
    );
    const rest = await get(`${ALL}?continue=${late.body['metadata']!['continue']}`);
    expect([rest.status, names(rest).includes('b')]).toEqual([200, true]);
  });
});

describe('a list at a revision', () => {
  it('is exact when that is asked for, and the newest otherwise', async () => {
    const maps = await withMaps('exact', 'a');
    const before = test.store.revision;
    await ask(test.server, 'POST', maps, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'b' } });
    const at = `resourceVersion=${before}&fieldSelector=${OWN}`;
    expect(names(await get(`${maps}?${at}&resourceVersionMatch=Exact`))).toEqual(['a']);
    expect(names(await get(`${maps}?${at}&resourceVersionMatch=NotOlderThan`))).toEqual(['a', 'b']);
    expect(names(await get(`${maps}?${at}`))).toEqual(['a', 'b']);
    expect(names(await get(`${maps}?${at}&limit=10`))).toEqual(['a']);
  });

  it('that does not happen within three seconds is refused in a way informers know', async () => {
    const reading = get(`${ALL}?resourceVersion=${test.store.revision + 1000}`);
    await test.clock.advance(2_999);
    expect(await Promise.race([reading, 'still waiting'])).toBe('still waiting');
    await test.clock.advance(1);
    const { status, body } = await reading;
    expect(status).toBe(504);
    expect(body['details']!['causes']).toMatchObject([{ reason: 'ResourceVersionTooLarge' }]);
  });
});

describe('a read of a revision that is to come', () => {
  it('is answered in the moment the revision is there', async () => {
    const maps = await withMaps('tocome', 'a');
    const asked = test.store.revision + 1;
    const reading = Promise.all([
      get(`${maps}?resourceVersion=${asked}&fieldSelector=${OWN}`),
      get(`${maps}/a?resourceVersion=${asked}`),
    ]);
    await ask(test.server, 'POST', maps, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'b' } });
    const [list, one] = await reading;
    expect([names(list), one.status]).toEqual([['a', 'b'], 200]);
  });

  it('takes no longer than the request may', async () => {
    const reading = get(`${ALL}?resourceVersion=${test.store.revision + 1000}&timeout=1s`);
    await test.clock.advance(1_000);
    const { status, body } = await reading;
    expect([status, body['details']]).toEqual([504, {}]);
  });
});

describe('a selection', () => {
  it('by name finds the one', async () => {
    const maps = await withMaps('byname', 'a', 'b');
    expect(names(await get(`${maps}?fieldSelector=metadata.name=b`))).toEqual(['b']);
    expect(names(await get(`${maps}?fieldSelector=metadata.name=absent`))).toEqual([]);
    expect(names(await get(`${maps}?fieldSelector=metadata.name=b&labelSelector=parity=even`))).toEqual([]);
  });

  it('by a field that is not selectable is refused by name', async () => {
    const { status, body } = await get(`${ALL}?fieldSelector=data.a=b`);
    expect([status, body['message']]).toEqual([
      400,
      '"data.a" is not a known field selector: only "metadata.name", "metadata.namespace"',
    ]);
  });

  it('over many objects lets other requests in between', async () => {
    const maps = await withMaps('many', ...Array.from({ length: 1_500 }, (_, index) => `m${index}`));
    let turns = 0;
    let counting = true;
    const count = (): void => {
      turns += 1;
      if (counting) setImmediate(count);
    };
    setImmediate(count);
    await get(`${maps}?labelSelector=parity=none`);
    counting = false;
    expect(turns).toBeGreaterThan(5);
  });
});

describe('an empty list', () => {
  it('has items, none', async () => {
    const { body } = await get('/api/v1/namespaces/absent/configmaps');
    expect(body['items']).toEqual([]);
    expect(body['kind']).toBe('ConfigMapList');
  });
});

describe('a list as a table', () => {
  it('has a row for each object, however many, with its metadata', async () => {
    const maps = await withMaps(
      'table',
      ...Array.from({ length: 1_100 }, (_, index) => `m${String(index).padStart(4, '0')}`),
    );
    const accept = { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' };
    const { body } = await ask(test.server, 'GET', `${maps}?labelSelector=parity`, undefined, { headers: accept });
    const rows = body['rows'] as unknown as Loose[];
    expect([body['kind'], rows.length]).toEqual(['Table', 1_100]);
    expect(rows[1_099]).toMatchObject({
      cells: ['m1099', 0, expect.any(String)],
      object: { kind: 'PartialObjectMetadata' },
    });
  });
});
