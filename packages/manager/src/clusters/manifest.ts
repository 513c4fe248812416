import { createHash } from 'node:crypto';
import { encodeYaml, type JsonObject } from '@drover/api';
import type { ClusterId } from './cluster-id.js';

/** What the import manifest of a cluster depends on. */
export interface ManifestFacts {
  readonly cluster: ClusterId;
  readonly token: string;
  readonly serverUrl: string;
  /** PEM of the authority that agents must pin; empty when the server's certificate is publicly trusted. */
  readonly caPem: string;
  readonly agentImage: string;
  /** `host[:port]` of a private registry, or empty. */
  readonly registry: string;
  readonly serverVersion: string;
  readonly installUuid: string;
  /** `agent-tls-mode` strict: the agent trusts `caPem` alone. */
  readonly strict: boolean;
  readonly agentEnvVars: readonly { readonly name: string; readonly value?: string }[];
}

const CREATOR = { 'cattle.io/creator': 'norman' };
const NAMESPACE = 'cattle-system';
const RBAC = 'rbac.authorization.k8s.io';

/**
 * The objects that make a cluster dial this server, as YAML documents, with the names Harvester and Rancher's own clean-up
 * rely on. Every value goes through the serializer: no text of a user is ever YAML, in either version of it that readers know.
 */
export function importManifest(facts: ManifestFacts): string {
  return manifestObjects(facts).map(encodeYaml).join('---\n');
}

/** The objects of the import manifest, in the order they are to be applied. */
export function manifestObjects(facts: ManifestFacts): readonly JsonObject[] {
  const credentials = credentialsSecret(facts.serverUrl, facts.token, '');
  return [
    {
      apiVersion: `${RBAC}/v1`,
      kind: 'ClusterRole',
      metadata: { name: 'proxy-clusterrole-kubeapiserver' },
      rules: [
        {
          apiGroups: [''],
          resources: ['nodes/metrics', 'nodes/proxy', 'nodes/stats', 'nodes/log', 'nodes/spec'],
          verbs: ['get', 'list', 'watch', 'create'],
        },
      ],
    },
    {
      apiVersion: `${RBAC}/v1`,
      kind: 'ClusterRoleBinding',
      metadata: { name: 'proxy-role-binding-kubernetes-master' },
      roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name: 'proxy-clusterrole-kubeapiserver' },
      subjects: [{ apiGroup: RBAC, kind: 'User', name: 'kube-apiserver' }],
    },
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } },
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'cattle', namespace: NAMESPACE } },
    {
      apiVersion: `${RBAC}/v1`,
      kind: 'ClusterRoleBinding',
      metadata: { name: 'cattle-admin-binding', labels: CREATOR },
      subjects: [{ kind: 'ServiceAccount', name: 'cattle', namespace: NAMESPACE }],
      roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name: 'cattle-admin' },
    },
    credentials,
    {
      apiVersion: `${RBAC}/v1`,
      kind: 'ClusterRole',
      metadata: { name: 'cattle-admin', labels: CREATOR },
      rules: [
        { apiGroups: ['*'], resources: ['*'], verbs: ['*'] },
        { nonResourceURLs: ['*'], verbs: ['*'] },
      ],
    },
    agentDeployment(facts, credentials.metadata.name),
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'cattle-cluster-agent', namespace: NAMESPACE },
      spec: {
        ports: [
          { name: 'http', port: 80, protocol: 'TCP', targetPort: 80 },
          { name: 'https-internal', port: 443, protocol: 'TCP', targetPort: 444 },
        ],
        selector: { app: 'cattle-cluster-agent' },
      },
    },
  ];
}

/** What agents compare: hex sha256 of the authority's PEM with exactly one line end after it; empty without an authority. */
export function caChecksum(caPem: string): string {
  const pem = caPem.trim();
  return pem === '' ? '' : createHash('sha256').update(`${pem}\n`).digest('hex');
}

/**
 * The image as the cluster is to pull it: behind the private registry when there is one. A name that has a registry of its
 * own keeps it.
 */
export function imageFrom(registry: string, image: string): string {
  const host = registry.replace(/^https?:\/\//, '').replace(/\/+$/, '');
  if (host === '' || hasRegistry(image)) return image;
  return `${host}/${image.includes('/') ? image : `rancher/${image}`}`;
}

function hasRegistry(image: string): boolean {
  const first = image.split('/', 1)[0] ?? '';
  return image.includes('/') && (first.includes('.') || first.includes(':') || first === 'localhost');
}

function credentialsSecret(url: string, token: string, namespace: string) {
  const hash = createHash('sha256').update(`${url}.${token}.${namespace}`).digest('hex').slice(0, 10);
  const base64 = (text: string): string => Buffer.from(text, 'utf8').toString('base64');
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: `cattle-credentials-${hash}`, namespace: NAMESPACE },
    type: 'Opaque',
    data: { url: base64(url), token: base64(token), namespace: base64(namespace) },
  };
}

function agentDeployment(facts: ManifestFacts, credentials: string): JsonObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      name: 'cattle-cluster-agent',
      namespace: NAMESPACE,
      annotations: { 'management.cattle.io/scale-available': '2' },
    },
    spec: {
      selector: { matchLabels: { app: 'cattle-cluster-agent' } },
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
      template: {
        metadata: { labels: { app: 'cattle-cluster-agent' } },
        spec: {
          affinity: agentAffinity(),
          serviceAccountName: 'cattle',
          tolerations: [
            { effect: 'NoSchedule', key: 'node-role.kubernetes.io/controlplane', value: 'true' },
            { effect: 'NoSchedule', key: 'node-role.kubernetes.io/control-plane', operator: 'Exists' },
          ],
          containers: [
            {
              name: 'cluster-register',
              imagePullPolicy: 'IfNotPresent',
              image: imageFrom(facts.registry, facts.agentImage),
              env: agentEnvironment(facts, credentials),
              volumeMounts: [{ name: 'cattle-credentials', mountPath: '/cattle-credentials', readOnly: true }],
            },
          ],
          volumes: [{ name: 'cattle-credentials', secret: { secretName: credentials, defaultMode: 320 } }],
        },
      },
    },
  };
}

function agentEnvironment(facts: ManifestFacts, credentials: string): JsonObject[] {
  const given = facts.agentEnvVars.map(({ name, value = '' }) => ({ name, value }));
  return [
    { name: 'CATTLE_SERVER', value: facts.serverUrl },
    { name: 'CATTLE_CA_CHECKSUM', value: caChecksum(facts.caPem) },
    { name: 'CATTLE_CLUSTER', value: 'true' },
    { name: 'CATTLE_K8S_MANAGED', value: 'true' },
    { name: 'CATTLE_CLUSTER_REGISTRY', value: facts.registry },
    { name: 'CATTLE_CREDENTIAL_NAME', value: credentials },
    { name: 'CATTLE_SERVER_VERSION', value: facts.serverVersion },
    { name: 'CATTLE_INSTALL_UUID', value: facts.installUuid },
    ...given,
    ...(given.some(({ name }) => name === 'STRICT_VERIFY')
      ? []
      : [{ name: 'STRICT_VERIFY', value: String(facts.strict && facts.caPem.trim() !== '') }]),
  ];
}

function agentAffinity(): JsonObject {
  const preferred = (key: string, weight: number): JsonObject => ({
    weight,
    preference: { matchExpressions: [{ key, operator: 'In', values: ['true'] }] },
  });
  return {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [
          { matchExpressions: [{ key: 'kubernetes.io/os', operator: 'NotIn', values: ['windows'] }] },
        ],
      },
      preferredDuringSchedulingIgnoredDuringExecution: [
        preferred('node-role.kubernetes.io/controlplane', 100),
        preferred('node-role.kubernetes.io/control-plane', 100),
        preferred('cattle.io/cluster-agent', 1),
      ],
    },
    podAntiAffinity: {
      preferredDuringSchedulingIgnoredDuringExecution: [
        {
          weight: 100,
          podAffinityTerm: {
            labelSelector: { matchExpressions: [{ key: 'app', operator: 'In', values: ['cattle-cluster-agent'] }] },
            topologyKey: 'kubernetes.io/hostname',
          },
        },
      ],
    },
  };
}
