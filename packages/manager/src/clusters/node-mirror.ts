import { type JsonObject, type ManagementNode, managementNodes, type Node, type Stored } from '@drover/api';
import type { Client, Informer } from '@drover/client';
import { createIfAbsent, updateStatus } from '@drover/controller';
import { rolesOf } from './capacity.js';
import type { ClusterId } from './cluster-id.js';
import { nameHash } from './cluster-id.js';

/** The label by which a management node names its node. */
export const NODE_NAME_LABEL = 'management.cattle.io/nodename';

/** Makes the management nodes of a cluster be the nodes it has. */
export async function mirrorNodes(
  { client, mirrored }: { readonly client: Client; readonly mirrored: Informer<ManagementNode> },
  id: ClusterId,
  live: readonly Stored<Node>[],
): Promise<void> {
  const wanted = new Set(live.map(({ metadata }) => metadata.name));
  for (const node of live) {
    const name = `machine-${nameHash(node.metadata.name, 5)}`;
    const known = mirrored.get(id, name);
    const object = managementNode(id, name, node);
    if (known === undefined) await createIfAbsent(client, managementNodes, object);
    if (known !== undefined && JSON.stringify(known.status) === JSON.stringify(object.status)) continue;
    await updateStatus(client, managementNodes, { namespace: id, name }, (stored) => {
      if (object.status !== undefined) stored.status = object.status;
    });
  }
  for (const stale of mirrored.list(id)) {
    if (wanted.has(stale.metadata.labels?.[NODE_NAME_LABEL] ?? '')) continue;
    await client.delete(managementNodes, { namespace: id, name: stale.metadata.name });
  }
}

function managementNode(id: ClusterId, name: string, node: Stored<Node>): ManagementNode {
  const { metadata, spec = {}, status = {} } = node;
  const address = status.addresses?.find(({ type }) => type === 'InternalIP')?.address;
  return {
    apiVersion: 'management.cattle.io/v3',
    kind: 'Node',
    metadata: { name, namespace: id, labels: { [NODE_NAME_LABEL]: metadata.name } },
    spec: {
      ...rolesOf(node),
      imported: true,
      displayName: metadata.name,
      requestedHostname: metadata.name,
      internalNodeSpec: asJson(spec),
    },
    status: {
      nodeName: metadata.name,
      nodeLabels: metadata.labels ?? {},
      internalNodeStatus: asJson({
        ...status,
        images: undefined,
        conditions: (status.conditions ?? []).map(withoutHeartbeat),
      }),
      ...(address === undefined ? {} : { ipAddress: address }),
    },
  };
}

/** A heartbeat is written every few minutes on every node and says nothing that is not known from the watch. */
function withoutHeartbeat<T extends { lastHeartbeatTime?: unknown }>({
  lastHeartbeatTime: _,
  ...condition
}: T): object {
  return condition;
}

/** What came as JSON is JSON; absent fields are left out. */
function asJson(value: object): JsonObject {
  return JSON.parse(JSON.stringify(value)) as JsonObject;
}
