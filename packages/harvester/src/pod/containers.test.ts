import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Pod, Stored } from '@drover/api';
import { silentLog, systemClock } from '@drover/kit';
import { describe, expect, it } from 'vitest';
import { Containers } from './containers.js';
import { inside, layOut } from './mounts.js';

const pod: Stored<Pod> = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name: 'agent-0',
    namespace: 'cattle-system',
    uid: 'uid-1',
    resourceVersion: '1',
    creationTimestamp: '2026-01-01T00:00:00Z',
  },
  spec: { containers: [] },
};
const container = { name: 'agent', image: 'drover:v1' };
const script = (text: string) => async () => ({ command: [process.execPath, '-e', text], environment: {} });
const FOREVER = script('console.log("here"); setInterval(() => {}, 1000)');

async function room(): Promise<{ root: string; open(): Containers } & AsyncDisposable> {
  const root = await mkdtemp(join(tmpdir(), 'drv-pod-'));
  const opened: Containers[] = [];
  return {
    root,
    open() {
      const containers = new Containers(root, { clock: systemClock, log: silentLog });
      opened.push(containers);
      return containers;
    },
    async [Symbol.asyncDispose]() {
      const last = new Containers(root, { clock: systemClock, log: silentLog });
      for (const uid of await last.pods()) await last.end(uid, 0);
      for (const containers of [...opened, last]) containers[Symbol.dispose]();
      await rm(root, { recursive: true, force: true });
    },
  };
}

const pidOf = (containerID: string | undefined): number => Number(containerID?.replace('process://', ''));
const ended = (containers: Containers): Promise<void> =>
  new Promise((resolve) => {
    const watching = containers.watch(() => {
      watching[Symbol.dispose]();
      resolve();
    });
  });

describe('a container that is a process', () => {
  it('runs once, however often it is asked for', async () => {
    await using place = await room();
    const containers = place.open();
    const first = await containers.run(pod, container, FOREVER);
    const second = await containers.run(pod, container, FOREVER);
    expect(first.view.state.running).toBeDefined();
    expect(second.view.containerID).toBe(first.view.containerID);
    expect(() => process.kill(pidOf(first.view.containerID), 0)).not.toThrow();
  });

  it('outlives us, and is taken charge of again by the next one, not started twice', async () => {
    await using place = await room();
    const before = place.open();
    const { view } = await before.run(pod, container, FOREVER);
    before[Symbol.dispose]();
    const after = await place.open().run(pod, container, FOREVER);
    expect(after.view.containerID).toBe(view.containerID);
    expect(after.view.restartCount).toBe(0);
  });

  it('is started again at once when it ends, and later each time it ends again', async () => {
    await using place = await room();
    const containers = place.open();
    const fail = script('console.error("no server"); process.exitCode = 3');
    const first = ended(containers);
    await containers.run(pod, container, fail);
    await first;
    const second = ended(containers);
    const again = await containers.run(pod, container, fail);
    expect(again.view).toMatchObject({
      restartCount: 1,
      lastState: { terminated: { exitCode: 3, reason: 'Error', message: 'no server' } },
    });
    await second;
    const { view, againMs } = await containers.run(pod, container, fail);
    expect(view.state.waiting).toEqual({
      reason: 'CrashLoopBackOff',
      message: 'back-off 10s restarting failed container=agent pod=agent-0_cattle-system(uid-1)',
    });
    expect(againMs).toBeGreaterThan(9000);
  });

  it('that ended while nobody of ours was there is started anew', async () => {
    await using place = await room();
    const before = place.open();
    const { view } = await before.run(pod, container, FOREVER);
    const gone = ended(before);
    process.kill(pidOf(view.containerID), 'SIGKILL');
    await gone;
    before[Symbol.dispose]();
    const told = {
      ...pod,
      status: {
        containerStatuses: [
          { name: 'agent', image: 'x', imageID: 'x', ready: true, restartCount: 2, state: { running: {} } },
        ],
      },
    };
    const after = await place.open().run(told, container, FOREVER);
    expect(after.view).toMatchObject({
      restartCount: 3,
      lastState: { terminated: { reason: 'ContainerStatusUnknown', exitCode: 137 } },
    });
  });

  it('is asked to end, then killed, and leaves nothing', async () => {
    await using place = await room();
    const containers = place.open();
    const stubborn = script('process.on("SIGTERM", () => {}); setInterval(() => {}, 1000)');
    const { view } = await containers.run(pod, container, stubborn);
    await containers.end('uid-1', 50);
    expect(() => process.kill(pidOf(view.containerID), 0)).toThrow(/ESRCH/);
    expect(await containers.pods()).toEqual([]);
  });
});

describe("a container's mounts", () => {
  const documents = async (_: string, name: string) =>
    name === 'credentials' ? new Map([['url', Buffer.from('https://x')]]) : undefined;
  const mounted = (
    volume: object,
    mountPath = '/cattle-credentials',
  ): [Stored<Pod>, typeof container & { volumeMounts: { name: string; mountPath: string }[] }] => [
    { ...pod, spec: { containers: [], volumes: [{ name: 'v', ...volume }] } },
    { ...container, volumeMounts: [{ name: 'v', mountPath }] },
  ];

  it('are directories below its root, the service account’s among them', async () => {
    await using place = await room();
    const [spec, within] = mounted({ secret: { secretName: 'credentials' } });
    await layOut(spec, within, place.root, { token: 't', caPem: 'ca', namespace: 'ns' }, documents);
    expect(await readFile(join(place.root, 'cattle-credentials/url'), 'utf8')).toBe('https://x');
    expect(await readFile(join(place.root, 'var/run/secrets/kubernetes.io/serviceaccount/token'), 'utf8')).toBe('t');
  });

  it.each<[string, object, string, RegExp]>([
    ['a secret that is not there', { secret: { secretName: 'absent' } }, '/x', /secret "absent" not found/],
    ['a directory of the host', { hostPath: { path: '/etc' } }, '/x', /hostPath is not supported/],
    ['a path that leads out', { emptyDir: {} }, '/../../etc', /does not lie in the container/],
    [
      'a key at a path that leads out',
      { secret: { secretName: 'credentials', items: [{ key: 'url', path: '../../x' }] } },
      '/x',
      /does not lie/,
    ],
  ])('refuse %s', async (_, volume, mountPath, sentence) => {
    await using place = await room();
    await expect(layOut(...mounted(volume, mountPath), place.root, undefined, documents)).rejects.toThrow(sentence);
  });

  it.each(['/', '', '/a/../..', '..', '/a\0b'])('never lie at %j', (path) => {
    expect(() => inside('/root/dir', path)).toThrow(/does not lie/);
  });
});
