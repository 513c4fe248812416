import type { ConfigMap } from '@drover/api';
import type { Controller, ControllerContext, GroupResource, Sighting } from './controller.js';
import { ReconcileLoop } from './reconcile-loop.js';

const NAMESPACES = { group: '', plural: 'namespaces' };
const SERVICE_ACCOUNTS = { group: '', plural: 'serviceaccounts' };
const CONFIG_MAPS = { group: '', plural: 'configmaps' };

/** The account of pods that name none. */
const DEFAULT_ACCOUNT = 'default';
/** Where pods find the certificate authority of this server (kube-controller-manager's root-ca-cert-publisher). */
const ROOT_CA = 'kube-root-ca.crt';
const ROOT_CA_KEY = 'ca.crt';
const DESCRIPTION =
  'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.';

/** Gives each namespace what pods in it need to speak to this server: the account `default` and the ConfigMap of the CA. */
export const serviceAccounts: Controller = (context) => {
  const stop = new AbortController();
  const loop = new ReconcileLoop({ ...context, name: 'service-accounts', reconcile: (name) => provide(context, name) });
  const follow = (resource: GroupResource, concerned: (name: string) => boolean): void => {
    const onSightings = (sightings: readonly Sighting[]): void => {
      for (const { ref } of sightings) if (concerned(ref.name)) loop.add(ref.namespace ?? ref.name);
    };
    context.objects.follow(resource, onSightings, stop.signal);
  };
  follow(NAMESPACES, () => true);
  follow(SERVICE_ACCOUNTS, (name) => name === DEFAULT_ACCOUNT);
  follow(CONFIG_MAPS, (name) => name === ROOT_CA);
  return {
    async [Symbol.asyncDispose]() {
      stop.abort();
      await loop[Symbol.asyncDispose]();
    },
  };
};

async function provide({ objects, caPem }: ControllerContext, namespace: string): Promise<void> {
  const found = objects.get(NAMESPACES, { name: namespace });
  if (!found || found.metadata.deletionTimestamp !== undefined) return;
  if (!objects.get(SERVICE_ACCOUNTS, { namespace, name: DEFAULT_ACCOUNT })) {
    await objects.create(SERVICE_ACCOUNTS, {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: DEFAULT_ACCOUNT, namespace },
    });
  }
  const wanted: ConfigMap = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: ROOT_CA, namespace, annotations: { 'kubernetes.io/description': DESCRIPTION } },
    data: { [ROOT_CA_KEY]: caPem },
  };
  if (!objects.get(CONFIG_MAPS, { namespace, name: ROOT_CA })) {
    await objects.create(CONFIG_MAPS, wanted);
    return;
  }
  await objects.update(CONFIG_MAPS, { namespace, name: ROOT_CA }, (object) => {
    const { data } = object as ConfigMap;
    const same = data !== undefined && Object.keys(data).length === 1 && data[ROOT_CA_KEY] === caPem;
    if (same) return undefined;
    const annotations = { ...object.metadata.annotations, ...wanted.metadata.annotations };
    const changed: ConfigMap = { ...wanted, metadata: { ...object.metadata, annotations } };
    return changed;
  });
}
