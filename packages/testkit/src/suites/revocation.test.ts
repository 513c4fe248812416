import { once } from 'node:events';
import { performance } from 'node:perf_hooks';
import { virtualMachineImages, virtualMachineInstances, virtualMachines } from '@drover/api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { eventually } from '../eventually.js';
import { present } from '../present.js';
import { type Person, startTenancy, type Tenancy } from '../tenancy/tenancy.js';

/** What the documents promise. */
const LIMIT_MS = 5_000;

/** Something that stays open: its end, or the end of what it tells, is waited for. */
interface Open {
  readonly name: string;
  readonly ended: Promise<void>;
}

describe.skipIf(!present('qemu-system-x86_64'))('what somebody has open (needs QEMU)', () => {
  let tenancy: Tenancy;
  beforeAll(async () => {
    tenancy = await startTenancy([]);
    const { client } = tenancy.lab;
    await client.create(virtualMachines, {
      apiVersion: 'kubevirt.io/v1',
      kind: 'VirtualMachine',
      metadata: { name: 'web', namespace: 'default' },
      spec: {
        runStrategy: 'Always',
        template: {
          spec: {
            domain: { cpu: { cores: 1 }, devices: {}, resources: { limits: { cpu: '1', memory: '128Mi' } } },
            terminationGracePeriodSeconds: 0,
          },
        },
      },
    });
    await eventually(client, virtualMachineInstances, { namespace: 'default', name: 'web' }, ({ status }) => {
      return status?.phase === 'Running';
    });
  });
  afterAll(() => tenancy?.[Symbol.asyncDispose]());

  const ways: readonly {
    readonly way: string;
    readonly member?: true;
    readonly revoke: (who: Person, binding: string) => Promise<unknown>;
  }[] = [
    {
      way: 'its token is deleted',
      revoke: ({ token }) => administrator('DELETE', `/v3/tokens/${token.split(':')[0]}`),
    },
    {
      way: 'its user is disabled',
      revoke: ({ user }) => administrator('PUT', `/v3/users/${user}`, { enabled: false }),
    },
    { way: 'its user is deleted', revoke: ({ user }) => administrator('DELETE', `/v3/users/${user}`) },
    {
      way: 'its role is taken away',
      revoke: (_, binding) => administrator('DELETE', `/v3/projectroletemplatebindings/${binding}`),
    },
    {
      way: 'its role in the project is taken away, and it still sees the cluster',
      member: true,
      revoke: (_, binding) => administrator('DELETE', `/v3/projectroletemplatebindings/${binding}`),
    },
  ];

  describe.each(ways)('ends within five seconds when $way', ({ way, member, revoke }) => {
    const tookMs = new Map<string, Promise<number>>();
    beforeAll(async () => {
      const who = await tenancy.person(`somebody-${ways.findIndex((each) => each.way === way)}`, 'user-base');
      if (member === true) await tenancy.grant(who, 'cluster', 'cluster-member');
      const binding = await tenancy.grant(who, 'project', 'project-owner');
      const opened = await openAll(who);
      const began = performance.now();
      for (const { name, ended } of opened)
        tookMs.set(
          name,
          ended.then(() => performance.now() - began),
        );
      await revoke(who, binding);
    });

    it.each(['watch', 'subscription', 'serial console', 'screen', 'upload'])('%s', async (name) => {
      expect(await tookMs.get(name)).toBeLessThan(LIMIT_MS);
    });
  });

  async function administrator(method: string, path: string, body?: object): Promise<void> {
    const { status, text } = await tenancy.management.ask(method, path, {
      token: tenancy.administrator,
      ...(body === undefined ? {} : { body }),
    });
    if (status !== 200) throw new Error(`${method} ${path}: ${status} ${text}`);
  }

  async function openAll(who: Person): Promise<Open[]> {
    return Promise.all([
      openWatch(who),
      openSubscription(who),
      openScreen(who, 'console'),
      openScreen(who, 'vnc'),
      openUpload(who),
    ]);
  }

  async function openWatch({ token }: Person): Promise<Open> {
    const { management, cluster } = tenancy;
    const client = management.clientFor(`/k8s/clusters/${cluster}`, token);
    const watch = client.watch(virtualMachines, { namespace: 'default' })[Symbol.asyncIterator]();
    await watch.next();
    const over = async (): Promise<void> => {
      for (let next = await watch.next(); next.done !== true; next = await watch.next());
    };
    return { name: 'watch', ended: over().catch(() => undefined) };
  }

  async function openSubscription({ token }: Person): Promise<Open> {
    const { management, cluster } = tenancy;
    const socket = new WebSocket(`${management.url.replace('https:', 'wss:')}/v1/subscribe`, {
      ca: management.caPem,
      headers: { authorization: `Bearer ${token}` },
    });
    await once(socket, 'open');
    const about = (message: unknown): { name: string; resourceType?: string } => JSON.parse(String(message));
    const told = (wanted: (frame: ReturnType<typeof about>) => boolean): Promise<void> =>
      new Promise((resolve) => {
        socket.on('message', (message) => {
          if (wanted(about(message))) resolve();
        });
        socket.once('close', () => resolve());
      });
    const began = told(({ name }) => name === 'resource.create' || name === 'resource.change');
    socket.send(JSON.stringify({ cluster, resourceType: 'kubevirt.io.virtualmachine' }));
    await began;
    return {
      name: 'subscription',
      ended: told(({ name }) => ['resource.remove', 'resource.stop', 'resource.error'].includes(name)).then(() =>
        socket.close(),
      ),
    };
  }

  async function openScreen({ token }: Person, kind: 'console' | 'vnc'): Promise<Open> {
    const { management, cluster } = tenancy;
    const base = `${management.url.replace('https:', 'wss:')}/k8s/clusters/${cluster}/apis/subresources.kubevirt.io/v1`;
    const socket = new WebSocket(
      `${base}/namespaces/default/virtualmachineinstances/web/${kind}`,
      ['plain.kubevirt.io'],
      {
        ca: management.caPem,
        headers: { authorization: `Bearer ${token}` },
      },
    );
    await once(socket, 'open');
    const ended = once(socket, 'close').then(() => undefined);
    return { name: kind === 'vnc' ? 'screen' : 'serial console', ended };
  }

  /** Sends the beginning of a file, and no more. */
  async function openUpload({ user, token }: Person): Promise<Open> {
    const { management, cluster, lab } = tenancy;
    const name = `image-${user}`;
    await lab.client.create(virtualMachineImages, {
      apiVersion: 'harvesterhci.io/v1beta1',
      kind: 'VirtualMachineImage',
      metadata: { namespace: 'default', name },
      spec: { displayName: name, sourceType: 'upload' },
    });
    const stop = new AbortController();
    const begins = new TextEncoder().encode(
      '--b\r\nContent-Disposition: form-data; name="chunk"; filename="disk"\r\n\r\nthe first bytes',
    );
    async function* body(): AsyncGenerator<Uint8Array> {
      yield begins;
      await once(stop.signal, 'abort');
    }
    const answered = management.transport
      .send({
        method: 'POST',
        path: `/k8s/clusters/${cluster}/v1/harvester/harvesterhci.io.virtualmachineimages/default/${name}?action=upload&size=1000000`,
        headers: {
          authorization: `Bearer ${token}`,
          'content-type': 'multipart/form-data; boundary=b',
          'transfer-encoding': 'chunked',
        },
        body: body(),
        signal: stop.signal,
      })
      .then(
        () => undefined,
        () => undefined,
      )
      .then(() => stop.abort());
    await eventually(lab.client, virtualMachineImages, { namespace: 'default', name }, ({ status }) =>
      Boolean(status?.conditions?.some(({ type, status: is }) => type === 'Imported' && is === 'Unknown')),
    );
    return { name: 'upload', ended: answered };
  }
});
