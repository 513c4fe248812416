import { isDeepStrictEqual } from 'node:util';
import type { KubeObject, StatusCause } from '@drover/api';
import type { Strategy } from '../catalog/strategy.js';
import { absent, type Fields, fieldsOf, inner, loose, made, objectsIn } from './absent.js';
import { jobUpdateCauses } from './job-update.js';
import { counted } from './plain.js';
import { fillPodSpec } from './pod-spec.js';
import { resourceFieldCauses } from './resource-field.js';
import { fillClaim } from './storage.js';
import { volumeSourceCauses } from './volume-source.js';

/** A kind that makes pods from a template and selects them by labels. `fill` adds what is its own. */
function workload(fill: (spec: Fields) => void): Strategy {
  return {
    ...counted,
    fill: (object) => {
      const spec = made(loose(object), 'spec');
      if (spec === undefined) return;
      fill(spec);
      fillPodSpec(inner(spec, 'template', 'spec'));
    },
    validate: (object, old) => [
      ...selectorCauses(object),
      ...frozenSelector(object, old),
      ...podTemplateCauses(object, 'spec', 'template', 'spec'),
    ],
  };
}

const deploymentPods = workload((spec) => {
  absent(spec, 'replicas', 1);
  absent(spec, 'revisionHistoryLimit', 10);
  absent(spec, 'progressDeadlineSeconds', 600);
  const strategy = made(spec, 'strategy');
  absent(strategy, 'type', 'RollingUpdate');
  if (strategy?.['type'] !== 'RollingUpdate') return;
  const rolling = made(strategy, 'rollingUpdate');
  absent(rolling, 'maxUnavailable', '25%');
  absent(rolling, 'maxSurge', '25%');
});

/** A deployment's labels are its owner's, whoever writes its status. */
export const deployment: Strategy = { ...deploymentPods, statusLeaves: ['labels'] };

export const replicaSet = workload((spec) => absent(spec, 'replicas', 1));

export const statefulSet = workload((spec) => {
  absent(spec, 'replicas', 1);
  absent(spec, 'revisionHistoryLimit', 10);
  absent(spec, 'podManagementPolicy', 'OrderedReady');
  absent(spec, 'persistentVolumeClaimRetentionPolicy', { whenDeleted: 'Retain', whenScaled: 'Retain' });
  const strategy = made(spec, 'updateStrategy');
  absent(strategy, 'type', 'RollingUpdate');
  if (strategy?.['type'] === 'RollingUpdate') absent(made(strategy, 'rollingUpdate'), 'partition', 0);
  for (const claim of objectsIn(spec['volumeClaimTemplates'])) fillTemplate(claim);
});

/** A claim that others are made after. Since its first version it says what it is, and how it would begin. */
function fillTemplate(claim: Fields): void {
  absent(claim, 'apiVersion', 'v1');
  absent(claim, 'kind', 'PersistentVolumeClaim');
  fillClaim(claim);
  absent(made(claim, 'status'), 'phase', 'Pending');
}

const daemonSetPods = workload((spec) => {
  absent(spec, 'revisionHistoryLimit', 10);
  const strategy = made(spec, 'updateStrategy');
  absent(strategy, 'type', 'RollingUpdate');
  if (strategy?.['type'] !== 'RollingUpdate') return;
  const rolling = made(strategy, 'rollingUpdate');
  absent(rolling, 'maxUnavailable', 1);
  absent(rolling, 'maxSurge', 0);
});

/** The annotation that counts the templates of a daemon set: what was a field of earlier versions, and the server's alone. */
const TEMPLATE_GENERATION = 'deprecated.daemonset.template.generation';

export const daemonSet: Strategy = {
  ...daemonSetPods,
  // As a default it is its writer's, like the others.
  fill: (object, context) => {
    daemonSetPods.fill?.(object, context);
    if (object.metadata.annotations?.[TEMPLATE_GENERATION] === undefined) noteGeneration(object, 1);
  },
  prepareForCreate: (object, context) => {
    daemonSetPods.prepareForCreate?.(object, context);
    noteGeneration(object, 1);
  },
  prepareForUpdate: (object, old, part, context) => {
    daemonSetPods.prepareForUpdate?.(object, old, part, context);
    const [now, before] = [object, old].map((set) => inner(loose(set), 'spec', 'template'));
    const generation = Number(old.metadata.annotations?.[TEMPLATE_GENERATION] ?? 1);
    noteGeneration(object, isDeepStrictEqual(now, before) ? generation : generation + 1);
  },
};

function noteGeneration({ metadata }: KubeObject, generation: number): void {
  metadata.annotations = { ...metadata.annotations, [TEMPLATE_GENERATION]: String(generation) };
}

/** Jobs select their pods by their own UID unless told otherwise. */
export const job: Strategy = {
  ...counted,
  fill: (object) => fillJob(made(loose(object), 'spec')),
  prepareForCreate: (object) => {
    const spec = made(loose(object), 'spec');
    if (spec === undefined || spec['manualSelector'] === true) return;
    const { uid = '', name = '' } = object.metadata;
    const key = 'batch.kubernetes.io/controller-uid';
    const metadata = made(made(spec, 'template'), 'metadata');
    if (metadata !== undefined) {
      const labels = { 'controller-uid': uid, 'job-name': name, [key]: uid, 'batch.kubernetes.io/job-name': name };
      metadata['labels'] = { ...fieldsOf(metadata['labels']), ...labels };
    }
    absent(spec, 'selector', { matchLabels: { [key]: uid } });
  },
  validate: (object, old) => [
    ...podTemplateCauses(object, 'spec', 'template', 'spec'),
    ...(old === undefined ? [] : jobUpdateCauses(object, old)),
  ],
};

export const cronJob: Strategy = {
  ...counted,
  fill: (object) => {
    const spec = made(loose(object), 'spec');
    absent(spec, 'concurrencyPolicy', 'Allow');
    absent(spec, 'suspend', false);
    absent(spec, 'successfulJobsHistoryLimit', 3);
    absent(spec, 'failedJobsHistoryLimit', 1);
    fillPodSpec(inner(spec, 'jobTemplate', 'spec', 'template', 'spec'));
  },
  validate: (object) => podTemplateCauses(object, 'spec', 'jobTemplate', 'spec', 'template', 'spec'),
};

function podTemplateCauses(object: KubeObject, ...path: readonly string[]): StatusCause[] {
  const [spec, field] = [inner(loose(object), ...path), path.join('.')];
  return [...volumeSourceCauses(spec, field), ...resourceFieldCauses(spec, field)];
}

function fillJob(spec: Fields | undefined): void {
  if (spec?.['completions'] === undefined && spec?.['parallelism'] === undefined) absent(spec, 'completions', 1);
  absent(spec, 'parallelism', 1);
  absent(spec, 'backoffLimit', 6);
  absent(spec, 'completionMode', 'NonIndexed');
  absent(spec, 'suspend', false);
  absent(spec, 'podReplacementPolicy', 'TerminatingOrFailed');
  fillPodSpec(inner(spec, 'template', 'spec'));
}

function selectorCauses(object: KubeObject): StatusCause[] {
  const spec = inner(loose(object), 'spec');
  const wanted = inner(spec, 'selector', 'matchLabels') ?? {};
  const labels = inner(spec, 'template', 'metadata', 'labels') ?? {};
  if (Object.entries(wanted).every(([key, value]) => labels[key] === value)) return [];
  return [
    {
      reason: 'FieldValueInvalid',
      message: `Invalid value: ${JSON.stringify(labels)}: \`selector\` does not match template \`labels\``,
      field: 'spec.template.metadata.labels',
    },
  ];
}

function frozenSelector(object: KubeObject, old: KubeObject | undefined): StatusCause[] {
  const selector = inner(loose(object), 'spec', 'selector');
  if (old === undefined || isDeepStrictEqual(selector, inner(loose(old), 'spec', 'selector'))) return [];
  const message = `Invalid value: ${JSON.stringify(selector)}: field is immutable`;
  return [{ reason: 'FieldValueInvalid', message, field: 'spec.selector' }];
}
