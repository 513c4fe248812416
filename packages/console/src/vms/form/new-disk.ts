import type { VirtualMachineImage } from '@drover/api';
import { isImported } from '../../images/state.js';
import { claimName, type DiskRow, nextName, type VmForm } from './model.js';

/** A disk is at least this big, in GiB, unless somebody says otherwise. */
const USUAL_GIB = 10;
const GIB = 1024 ** 3;

/** An image with what a disk made from it needs to know. */
export interface ImageChoice {
  /** `namespace/name`. */
  readonly id: string;
  /** As people see it: `namespace/display name`. */
  readonly title: string;
  readonly storageClassName: string;
  /** In bytes, once unpacked; 0 when the cluster has not said. */
  readonly virtualSize: number;
  readonly isIso: boolean;
}

/** The images that machines can start from, by title. */
export function imageChoices(images: readonly VirtualMachineImage[]): ImageChoice[] {
  return images
    .filter(isImported)
    .map(({ metadata, spec, status }) => ({
      id: `${metadata.namespace}/${metadata.name}`,
      title: `${metadata.namespace}/${spec.displayName}`,
      storageClassName: status?.storageClassName ?? '',
      virtualSize: status?.virtualSize ?? 0,
      isIso: metadata.labels?.['harvesterhci.io/image-type'] === 'iso',
    }))
    .sort((a, b) => a.title.localeCompare(b.title));
}

/** The form with one more disk, named after those it has. `suffix` ends the name of its claim. */
export function withDisk(form: VmForm, source: DiskRow['source'], suffix: string): VmForm {
  const name = nextName(
    'disk',
    form.disks.map((disk) => disk.name),
  );
  const disk: DiskRow = {
    name,
    source,
    type: 'disk',
    bus: 'virtio',
    size: source.kind === 'existing' ? '' : `${USUAL_GIB}Gi`,
    claimName: source.kind === 'existing' ? '' : claimName(form.name, name, suffix),
  };
  return { ...form, disks: [...form.disks, disk] };
}

/** The disk made from an image: big enough for it, and a CD-ROM when it is one. Without an image, one is still to choose. */
export function fromImage(disk: DiskRow, image: ImageChoice | undefined): DiskRow {
  if (image === undefined) return { ...disk, source: { kind: 'image', imageId: '', storageClassName: '' } };
  return {
    ...disk,
    source: { kind: 'image', imageId: image.id, storageClassName: image.storageClassName },
    type: image.isIso ? 'cd-rom' : 'disk',
    bus: image.isIso ? 'sata' : 'virtio',
    size: `${Math.max(USUAL_GIB, Math.ceil(image.virtualSize / GIB))}Gi`,
  };
}
