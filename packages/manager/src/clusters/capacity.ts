import type { Node, Stored } from '@drover/api';
import { formatBytes, formatMillis, parseMillis, parseUnits } from '@drover/kit';

/** What a cluster has, as its management object shows it. */
export interface Capacity {
  readonly capacity: Record<string, string>;
  readonly allocatable: Record<string, string>;
  readonly nodeCount: number;
  readonly linuxWorkerCount: number;
}

/** The sum of what the nodes have. Nodes that only run the control plane do not count: nobody's workload runs there. */
export function capacityOf(nodes: readonly Stored<Node>[]): Capacity {
  const working = nodes.filter((node) => !isControlPlaneOnly(node));
  return {
    capacity: sum(working.map(({ status }) => status?.capacity)),
    allocatable: sum(working.map(({ status }) => status?.allocatable)),
    nodeCount: nodes.length,
    linuxWorkerCount: working.length,
  };
}

/** The roles a node has by its labels; one without any is a worker. */
export function rolesOf({ metadata }: Stored<Node>): { etcd: boolean; controlPlane: boolean; worker: boolean } {
  const has = (role: string): boolean => `node-role.kubernetes.io/${role}` in (metadata.labels ?? {});
  const etcd = has('etcd');
  const controlPlane = has('controlplane') || has('control-plane') || has('master');
  return { etcd, controlPlane, worker: has('worker') || !(etcd || controlPlane) };
}

function isControlPlaneOnly(node: Stored<Node>): boolean {
  const repels = node.spec?.taints?.some(({ effect }) => effect === 'NoSchedule' || effect === 'NoExecute') ?? false;
  const { controlPlane, worker } = rolesOf(node);
  return controlPlane && !worker && repels;
}

function sum(lists: readonly (Readonly<Record<string, string | number>> | undefined)[]): Record<string, string> {
  let cpu = 0n;
  let memory = 0n;
  let pods = 0n;
  for (const list of lists) {
    cpu += parseMillis(String(list?.['cpu'] ?? 0));
    memory += parseUnits(String(list?.['memory'] ?? 0));
    pods += parseUnits(String(list?.['pods'] ?? 0));
  }
  return { cpu: formatMillis(cpu), memory: formatBytes(memory), pods: String(pods) };
}
