/**
 * Every setting of Harvester by name with its default: what exists in a new cluster. Formats and meanings are Harvester's
 * (docs: "Advanced Settings"). A setting that this cluster does not act on is kept as a plain object, and named as such in
 * the compatibility table.
 */
export const SETTING_DEFAULTS: Readonly<Record<string, string>> = {
  'additional-ca': '',
  'additional-guest-memory-overhead-ratio': '1.5',
  'api-ui-version': '1.1.9',
  'auto-disk-provision-paths': '',
  'auto-rotate-rke2-certs': '{"enable":false,"expiringInHours":240}',
  'backup-target': '',
  'cluster-pod-security-standard':
    '{"enabled":false,"whitelistedNamespacesList":"","privilegedNamespacesList":"","restrictedNamespacesList":""}',
  'cluster-registration-url': '{"url":"","insecureSkipTLSVerify":false}',
  'containerd-registry': '',
  'csi-driver-config':
    '{"driver.longhorn.io":{"volumeSnapshotClassName":"longhorn-snapshot","backupVolumeSnapshotClassName":"longhorn"}}',
  'csi-online-expand-validation': '{"driver.longhorn.io":true}',
  'default-storage-class': 'harvester-longhorn',
  'default-vm-termination-grace-period-seconds': '120',
  'harvester-csi-ccm-versions':
    '{"harvester-cloud-provider":">=0.0.1 <0.3.0","harvester-csi-provider":">=0.0.1 <0.3.0"}',
  'http-proxy': '{}',
  'instance-manager-resources': '{"cpu":{}}',
  'kubeconfig-default-token-ttl-minutes': '0',
  'kubevirt-migration':
    '{"parallelOutboundMigrationsPerNode":2,"parallelMigrationsPerCluster":5,"allowAutoConverge":false,"bandwidthPerMigration":0,"completionTimeoutPerGiB":150,"progressTimeout":150,"unsafeMigrationOverride":false,"allowPostCopy":false,"allowWorkloadDisruption":false,"disableTLS":false,"matchSELinuxLevelOnMigration":false}',
  'log-level': 'info',
  'longhorn-v2-data-engine-enabled': 'false',
  'longhorn-v2-data-engine-hugepage-enabled': 'true',
  'longhorn-v2-data-engine-memory-size': '2048',
  'max-hotplug-ratio': '4',
  'ntp-servers': '',
  'overcommit-config': '{"cpu":1000,"memory":150,"storage":100}',
  'rancher-cluster': '{}',
  'release-download-url': 'https://releases.rancher.com/harvester',
  'rwx-network': '{"share-storage-network":false}',
  'ssl-certificates': '{}',
  'ssl-parameters': '{}',
  'storage-network': '',
  'support-bundle-expiration': '30',
  'support-bundle-file-name': '',
  'support-bundle-image': '{}',
  'support-bundle-namespaces': '',
  'support-bundle-node-collection-timeout': '30',
  'support-bundle-timeout': '50',
  'ui-index': 'https://releases.rancher.com/harvester-ui/dashboard/latest/index.html',
  'ui-path': '/usr/share/harvester/harvester',
  'ui-plugin-index': 'https://releases.rancher.com/harvester-ui/plugin/harvester-latest/harvester-latest.umd.min.js',
  'ui-source': 'auto',
  'upgradable-versions': '',
  'upgrade-checker-enabled': 'true',
  'upgrade-checker-url': 'https://harvester-upgrade-responder.rancher.io/v1/checkupgrade',
  'upgrade-config':
    '{"imagePreloadOption":{"strategy":{"type":"sequential"}},"nodeUpgradeOption":{"strategy":{"mode":"auto"}},"restoreVM":false,"logReadyTimeout":"5"}',
  'vip-pools': '',
  'vm-force-reset-policy': '{"enable":true,"period":15,"vmMigrationTimeout":180}',
  'vm-migration-network': '',
  'volume-snapshot-class': 'longhorn',
};

/** Settings that every signed-in user may read, whatever else they may (ClusterRole harvester-authenticated). */
export const PUBLIC_SETTINGS: readonly string[] = [
  'server-version',
  'default-storage-class',
  'harvester-csi-ccm-versions',
  'default-vm-termination-grace-period-seconds',
];
