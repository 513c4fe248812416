import {
  deployments,
  harvesterSettings,
  type Kind,
  type KubeObject,
  keyPairs,
  networkAttachmentDefinitions,
  nodes,
  persistentVolumeClaims,
  pods,
  type Stored,
  secrets,
  storageClasses,
  virtualMachineBackups,
  virtualMachineImages,
  virtualMachineInstances,
  virtualMachineRestores,
  virtualMachines,
  virtualMachineTemplates,
  virtualMachineTemplateVersions,
  volumeSnapshots,
} from '@drover/api';
import { type Client, createInformer, type Informer } from '@drover/client';
import type { Clock, Log, RandomBytes } from '@drover/kit';

/** What this cluster's controllers and handlers follow, one informer a kind, shared by all. */
export function openInformers(
  client: Client,
  options: { readonly clock: Clock; readonly random: RandomBytes; readonly log: Log },
) {
  const open = <T extends KubeObject>(kind: Kind<T>): Informer<T> =>
    createInformer(client, kind, { ...options, indexes: { uid: ({ metadata }: Stored<T>) => [metadata.uid] } });
  return {
    settings: open(harvesterSettings),
    images: open(virtualMachineImages),
    keyPairs: open(keyPairs),
    networks: open(networkAttachmentDefinitions),
    storageClasses: open(storageClasses),
    claims: open(persistentVolumeClaims),
    machines: open(virtualMachines),
    instances: open(virtualMachineInstances),
    snapshots: open(volumeSnapshots),
    backups: open(virtualMachineBackups),
    restores: open(virtualMachineRestores),
    templates: open(virtualMachineTemplates),
    templateVersions: open(virtualMachineTemplateVersions),
    secrets: open(secrets),
    nodes: open(nodes),
    deployments: open(deployments),
    pods: open(pods),
  };
}

/** Those informers. */
export type Informers = ReturnType<typeof openInformers>;
