// Generated from the facts of the API by `npm run generate`; edits are overwritten.
import type { Kind } from '../../kind.js';
import type { ObjectMeta } from '../../object.js';

export interface Condition {
  lastTransitionTime?: string;
  lastUpdateTime?: string;
  message?: string;
  reason?: string;
  status: string;
  type: string;
}

export interface ClusterNetworkStatus {
  conditions?: Condition[];
}

/** network.harvesterhci.io/v1beta1 ClusterNetwork. */
export interface ClusterNetwork {
  apiVersion: 'network.harvesterhci.io/v1beta1';
  kind: 'ClusterNetwork';
  metadata: ObjectMeta;
  status?: ClusterNetworkStatus;
}

export const clusterNetworks: Kind<ClusterNetwork> = { group: 'network.harvesterhci.io', version: 'v1beta1', kind: 'ClusterNetwork', plural: 'clusternetworks', namespaced: false };

export interface MatchExpression {
  key: string;
  operator: string;
  values?: string[];
}

export interface NodeSelector {
  matchExpressions?: MatchExpression[];
  matchLabels?: Record<string, string>;
}

export interface HostNetworkConfigSpec {
  clusterNetwork: string;
  description?: string;
  ips?: Record<string, string>;
  mode: 'static' | 'dhcp';
  nodeSelector?: NodeSelector;
  underlay?: boolean;
  vlanID: number;
}

export interface NodeStatus {
  clusterNetwork: string;
  conditions?: Condition[];
  mode: string;
  vlanID: number;
}

export interface HostNetworkConfigStatus {
  conditions?: Condition[];
  nodeStatus?: Record<string, NodeStatus>;
}

/** network.harvesterhci.io/v1beta1 HostNetworkConfig. */
export interface HostNetworkConfig {
  apiVersion: 'network.harvesterhci.io/v1beta1';
  kind: 'HostNetworkConfig';
  metadata: ObjectMeta;
  spec: HostNetworkConfigSpec;
  status?: HostNetworkConfigStatus;
}

export const hostNetworkConfigs: Kind<HostNetworkConfig> = { group: 'network.harvesterhci.io', version: 'v1beta1', kind: 'HostNetworkConfig', plural: 'hostnetworkconfigs', namespaced: false };

export interface TargetLinkRule {
  nameRule?: string;
  typeRule?: string;
}

export interface LinkMonitorSpec {
  nodeSelector?: Record<string, string>;
  targetLinkRule?: TargetLinkRule;
}

export interface LinkStatus {
  index?: number;
  mac?: string;
  masterIndex?: number;
  name: string;
  promiscuous?: boolean;
  state?: 'up' | 'down' | 'unknown';
  type?: string;
}

export interface LinkMonitorStatus {
  conditions?: Condition[];
  linkStatus?: Record<string, LinkStatus[]>;
}

/** network.harvesterhci.io/v1beta1 LinkMonitor. */
export interface LinkMonitor {
  apiVersion: 'network.harvesterhci.io/v1beta1';
  kind: 'LinkMonitor';
  metadata: ObjectMeta;
  spec: LinkMonitorSpec;
  status?: LinkMonitorStatus;
}

export const linkMonitors: Kind<LinkMonitor> = { group: 'network.harvesterhci.io', version: 'v1beta1', kind: 'LinkMonitor', plural: 'linkmonitors', namespaced: false };

export interface BondOptions {
  miimon?: number;
  mode?: 'balance-rr' | 'active-backup' | 'balance-xor' | 'broadcast' | '802.3ad' | 'balance-tlb' | 'balance-alb';
}

export interface LinkAttributes {
  hardwareAddr?: string;
  mtu?: number;
  txQLen?: number;
}

export interface Uplink {
  bondOptions?: BondOptions;
  linkAttributes?: LinkAttributes;
  nics?: string[];
}

export interface VlanConfigSpec {
  clusterNetwork: string;
  description?: string;
  nodeSelector?: Record<string, string>;
  uplink: Uplink;
}

/** network.harvesterhci.io/v1beta1 VlanConfig. */
export interface VlanConfig {
  apiVersion: 'network.harvesterhci.io/v1beta1';
  kind: 'VlanConfig';
  metadata: ObjectMeta;
  spec: VlanConfigSpec;
}

export const vlanConfigs: Kind<VlanConfig> = { group: 'network.harvesterhci.io', version: 'v1beta1', kind: 'VlanConfig', plural: 'vlanconfigs', namespaced: false };

export interface LocalArea {
  cidr?: string;
  vlanID: number;
}

export interface VlanStatusStatus {
  clusterNetwork: string;
  conditions?: Condition[];
  linkMonitor: string;
  localAreas?: LocalArea[];
  node: string;
  vlanConfig: string;
}

/** network.harvesterhci.io/v1beta1 VlanStatus. */
export interface VlanStatus {
  apiVersion: 'network.harvesterhci.io/v1beta1';
  kind: 'VlanStatus';
  metadata: ObjectMeta;
  status: VlanStatusStatus;
}

export const vlanStatuses: Kind<VlanStatus> = { group: 'network.harvesterhci.io', version: 'v1beta1', kind: 'VlanStatus', plural: 'vlanstatuses', namespaced: false };

