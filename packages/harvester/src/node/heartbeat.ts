import { type Lease, leases, type Node, namespaces, nodes } from '@drover/api';
import type { Client } from '@drover/client';
import { createIfAbsent, createOrUpdate, updateStatus } from '@drover/controller';
import type { Clock, Log } from '@drover/kit';
import type { LocalHost } from './host.js';
import { ACCELERATOR_REASON, acceleratorReason, type HostIdentity, nodeLabels, nodeStatus } from './object.js';

/** A kubelet's own pace: the lease says "alive", the status is written when something changed and every five minutes. */
const LEASE_MS = 10_000;
const STATUS_MS = 300_000;
const LEASE_SECONDS = 40;
const LEASES = 'kube-node-lease';

/** What keeps the host's Node object true. */
export interface HeartbeatOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly log: Log;
  readonly host: LocalHost;
  readonly identity: HostIdentity;
}

/** The host's Node object as it is now, made when it is not there. */
export async function registerNode({ client, clock, host, identity }: HeartbeatOptions): Promise<void> {
  const blank: Node = { apiVersion: 'v1', kind: 'Node', metadata: { name: identity.name } };
  await createOrUpdate(client, nodes, blank, (node) => {
    node.metadata.labels = { ...node.metadata.labels, ...nodeLabels(identity, host.now) };
    node.metadata.annotations = { ...node.metadata.annotations, [ACCELERATOR_REASON]: acceleratorReason(host.now) };
  });
  const now = clock.now();
  const { status: before } = await client.get(nodes, { name: identity.name });
  const status = await nodeStatus(identity, host.now, before, now);
  await updateStatus(client, nodes, { name: identity.name }, (node) => {
    node.status = status;
  });
}

/** Renews the host's lease, and its status when due, until `signal` aborts. A failure is tried again at the next beat. */
export async function beat(options: HeartbeatOptions, signal: AbortSignal): Promise<void> {
  const { client, clock, log, host, identity } = options;
  let reportedAt = clock.now();
  let reported = acceleratorReason(host.now);
  await createIfAbsent(client, namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: LEASES } }).catch(
    () => undefined,
  );
  while (!signal.aborted) {
    try {
      await renew(client, identity.name, clock.now());
      await host.problem();
      if (clock.now() - reportedAt >= STATUS_MS || acceleratorReason(host.now) !== reported) {
        await registerNode(options);
        reportedAt = clock.now();
        reported = acceleratorReason(host.now);
      }
    } catch (error) {
      if (!signal.aborted) log.warn('the heartbeat of the host was not written', { error });
    }
    await clock.sleep(LEASE_MS, signal).catch(() => {});
  }
}

async function renew(client: Client, name: string, now: number): Promise<void> {
  const blank: Lease = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name, namespace: LEASES } };
  const renewTime = new Date(now).toISOString().replace('Z', '000Z');
  await createOrUpdate(client, leases, blank, (lease) => {
    lease.spec = { ...lease.spec, holderIdentity: name, leaseDurationSeconds: LEASE_SECONDS, renewTime };
  });
}
