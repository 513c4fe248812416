/** A cloud image that its distribution publishes, to be picked by name. */
export interface CatalogueImage {
  readonly id: string;
  readonly title: string;
  /** Value of the label `harvesterhci.io/os-type`, as the Harvester UI writes it. */
  readonly os: string;
  /** The user that cloud-init of this image creates. */
  readonly user: string;
  readonly url: string;
}

/**
 * Well-known cloud images for x86-64, at the address where their distribution publishes the newest build. CirrOS and Alpine
 * name a release because their "latest" is not an image.
 */
export const catalogue: readonly CatalogueImage[] = [
  {
    id: 'debian-13',
    title: 'Debian 13 (trixie)',
    os: 'debian',
    user: 'debian',
    url: 'https://cloud.debian.org/images/cloud/trixie/latest/debian-13-genericcloud-amd64.qcow2',
  },
  {
    id: 'debian-12',
    title: 'Debian 12 (bookworm)',
    os: 'debian',
    user: 'debian',
    url: 'https://cloud.debian.org/images/cloud/bookworm/latest/debian-12-genericcloud-amd64.qcow2',
  },
  {
    id: 'ubuntu-24.04',
    title: 'Ubuntu 24.04 LTS (noble)',
    os: 'ubuntu',
    user: 'ubuntu',
    url: 'https://cloud-images.ubuntu.com/noble/current/noble-server-cloudimg-amd64.img',
  },
  {
    id: 'ubuntu-22.04',
    title: 'Ubuntu 22.04 LTS (jammy)',
    os: 'ubuntu',
    user: 'ubuntu',
    url: 'https://cloud-images.ubuntu.com/jammy/current/jammy-server-cloudimg-amd64.img',
  },
  {
    id: 'opensuse-leap-15.6',
    title: 'openSUSE Leap 15.6',
    os: 'openSUSE',
    user: 'opensuse',
    url: 'https://download.opensuse.org/distribution/leap/15.6/appliances/openSUSE-Leap-15.6-Minimal-VM.x86_64-Cloud.qcow2',
  },
  {
    id: 'alpine-3.21',
    title: 'Alpine 3.21',
    os: 'otherLinux',
    user: 'alpine',
    url: 'https://dl-cdn.alpinelinux.org/alpine/v3.21/releases/cloud/nocloud_alpine-3.21.0-x86_64-bios-cloudinit-r0.qcow2',
  },
  {
    id: 'cirros-0.6.2',
    title: 'CirrOS 0.6.2',
    os: 'otherLinux',
    user: 'cirros',
    url: 'https://download.cirros-cloud.net/0.6.2/cirros-0.6.2-x86_64-disk.img',
  },
];
