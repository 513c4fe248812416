import type { VirtualMachineInstance } from '@drover/api';
import type { CloudInitSource, Volume } from '@drover/api/types/kubevirt';
import { isoImage, noCloudSeed } from '@drover/qemu';

/** The data of a Secret or ConfigMap, decoded, or `undefined` when there is no such object. */
export interface Documents {
  secret(name: string): Promise<ReadonlyMap<string, Buffer> | undefined>;
  configMap(name: string): Promise<ReadonlyMap<string, Buffer> | undefined>;
}

/** A document that an instance's disk is made of does not exist yet; its machine waits for it. */
export class MissingDocument extends Error {
  override readonly name = 'MissingDocument';
}

/**
 * The image of a volume that is made of documents: cloud-init data, a Secret, a ConfigMap, sysprep answers. `undefined` for any
 * other volume.
 *
 * @throws MissingDocument when a Secret or ConfigMap is not there.
 */
export async function seedOf(
  volume: Volume,
  instance: VirtualMachineInstance,
  documents: Documents,
): Promise<Uint8Array | undefined> {
  const { cloudInitNoCloud, secret, configMap, sysprep } = volume;
  const { name = '' } = instance.metadata;
  const { uuid = '' } = instance.spec.domain.firmware ?? {};
  const hostname = instance.spec.hostname ?? name;
  if (cloudInitNoCloud !== undefined) {
    const { userData = '', networkData } = await cloudInit(cloudInitNoCloud, documents);
    // The firmware's uuid is kept in the machine, so cloud-init does not begin anew at each start.
    return noCloudSeed({
      instanceId: uuid,
      localHostname: hostname,
      userData,
      ...(networkData === undefined || networkData === '' ? {} : { networkData }),
    });
  }
  if (secret !== undefined)
    return files(await required('secret', secret.secretName, secret.optional, documents.secret), secret.volumeLabel);
  if (configMap !== undefined)
    return files(
      await required('configmap', configMap.name, configMap.optional, documents.configMap),
      configMap.volumeLabel,
    );
  if (sysprep?.secret !== undefined)
    return files(await required('secret', sysprep.secret.name, false, documents.secret), 'sysprep');
  if (sysprep?.configMap !== undefined)
    return files(await required('configmap', sysprep.configMap.name, false, documents.configMap), 'sysprep');
  return undefined;
}

async function cloudInit(
  source: CloudInitSource,
  documents: Documents,
): Promise<{ userData?: string; networkData?: string }> {
  const { userData, userDataBase64, secretRef, networkData, networkDataBase64, networkDataSecretRef } = source;
  const user =
    secretRef?.name === undefined ? undefined : await required('secret', secretRef.name, false, documents.secret);
  const network =
    networkDataSecretRef?.name === undefined
      ? undefined
      : await required('secret', networkDataSecretRef.name, false, documents.secret);
  const text = (data: ReadonlyMap<string, Buffer> | undefined, ...keys: string[]): string | undefined =>
    keys.map((key) => data?.get(key)?.toString('utf8')).find((found) => found !== undefined);
  const decoded = (base64: string | undefined): string | undefined =>
    base64 ? Buffer.from(base64, 'base64').toString('utf8') : undefined;
  const given = {
    userData: userData ?? decoded(userDataBase64) ?? text(user, 'userdata', 'userData'),
    networkData: networkData ?? decoded(networkDataBase64) ?? text(network, 'networkdata', 'networkData'),
  };
  return {
    ...(given.userData === undefined ? {} : { userData: given.userData }),
    ...(given.networkData === undefined ? {} : { networkData: given.networkData }),
  };
}

async function required(
  kind: string,
  name: string | undefined,
  optional: boolean | undefined,
  find: (name: string) => Promise<ReadonlyMap<string, Buffer> | undefined>,
): Promise<ReadonlyMap<string, Buffer>> {
  const data = name === undefined ? undefined : await find(name);
  if (data !== undefined) return data;
  if (optional === true) return new Map();
  throw new MissingDocument(`${kind} "${name ?? ''}" not found`);
}

const files = (data: ReadonlyMap<string, Buffer>, label = 'cfgdata'): Uint8Array =>
  isoImage({ label, files: [...data].map(([name, content]) => ({ name, content })) });
