import {
  badRequest,
  conflict,
  notFound,
  persistentVolumeClaims,
  type Stored,
  type VirtualMachine,
  type VirtualMachineImage,
  virtualMachineImages,
} from '@drover/api';
import { deleteIfPresent } from '@drover/controller';
import { parseUnits, QuantityError, randomText } from '@drover/kit';
import { Fields } from '../fields.js';
import { isImported } from '../image/conditions.js';
import { addedVolume, removeVolume } from '../subresource/volume-verbs.js';
import { lookAt, type View } from '../view.js';
import { HOTPLUG, IMAGE_ID } from '../vm/names.js';
import { changeMachine, templateOf, withMedium, withoutMedium, withTemplate, withVolume } from '../vm/volumes.js';
import type { ObjectRequest } from './paths.js';

const GIB = 1n << 30n;

type Context = Pick<ObjectRequest, 'view' | 'require' | 'random'>;

const refusal = (vm: Stored<VirtualMachine>, why: string): Error =>
  conflict({ group: 'kubevirt.io', plural: 'virtualmachine' }, vm.metadata.name, why);

/** Adds an existing claim to a machine as a SCSI disk. @throws ApiError 404 when there is no such claim, 409 */
export async function addVolumeAction(vm: Stored<VirtualMachine>, fields: Fields, { client }: View): Promise<void> {
  const { namespace } = vm.metadata;
  const claimName = fields.text('volumeSourceName');
  const claim = await lookAt(client, persistentVolumeClaims, { namespace, name: claimName });
  if (claim === undefined) throw notFound(persistentVolumeClaims, claimName);
  const shareable = fields.flag('shareable');
  const source = { persistentVolumeClaim: { claimName, hotpluggable: true } };
  const volume = {
    ...addedVolume(Fields.from({ name: fields.text('diskName'), volumeSource: source }, '')),
    shareable,
  };
  await changeMachine(client, vm, (newest) => withTemplate(withVolume(newest, volume), templateOf(claim)));
}

/** Takes a disk that was added away again; its claim stays. */
export async function removeVolumeAction(vm: Stored<VirtualMachine>, fields: Fields, { client }: View): Promise<void> {
  await removeVolume(client, vm, fields.text('diskName'), false);
}

/** Puts an image into an empty CD-ROM drive, by a claim of the machine's own. @throws ApiError 403, 404 for the image, 409 */
export async function insertMediumAction(
  vm: Stored<VirtualMachine>,
  fields: Fields,
  { view, require, random }: Context,
): Promise<void> {
  const drive = fields.text('deviceName');
  const imageId = fields.text('imageName');
  const [namespace = '', name = ''] = imageId.split('/');
  if (name === '') throw badRequest(`imageName: "${imageId}" is not NAMESPACE/NAME`);
  require('get', 'harvesterhci.io', 'virtualmachineimages', { at: { namespace, name } });
  const image = await lookAt(view.client, virtualMachineImages, { namespace, name });
  if (image === undefined) throw notFound(virtualMachineImages, name);
  if (!isImported(image)) throw badRequest(`image "${imageId}" has not been imported`);
  const claimName = `${vm.metadata.name}-${drive}-${randomText(5, random)}`;
  await changeMachine(view.client, vm, (newest) =>
    withMedium(newest, drive, claimName, mediumTemplate(claimName, image)),
  );
}

function mediumTemplate(claimName: string, { metadata, status }: Stored<VirtualMachineImage>): object {
  const gibibytes = (BigInt(status?.virtualSize ?? 0) + GIB - 1n) / GIB;
  return {
    metadata: { name: claimName, annotations: { [IMAGE_ID]: `${metadata.namespace}/${metadata.name}` } },
    spec: {
      accessModes: ['ReadWriteMany'],
      resources: { requests: { storage: `${gibibytes > 0n ? gibibytes : 1n}Gi` } },
      volumeMode: 'Block',
      storageClassName: status?.storageClassName,
    },
  };
}

/** Empties a CD-ROM drive and removes the claim that was in it. @throws ApiError 409 when nothing is in it */
export async function ejectMediumAction(vm: Stored<VirtualMachine>, fields: Fields, { client }: View): Promise<void> {
  const drive = fields.text('deviceName');
  const { claimName } = withoutMedium(vm, drive);
  await changeMachine(client, vm, (newest) => withoutMedium(newest, drive).vm);
  await deleteIfPresent(client, persistentVolumeClaims, { namespace: vm.metadata.namespace, name: claimName });
}

/** Gives a running machine more processors and other memory. @throws ApiError 409 when it was not made to */
export async function growAction(vm: Stored<VirtualMachine>, fields: Fields, { client }: View): Promise<void> {
  const sockets = fields.optionalCount('sockets');
  const memory = fields.optionalText('memory');
  const { cpu } = vm.spec.template.spec?.domain ?? {};
  if (vm.metadata.annotations?.[HOTPLUG] !== 'true')
    throw refusal(vm, 'CPU and memory hotplug is not enabled for this machine');
  if ((cpu?.cores ?? 1) !== 1 || (cpu?.threads ?? 1) !== 1)
    throw refusal(vm, 'CPU hotplug needs one core and one thread a socket');
  try {
    if (memory !== undefined) parseUnits(memory);
  } catch (error) {
    if (!(error instanceof QuantityError)) throw error;
    throw badRequest(`memory: ${error.message}`);
  }
  await changeMachine(client, vm, (newest) => {
    const changed = structuredClone(newest);
    const domain = changed.spec.template.spec?.domain;
    if (domain === undefined) return newest;
    if (sockets !== undefined) domain.cpu = { ...domain.cpu, sockets };
    if (memory !== undefined) domain.memory = { ...domain.memory, guest: memory };
    return changed;
  });
}
