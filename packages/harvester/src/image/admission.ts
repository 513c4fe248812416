import {
  type AdmissionPlugin,
  ApiError,
  alreadyExists,
  type Identity,
  invalid,
  persistentVolumeClaims,
  type StatusCause,
  type VirtualMachineImage,
} from '@drover/api';
import { requireRead } from '../access.js';
import { type Late, lookAt, type View } from '../view.js';
import { isImported } from './conditions.js';
import { imageStorageClassName } from './storage-class.js';

const SUBJECT = { group: 'harvesterhci.io', plural: 'virtualmachineimages', kind: 'VirtualMachineImage' };
const DISPLAY_NAME = 'harvesterhci.io/imageDisplayName';

/** Checks images and labels them with their display name; an image that something lies on stays. */
export function imageAdmission(late: Late<View>): AdmissionPlugin {
  return {
    name: 'VirtualMachineImage',
    resources: ['harvesterhci.io/virtualmachineimages'],
    async admit({ operation, name, namespace, object, old, identity }) {
      // The server has validated the objects against the schema of the kind.
      const image = object as VirtualMachineImage;
      const before = old as VirtualMachineImage | undefined;
      if (operation === 'DELETE') {
        if (before !== undefined) refuseUsed(before, late.value);
        return undefined;
      }
      if (image.metadata.deletionTimestamp !== undefined) return undefined;
      const causes = before === undefined ? newCauses(image) : changeCauses(image, before);
      if (causes.length > 0) throw invalid(SUBJECT, name, causes);
      if (before === undefined) await refuseForeignVolume(image, identity, late.value);
      if (before === undefined && isTaken(image, namespace, late.value)) throw nameTaken(image);
      const { displayName } = image.spec;
      if (image.metadata.labels?.[DISPLAY_NAME] === displayName) return undefined;
      return {
        ...image,
        metadata: { ...image.metadata, labels: { ...image.metadata.labels, [DISPLAY_NAME]: displayName } },
      };
    },
  };
}

/** Whoever makes an image of a volume must be allowed to read it, wherever it is. */
async function refuseForeignVolume(
  { spec }: VirtualMachineImage,
  identity: Identity,
  view: View | undefined,
): Promise<void> {
  const { sourceType, pvcNamespace: namespace = '', pvcName: name = '' } = spec;
  if (sourceType !== 'export-from-volume' || view === undefined) return;
  await requireRead(view.client, identity, { group: '', resource: 'persistentvolumeclaims', namespace, name });
  if (
    view.claims.get(namespace, name) === undefined &&
    (await lookAt(view.client, persistentVolumeClaims, { namespace, name })) === undefined
  )
    throw invalid(SUBJECT, '', [wrong('pvcName', `claim "${namespace}/${name}" not found`)]);
}

const wrong = (field: string, message: string): StatusCause => ({
  reason: 'FieldValueInvalid',
  field: `spec.${field}`,
  message,
});

function newCauses({ spec }: VirtualMachineImage): StatusCause[] {
  const causes: StatusCause[] = [];
  const { displayName, sourceType, url = '', checksum = '', backend = 'backingimage' } = spec;
  // It becomes a label.
  if (!/^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/.test(displayName)) {
    causes.push(
      wrong(
        'displayName',
        'must be 1 to 63 letters, digits, "-", "_" or ".", beginning and ending with a letter or digit',
      ),
    );
  }
  if (backend !== 'backingimage')
    causes.push(wrong('backend', `"${backend}" is not supported by this cluster; use backingimage`));
  if (!['download', 'upload', 'export-from-volume'].includes(sourceType)) {
    causes.push(
      wrong(
        'sourceType',
        `"${sourceType}" is not supported by this cluster; use download, upload or export-from-volume`,
      ),
    );
  }
  if (sourceType === 'export-from-volume') {
    if (!spec.pvcName) causes.push(wrong('pvcName', 'the claim to make an image of is required'));
    if (!spec.pvcNamespace) causes.push(wrong('pvcNamespace', 'the namespace of the claim is required'));
  }
  if (spec.securityParameters !== undefined)
    causes.push(wrong('securityParameters', 'encryption is not supported by this cluster'));
  if (sourceType === 'download') causes.push(...urlCauses(url));
  if (sourceType !== 'download' && url !== '')
    causes.push(wrong('url', `must be empty when the source is ${sourceType}`));
  if (checksum !== '' && !/^[0-9a-fA-F]{128}$/.test(checksum))
    causes.push(wrong('checksum', 'must be a SHA-512 checksum: 128 hexadecimal digits'));
  return causes;
}

function urlCauses(url: string): StatusCause[] {
  if (URL.canParse(url) && ['http:', 'https:'].includes(new URL(url).protocol)) return [];
  return [wrong('url', `"${url}" is not an http or https URL`)];
}

function changeCauses(image: VirtualMachineImage, before: VirtualMachineImage): StatusCause[] {
  const causes: StatusCause[] = [];
  const { spec } = image;
  if (spec.displayName !== before.spec.displayName) causes.push(wrong('displayName', 'cannot be changed'));
  if (spec.sourceType !== before.spec.sourceType) causes.push(wrong('sourceType', 'cannot be changed'));
  if (spec.pvcName !== before.spec.pvcName) causes.push(wrong('pvcName', 'cannot be changed'));
  if (spec.pvcNamespace !== before.spec.pvcNamespace) causes.push(wrong('pvcNamespace', 'cannot be changed'));
  if (spec.url !== before.spec.url) {
    if (isImported(before)) causes.push(wrong('url', 'cannot be changed once the image was imported'));
    else causes.push(...urlCauses(spec.url ?? ''));
  }
  return causes;
}

const isTaken = ({ spec }: VirtualMachineImage, namespace: string | undefined, view: View | undefined): boolean =>
  view?.images.list(namespace).some((other) => other.spec.displayName === spec.displayName) === true;

function nameTaken({ spec }: VirtualMachineImage): ApiError {
  return new ApiError('AlreadyExists', 'A resource with the same name exists', {
    ...alreadyExists(SUBJECT, spec.displayName).details,
  });
}

/** Deleting an image is refused while something lies on it, and says what. */
function refuseUsed(image: VirtualMachineImage, view: View | undefined): void {
  const { uid = '', namespace, name = '' } = image.metadata;
  const id = `${namespace}/${name}`;
  const volumes = (view?.claims.list() ?? [])
    .filter(({ spec }) => spec?.storageClassName === imageStorageClassName(uid))
    .map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);
  const versions = (view?.templateVersions.list() ?? [])
    .filter(({ spec }) => spec.imageId === id || JSON.stringify(spec.vm?.metadata ?? {}).includes(`\\"${id}\\"`))
    .map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);
  const causes = [
    ...(volumes.length > 0
      ? [{ field: 'metadata.name', message: `the image is used by volumes: ${volumes.join(', ')}` }]
      : []),
    ...(versions.length > 0
      ? [{ field: 'metadata.name', message: `the image is used by template versions: ${versions.join(', ')}` }]
      : []),
  ];
  if (causes.length > 0) throw invalid(SUBJECT, name, causes);
}
