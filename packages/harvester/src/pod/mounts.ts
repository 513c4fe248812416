import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Pod } from '@drover/api';
import type { Container, KeyToPath, Volume } from '@drover/api/types/core-v1';
import { Unsupported } from './environment.js';

/** Where the token of a pod's service account is found (Kubernetes' fixed path). */
export const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';

/** The data of an object, or `undefined` when there is no such object. */
export type Documents = (
  kind: 'secret' | 'configMap',
  name: string,
) => Promise<ReadonlyMap<string, Buffer> | undefined>;

/** An object that a volume is made of is not there yet: the pod waits for it. */
export class MountNotReady extends Error {
  override readonly name = 'MountNotReady';
}

/** The service account's files. */
export interface ServiceAccountFiles {
  readonly token: string;
  readonly caPem: string;
  readonly namespace: string;
}

/**
 * Lays out what a container would see at its mounts as directories below `root`, which stands for the container's own root.
 *
 * @throws MountNotReady while a Secret or ConfigMap is missing; Unsupported for a volume or path this host does not offer.
 */
export async function layOut(
  pod: Pod,
  container: Container,
  root: string,
  account: ServiceAccountFiles | undefined,
  documents: Documents,
): Promise<void> {
  await mkdir(root, { recursive: true, mode: 0o700 });
  for (const { name, mountPath, subPath, subPathExpr } of container.volumeMounts ?? []) {
    if (subPath !== undefined || subPathExpr !== undefined)
      throw new Unsupported(`mount ${mountPath}: subPath is not supported by this host`);
    const volume = pod.spec?.volumes?.find((one) => one.name === name);
    if (volume === undefined) throw new Unsupported(`mount ${mountPath}: there is no volume "${name}"`);
    await writeFiles(inside(root, mountPath), await contentOf(volume, documents));
  }
  if (account !== undefined) await writeAccount(root, account);
}

/** Writes the files of the service account; an existing token is replaced whole. */
export async function writeAccount(root: string, { token, caPem, namespace }: ServiceAccountFiles): Promise<void> {
  const content = { token, 'ca.crt': caPem, namespace };
  await writeFiles(
    inside(root, SERVICE_ACCOUNT),
    new Map(Object.entries(content).map(([name, text]) => [name, Buffer.from(text)])),
  );
}

async function contentOf(volume: Volume, documents: Documents): Promise<ReadonlyMap<string, Buffer>> {
  const { name, secret, configMap, emptyDir } = volume;
  if (emptyDir !== undefined) return new Map();
  if (secret !== undefined)
    return selected(await required('secret', secret.secretName, secret.optional, documents), secret.items);
  if (configMap !== undefined)
    return selected(await required('configMap', configMap.name, configMap.optional, documents), configMap.items);
  const kind = Object.keys(volume).find((key) => key !== 'name');
  throw new Unsupported(`volume "${name}": ${kind ?? 'nothing'} is not supported by this host`);
}

async function required(
  kind: 'secret' | 'configMap',
  name = '',
  optional = false,
  documents: Documents,
): Promise<ReadonlyMap<string, Buffer>> {
  const data = await documents(kind, name);
  if (data !== undefined) return data;
  if (optional) return new Map();
  throw new MountNotReady(`${kind.toLowerCase()} "${name}" not found`);
}

function selected(
  data: ReadonlyMap<string, Buffer>,
  items: readonly KeyToPath[] | undefined,
): ReadonlyMap<string, Buffer> {
  if (items === undefined) return data;
  return new Map(
    items.map(({ key, path }) => {
      const content = data.get(key);
      if (content === undefined) throw new MountNotReady(`references non-existent key: ${key}`);
      return [path, content];
    }),
  );
}

async function writeFiles(directory: string, content: ReadonlyMap<string, Buffer>): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  for (const [name, bytes] of content) {
    const path = inside(directory, name);
    const before = await readFile(path).catch(() => undefined);
    if (before?.equals(bytes) === true) continue;
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await writeFile(`${path}.partial`, bytes, { mode: 0o600 });
    await rename(`${path}.partial`, path);
  }
}

/** A path below `root`, whatever a pod's author wrote. @throws Unsupported for one that leads out */
export function inside(root: string, path: string): string {
  const whole = resolve(root, `./${path}`);
  if (!whole.startsWith(`${resolve(root)}/`) || path.split('/').includes('..') || path.includes('\0')) {
    throw new Unsupported(`path "${path}" does not lie in the container`);
  }
  return whole;
}

/** Removes everything of a pod. */
export async function removeMounts(directory: string): Promise<void> {
  await rm(directory, { recursive: true, force: true });
}
