import type { NetworkAttachmentDefinition } from '@drover/api';

/** The label that names an attachment's cluster network. */
export const CLUSTER_NETWORK = 'network.harvesterhci.io/clusternetwork';

/** The cluster network that an attachment belongs to: by its label, else by its bridge's name `NAME-br`. */
export function clusterNetworkOf({ metadata, spec }: NetworkAttachmentDefinition): string | undefined {
  const label = metadata.labels?.[CLUSTER_NETWORK];
  if (label !== undefined) return label;
  try {
    const config: unknown = JSON.parse(spec?.config ?? '{}');
    const bridge = typeof config === 'object' && config !== null && 'bridge' in config ? config.bridge : undefined;
    return typeof bridge === 'string' && bridge.endsWith('-br') ? bridge.slice(0, -3) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * What is wrong with an attachment's configuration, or `undefined`. Known are Harvester's own forms: a bridge with a VLAN, with a
 * trunk of VLANs, or untagged.
 */
export function attachmentProblem({ metadata, spec }: NetworkAttachmentDefinition): string | undefined {
  let config: unknown;
  try {
    config = JSON.parse(spec?.config ?? '');
  } catch {
    return 'spec.config: expected a CNI configuration in JSON';
  }
  if (typeof config !== 'object' || config === null || Array.isArray(config))
    return 'spec.config: expected a JSON object';
  const { type, bridge, vlan, vlanTrunk, name } = { ...config } as Record<string, unknown>;
  if (type !== 'bridge') return `spec.config.type: "${String(type)}" is not supported by this cluster, only bridge`;
  if (typeof bridge !== 'string' || !/^[a-z0-9][a-z0-9-]{0,11}-br$/.test(bridge)) {
    return 'spec.config.bridge: expected the bridge of a cluster network, such as mgmt-br';
  }
  if (name !== undefined && name !== metadata.name) return `spec.config.name: expected "${metadata.name}"`;
  if (vlan !== undefined && !isVlan(vlan, vlanTrunk === undefined ? 1 : 0))
    return 'spec.config.vlan: expected 1 to 4094';
  if (vlanTrunk !== undefined && !isTrunk(vlanTrunk)) {
    return 'spec.config.vlanTrunk: expected a list of {minID, maxID} from 1 to 4094';
  }
  return undefined;
}

const isVlan = (value: unknown, from: number): boolean =>
  typeof value === 'number' && Number.isInteger(value) && value >= from && value <= 4094;

function isTrunk(value: unknown): boolean {
  if (!Array.isArray(value) || value.length === 0) return false;
  return value.every((range: unknown) => {
    if (typeof range !== 'object' || range === null) return false;
    const { minID, maxID } = { ...range } as Record<string, unknown>;
    return isVlan(minID, 1) && isVlan(maxID, 1) && Number(minID) <= Number(maxID);
  });
}
