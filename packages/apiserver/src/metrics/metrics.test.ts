import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, events, next, someone } from '../testing/ask.js';
import { openTestServer, type TestServer } from '../testing/test-server.js';

let test: TestServer;
beforeAll(async () => {
  test = await openTestServer();
});
afterAll(() => test[Symbol.asyncDispose]());

const MAPS = '/api/v1/namespaces/default/configmaps';
const map = (name: string): object => ({ metadata: { name }, data: { text: 'x'.repeat(2000) } });
const metrics = async (): Promise<string> => (await ask(test.server, 'GET', '/metrics')).text;

/** The value of the series of `family` that has all of `labels`. */
async function value(family: string, labels: Record<string, string>): Promise<number | undefined> {
  const line = (await metrics()).split('\n').find((text) => {
    if (!text.startsWith(`${family}{`) && !text.startsWith(`${family} `)) return false;
    return Object.entries(labels).every(([name, wanted]) => text.includes(`${name}="${wanted}"`));
  });
  return line === undefined ? undefined : Number(line.slice(line.lastIndexOf(' ') + 1));
}

describe('metrics', () => {
  it('tell requests apart as upstream does', async () => {
    await ask(test.server, 'POST', `${MAPS}?dryRun=All`, map('dry'));
    await ask(test.server, 'GET', `${MAPS}/absent`);
    const apply = { headers: { 'content-type': 'application/apply-patch+yaml' } };
    const applied = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'applied' } };
    await ask(test.server, 'PATCH', `${MAPS}/applied?fieldManager=a`, applied, apply);
    const total = (labels: Record<string, string>): Promise<number | undefined> =>
      value('apiserver_request_total', { resource: 'configmaps', version: 'v1', ...labels });
    expect(await total({ verb: 'POST', dry_run: 'All', scope: 'resource', code: '201' })).toBe(1);
    expect(await total({ verb: 'GET', scope: 'resource', code: '404' })).toBe(1);
    expect(await total({ verb: 'APPLY', code: '201' })).toBe(1);
  });

  it('count and measure what watchers are sent', async () => {
    await ask(test.server, 'POST', MAPS, map('first'));
    const watch = events(test.server, `${MAPS}?watch=true&fieldSelector=metadata.name=first`);
    await next(watch);
    const where = { kind: 'ConfigMap', version: 'v1' };
    expect(await value('apiserver_longrunning_requests', { resource: 'configmaps' })).toBe(1);
    await ask(test.server, 'DELETE', `${MAPS}/first`);
    await next(watch);
    expect(await value('apiserver_watch_events_total', where)).toBe(2);
    expect(await value('apiserver_watch_events_sizes_bucket', { ...where, le: '1024' })).toBe(0);
    expect(await value('apiserver_watch_events_sizes_bucket', { ...where, le: '4096' })).toBe(2);
    await watch.return(undefined);
    expect(await value('apiserver_longrunning_requests', { resource: 'configmaps' })).toBe(0);
  });

  it('know the objects there are, and the time of writes', async () => {
    const before = (await value('apiserver_storage_objects', { resource: 'configmaps' })) as number;
    await ask(test.server, 'POST', MAPS, map('counted'));
    expect(await value('apiserver_storage_objects', { resource: 'configmaps' })).toBe(before + 1);
    expect(
      await value('etcd_request_duration_seconds_count', { operation: 'create', type: 'configmaps' }),
    ).toBeGreaterThan(0);
  });

  it('time the steps of admission, and what of a request is the server’s own part', async () => {
    await ask(test.server, 'POST', MAPS, map('admitted'));
    const where = { operation: 'CREATE', rejected: 'false' };
    const step = 'apiserver_admission_step_admission_duration_seconds_count';
    expect(await value(step, { ...where, type: 'validate' })).toBeGreaterThan(0);
    const plugin = 'apiserver_admission_controller_admission_duration_seconds_count';
    expect(await value(plugin, { ...where, name: 'ResourceQuota' })).toBeGreaterThan(0);
    const sli = 'apiserver_request_sli_duration_seconds_count';
    expect(await value(sli, { verb: 'POST', resource: 'configmaps' })).toBeGreaterThan(0);
  });

  it('know how many requests wait, the size of the store, and what controllers do', async () => {
    expect(await value('apiserver_current_inqueue_requests', { request_kind: 'mutating' })).toBe(0);
    expect(await value('apiserver_storage_size_bytes', {})).toBe(0);
    expect(await value('workqueue_adds_total', { name: 'service-accounts' })).toBeGreaterThan(0);
    expect(await value('authorization_attempts_total', { result: 'allowed' })).toBeGreaterThan(0);
  });

  it('grow by nothing that a caller makes up', async () => {
    const series = async (): Promise<string[]> =>
      (await metrics()).split('\n').filter((line) => line.startsWith('apiserver_request_total'));
    const made = async (index: number): Promise<void> => {
      const as = someone(`made-up-${index}`);
      await ask(test.server, 'GET', `/made-up-${index}`, undefined, { as });
      await ask(test.server, 'GET', `/api/made-up-${index}/pods`, undefined, { as });
      await ask(test.server, 'GET', `/apis/made-up-${index}.example.com/v1/things`, undefined, { as });
      await ask(test.server, 'GET', `${MAPS}/x/made-up-${index}`, undefined, { as });
      await ask(test.server, `MADEUP${index}`, MAPS, undefined, { as });
    };
    await made(0);
    const before = (await series()).length;
    for (let index = 1; index < 20; index++) await made(index);
    expect((await series()).length).toBe(before);
    expect(await metrics()).not.toMatch(/made-up/i);
  });
});
