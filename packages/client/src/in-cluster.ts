import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AccessError, type ClusterAccess } from './https-transport.js';
import { tokenFile } from './token-file.js';

const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';

/**
 * The access of a pod's service account. `root` is put before the paths of the pod's volumes, for a pod that is a process of
 * the host.
 *
 * @throws AccessError when this is no pod: a variable or file is missing.
 */
export async function inClusterAccess(
  env: Readonly<Record<string, string | undefined>>,
  root = '/',
): Promise<ClusterAccess> {
  const host = env['KUBERNETES_SERVICE_HOST'];
  const port = env['KUBERNETES_SERVICE_PORT'];
  if (host === undefined || host === '' || port === undefined || port === '') {
    throw new AccessError(
      'KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set: this is no pod of a cluster',
    );
  }
  const directory = join(root, SERVICE_ACCOUNT);
  const read = (name: string): Promise<string> =>
    readFile(join(directory, name), 'utf8').catch((cause: unknown) => {
      throw new AccessError(`${join(directory, name)} cannot be read: the pod has no service account`, { cause });
    });
  const [ca, namespace] = await Promise.all([read('ca.crt'), read('namespace'), read('token')]);
  return {
    server: `https://${host.includes(':') && !host.startsWith('[') ? `[${host}]` : host}:${port}`,
    ca,
    namespace: namespace.trim(),
    token: tokenFile(join(directory, 'token')),
  };
}
