import { ApiError, type ApiRequest, type VirtualMachine, virtualMachineInstances, virtualMachines } from '@drover/api';
import { describe, expect, it } from 'vitest';
import { ImageFiles } from '../image/files.js';
import { Transfers } from '../image/transfers.js';
import { openTestCluster, type TestCluster } from '../testing/cluster.js';
import { machine } from '../testing/documents.js';
import { FakeMachines } from '../testing/fake-machines.js';
import { Late, type View } from '../view.js';
import { instanceOf } from '../vm/instance.js';
import { subresourceApis } from './api.js';
import { parseCall } from './resources.js';

interface Lab extends TestCluster {
  readonly machines: FakeMachines;
  call(method: string, path: string, body?: object): Promise<{ status: number; body: string }>;
  vm(): Promise<VirtualMachine>;
}

/** A lab with one machine, in a phase, or without an instance. */
async function openLab(runStrategy: string, phase?: string): Promise<Lab> {
  const cluster = await openTestCluster();
  const machines = new FakeMachines();
  const files = new ImageFiles('/nowhere');
  const transfers = new Transfers({
    ...cluster,
    files,
    inspect: () => Promise.reject(new Error('not here')),
    copyVolume: () => Promise.reject(new Error('not here')),
    outbound: () => ({ proxy: {}, ca: [] }),
  });
  const late = new Late<View>();
  late.fill({ ...cluster.informers, client: cluster.client, running: machines, imageFiles: files, transfers });
  const vm = await cluster.client.create(virtualMachines, machine({ runStrategy }));
  if (phase !== undefined) {
    const instance = await cluster.client.create(virtualMachineInstances, { ...instanceOf(vm), status: { phase } });
    if (phase === 'Running') {
      await machines.start(instance.metadata.uid, { name: 'x', nics: [] } as never);
    }
    await cluster.until(
      virtualMachineInstances,
      'default/web01',
      () => cluster.informers.instances.list().length === 1,
    );
  }
  await cluster.until(virtualMachines, 'default/web01', () => cluster.informers.machines.list().length === 1);
  const [api] = subresourceApis(late, cluster.clock);
  return {
    ...cluster,
    machines,
    vm: () => cluster.client.get(virtualMachines, { namespace: 'default', name: 'web01' }),
    async call(method, path, body) {
      const request: ApiRequest = {
        method,
        url: `/apis/subresources.kubevirt.io/v1/${path}`,
        headers: {},
        body: (async function* () {
          if (body !== undefined) yield Buffer.from(JSON.stringify(body));
        })(),
        signal: new AbortController().signal,
      };
      try {
        const answer = await api?.handle(request, { name: 'alice', groups: [], extra: {} });
        return {
          status: answer?.status ?? 0,
          body: answer?.body instanceof Uint8Array ? Buffer.from(answer.body).toString() : '',
        };
      } catch (error) {
        if (error instanceof ApiError) return { status: error.code, body: error.message };
        throw error;
      }
    },
  };
}

const VM = 'namespaces/default/virtualmachines/web01';
const VMI = 'namespaces/default/virtualmachineinstances/web01';

describe('a verb on a machine', () => {
  it.each<[string, string | undefined, string, object | undefined, number, RegExp]>([
    ['Always', 'Running', 'start', undefined, 409, /VM is already running/],
    ['Always', undefined, 'start', undefined, 409, /Always does not support manual start requests/],
    ['Once', undefined, 'start', undefined, 409, /Once does not support manual start requests/],
    ['RerunOnFailure', 'Failed', 'start', undefined, 409, /does not support starting VM from failed state/],
    ['Halted', undefined, 'stop', undefined, 409, /VM is not running/],
    [
      'Halted',
      'Running',
      'stop',
      undefined,
      409,
      /Halted only supports manual stop requests with a shorter graceperiod/,
    ],
    ['Halted', 'Running', 'restart', undefined, 409, /Halted does not support manual restart requests/],
    ['Manual', undefined, 'restart', undefined, 409, /VM is not running/],
    ['Manual', 'Running', 'restart', { gracePeriodSeconds: 5 }, 400, /only gracePeriod=0 is supported/],
    ['Manual', 'Running', 'stop', { gracePeriod: -1 }, 400, /whole number of seconds/],
    ['Manual', undefined, 'start', { paused: true }, 501, /starting a machine paused is not supported/],
    ['Manual', undefined, 'migrate', undefined, 501, /migrate is not supported by this cluster/],
  ])('of strategy %s in phase %s: %s %j is refused with %i', async (strategy, phase, verb, body, status, words) => {
    await using lab = await openLab(strategy, phase);
    const answer = await lab.call('PUT', `${VM}/${verb}`, body);
    expect(answer).toEqual({ status, body: expect.stringMatching(words) });
  });

  it('starts a halted machine by its run strategy, and any other by a request', async () => {
    await using halted = await openLab('Halted');
    expect(await halted.call('PUT', `${VM}/start`)).toEqual({ status: 202, body: '' });
    expect((await halted.vm()).spec.runStrategy).toBe('Always');
    await using manual = await openLab('Manual', 'Succeeded');
    await manual.call('PUT', `${VM}/start`, {});
    expect((await manual.vm()).status?.stateChangeRequests).toEqual([
      { action: 'Stop', uid: expect.any(String) },
      { action: 'Start' },
    ]);
  });

  it('stops a machine by its run strategy or a request, within the grace period that is asked for', async () => {
    await using always = await openLab('Always', 'Running');
    expect((await always.call('PUT', `${VM}/stop`, { gracePeriod: 1 })).status).toBe(202);
    expect((await always.vm()).spec.runStrategy).toBe('Halted');
    const instance = await always.client.get(virtualMachineInstances, { namespace: 'default', name: 'web01' });
    expect(instance.spec.terminationGracePeriodSeconds).toBe(1);
    await using manual = await openLab('Manual', 'Running');
    await manual.call('PUT', `${VM}/stop`, { gracePeriod: 0 });
    expect((await manual.vm()).status?.stateChangeRequests).toEqual([
      { action: 'Stop', uid: expect.any(String), data: { gracePeriodSeconds: '0' } },
    ]);
  });

  it('only tries when that is asked', async () => {
    await using lab = await openLab('Halted');
    expect((await lab.call('PUT', `${VM}/start`, { dryRun: ['All'] })).status).toBe(202);
    expect((await lab.vm()).spec.runStrategy).toBe('Halted');
  });
});

describe('a verb on an instance', () => {
  it('pauses it once, and lets it go on once', async () => {
    await using lab = await openLab('Manual', 'Running');
    expect((await lab.call('PUT', `${VMI}/unpause`)).body).toMatch(/VMI is not paused/);
    expect((await lab.call('PUT', `${VMI}/pause`)).status).toBe(200);
    expect(await lab.call('PUT', `${VMI}/pause`)).toMatchObject({
      status: 409,
      body: expect.stringMatching(/VMI is already paused/),
    });
    expect((await lab.call('PUT', `${VMI}/softreboot`)).status).toBe(409);
    expect((await lab.call('PUT', `${VMI}/unpause`)).status).toBe(200);
  });

  it('asks a guest only where an agent answers', async () => {
    await using lab = await openLab('Manual', 'Running');
    expect(await lab.call('GET', `${VMI}/guestosinfo`)).toMatchObject({
      status: 409,
      body: expect.stringMatching(/VMI does not have guest agent connected/),
    });
    lab.machines.only.connectAgent();
    expect(JSON.parse((await lab.call('GET', `${VMI}/guestosinfo`)).body)).toMatchObject({
      hostname: 'guest',
      os: { id: 'debian' },
    });
  });

  it('is refused where there is no machine, and where it does not run', async () => {
    await using lab = await openLab('Manual', 'Scheduling');
    expect(await lab.call('PUT', `${VMI}/pause`)).toMatchObject({
      status: 409,
      body: expect.stringMatching(/VMI is not running/),
    });
    expect((await lab.call('PUT', 'namespaces/default/virtualmachineinstances/none/pause')).status).toBe(404);
    expect((await lab.call('PUT', `${VMI}/backup`)).status).toBe(501);
    expect((await lab.call('GET', `${VMI}/console`)).status).toBe(400);
  });
});

describe('a path of the subresource API', () => {
  it.each([
    ['/apis/g/v1/version', { kind: 'group', name: 'version' }],
    [
      '/apis/g/v1/namespaces/a/virtualmachines/b/start?x=1',
      { kind: 'object', namespace: 'a', resource: 'virtualmachines', name: 'b', subresource: 'start' },
    ],
    [
      '/apis/g/v1/namespaces/a/virtualmachineinstances/b/vnc/screenshot',
      { kind: 'object', namespace: 'a', resource: 'virtualmachineinstances', name: 'b', subresource: 'vnc/screenshot' },
    ],
    ['/apis/g/v1/namespaces/a/virtualmachines/b', undefined],
    ['/apis/g/v1/namespaces/a/virtualmachines//start', undefined],
    ['/apis/g/v1/namespaces/a/virtualmachines/%zz/start', undefined],
    ['/apis/g/v1', undefined],
  ])('%s', (path, call) => {
    expect(parseCall(path)).toEqual(call);
  });
});
