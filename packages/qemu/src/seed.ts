import { isoImage } from './iso9660.js';

/** What cloud-init is told at a guest's first boot. */
export interface Seed {
  /** The guest runs its once-per-instance steps again when this changes. */
  readonly instanceId: string;
  readonly localHostname?: string;
  readonly instanceType?: string;
  /** As the user wrote it: cloud-config, a script, a multipart document. */
  readonly userData: string;
  /** Network configuration version 1 or 2, as the user wrote it. */
  readonly networkData?: string;
  readonly vendorData?: string;
}

/**
 * A NoCloud seed: the image of a CD-ROM labelled `cidata`
 * (https://cloudinit.readthedocs.io/en/latest/reference/datasources/nocloud.html). Meta-data is written as JSON, which
 * is YAML in which no text can become another key.
 */
export function noCloudSeed(seed: Seed): Uint8Array {
  const { instanceId, localHostname, instanceType, userData, networkData, vendorData } = seed;
  const metaData = {
    'instance-id': instanceId,
    ...(instanceType === undefined ? {} : { 'instance-type': instanceType }),
    ...(localHostname === undefined ? {} : { 'local-hostname': localHostname }),
  };
  const files = [
    { name: 'meta-data', text: `${JSON.stringify(metaData)}\n` },
    { name: 'user-data', text: userData },
    { name: 'network-config', text: networkData },
    { name: 'vendor-data', text: vendorData },
  ];
  return isoImage({
    label: 'cidata',
    files: files.flatMap(({ name, text }) => (text === undefined ? [] : [{ name, content: Buffer.from(text) }])),
  });
}
