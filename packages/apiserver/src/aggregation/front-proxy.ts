import type { KubeObject } from '@drover/api';
import { ensure } from '../bootstrap/ensure.js';
import type { Objects } from '../controllers/controller.js';

/**
 * The name in the certificate by which extension servers know us. It is signed by an authority of its own: who holds any other
 * certificate of the cluster cannot tell them who asks.
 */
export const FRONT_PROXY = 'front-proxy-client';

const CONFIG_MAPS = { group: '', plural: 'configmaps' };
const NAME = 'extension-apiserver-authentication';

/** Publishes, where extension servers look for it, whom they may believe: clients' certificates, and ours about other callers. */
export async function publishFrontProxy(objects: Objects, clientCa: string, frontProxyCa: string): Promise<void> {
  const data = {
    'client-ca-file': clientCa,
    'requestheader-allowed-names': JSON.stringify([FRONT_PROXY]),
    'requestheader-client-ca-file': frontProxyCa,
    'requestheader-extra-headers-prefix': '["X-Remote-Extra-"]',
    'requestheader-group-headers': '["X-Remote-Group"]',
    'requestheader-username-headers': '["X-Remote-User"]',
  };
  const ref = { namespace: 'kube-system', name: NAME };
  const wanted = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { ...ref }, data };
  await ensure(objects, CONFIG_MAPS, wanted);
  await objects.update(CONFIG_MAPS, ref, (current) => {
    const present = (current as KubeObject & { data?: Record<string, string> }).data ?? {};
    const complete = Object.entries(data).every(([key, value]) => present[key] === value);
    return complete ? undefined : ({ ...current, data: { ...present, ...data } } as KubeObject);
  });
}
