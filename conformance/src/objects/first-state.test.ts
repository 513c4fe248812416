import type { JsonObject } from '@drover/api';
import { expect } from 'vitest';
import { container } from '../cluster/objects.js';
import { suite } from '../suite.js';

const selector = { matchLabels: { app: 'web' } };
const template = { metadata: { labels: { app: 'web' } }, spec: { containers: [container('app')] } };
const jobTemplate = { spec: { template: { spec: { restartPolicy: 'Never', containers: [container('app')] } } } };
const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' };
const claim = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } };
const defaultBackend = { service: { name: 'web', port: { number: 80 } } };

/** What is asked of each kind, and the state that it is in before any controller has seen it. */
const KINDS: readonly (readonly [
  apiVersion: string,
  plural: string,
  kind: string,
  spec: JsonObject,
  status: JsonObject,
])[] = [
  ['v1', 'persistentvolumeclaims', 'PersistentVolumeClaim', claim, { phase: 'Pending' }],
  ['v1', 'replicationcontrollers', 'ReplicationController', { selector: { app: 'web' }, template }, { replicas: 0 }],
  ['v1', 'resourcequotas', 'ResourceQuota', { hard: { pods: '1' } }, {}],
  ['v1', 'services', 'Service', { ports: [{ port: 80 }] }, { loadBalancer: {} }],
  [
    'apps/v1',
    'daemonsets',
    'DaemonSet',
    { selector, template },
    { currentNumberScheduled: 0, desiredNumberScheduled: 0, numberMisscheduled: 0, numberReady: 0 },
  ],
  ['apps/v1', 'deployments', 'Deployment', { selector, template }, {}],
  ['apps/v1', 'replicasets', 'ReplicaSet', { selector, template }, { replicas: 0 }],
  [
    'apps/v1',
    'statefulsets',
    'StatefulSet',
    { selector, template, serviceName: 'web' },
    { replicas: 0, availableReplicas: 0 },
  ],
  [
    'autoscaling/v2',
    'horizontalpodautoscalers',
    'HorizontalPodAutoscaler',
    { scaleTargetRef, maxReplicas: 2 },
    { desiredReplicas: 0 },
  ],
  ['batch/v1', 'cronjobs', 'CronJob', { schedule: '0 0 * * *', jobTemplate }, {}],
  ['batch/v1', 'jobs', 'Job', jobTemplate.spec, {}],
  ['networking.k8s.io/v1', 'ingresses', 'Ingress', { defaultBackend }, { loadBalancer: {} }],
  [
    'policy/v1',
    'poddisruptionbudgets',
    'PodDisruptionBudget',
    { selector, maxUnavailable: 1 },
    { currentHealthy: 0, desiredHealthy: 0, disruptionsAllowed: 0, expectedPods: 0 },
  ],
];

suite('the first state', ({ promises }) => {
  for (const [apiVersion, plural, kind, spec, status] of KINDS) {
    promises(`of a new ${kind} is there, with its numbers at zero`, async ({ api, core, group }) => {
      const path = apiVersion === 'v1' ? core(plural) : group(apiVersion, plural);
      const made = await api.post(
        path,
        { apiVersion, kind, metadata: { name: 'new' }, spec },
        { query: { dryRun: 'All' } },
      );
      expect(made.outcome).toBe('201');
      expect(made.at('status')).toMatchObject(status);
    });
  }
});
