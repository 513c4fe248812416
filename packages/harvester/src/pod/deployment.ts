import { createHash } from 'node:crypto';
import { type Deployment, deployments, hasReason, type Pod, pods, type Stored } from '@drover/api';
import type { DeploymentCondition } from '@drover/api/types/apps-v1';
import type { Client, Informer } from '@drover/client';
import {
  type Controller,
  controllerOf,
  createController,
  done,
  isConditionTrue,
  owned,
  ownerReference,
  type Result,
  rfc3339,
  updateStatus,
  watches,
} from '@drover/controller';
import type { Clock, Log, RandomBytes } from '@drover/kit';
import type { Recorder } from '../event/recorder.js';

/** The label by which pods of one template are told from those of another. */
const TEMPLATE_HASH = 'pod-template-hash';
/** More pods than this are not made, whatever is asked: each may be a process of this host. */
const MAX_REPLICAS = 20;

/** What the deployment controller needs. */
export interface DeploymentControllerOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly log: Log;
  readonly recorder: Recorder;
  readonly deployments: Informer<Deployment>;
  readonly pods: Informer<Pod>;
  readonly nodeName: string;
}

/**
 * Keeps as many pods of each Deployment's template as it asks for, straight, without ReplicaSets between: this cluster has no
 * history to roll back to. Pods of a former template go once one of the new template is ready.
 */
export function deploymentController(options: DeploymentControllerOptions): Controller {
  const { clock, random, log, deployments: informer, pods: all } = options;
  return createController({
    name: 'deployment',
    reconcile: ({ namespace, name }) => reconcile(informer.get(namespace, name), { namespace, name }, options),
    sources: [watches(informer), owned(all, deployments)],
    clock,
    random,
    log,
  });
}

async function reconcile(
  deployment: Stored<Deployment> | undefined,
  ref: { namespace?: string | undefined; name: string },
  options: DeploymentControllerOptions,
): Promise<Result> {
  const { client, pods: all, nodeName, recorder } = options;
  const mine = all.list(ref.namespace).filter((pod) => {
    const owner = controllerOf(pod);
    return owner?.kind === 'Deployment' && owner.name === ref.name;
  });
  const alive = mine.filter(
    ({ metadata, status }) =>
      metadata.deletionTimestamp === undefined && status?.phase !== 'Failed' && status?.phase !== 'Succeeded',
  );
  const remove = (pod: Stored<Pod>): Promise<void> =>
    client
      .delete(
        pods,
        { namespace: pod.metadata.namespace, name: pod.metadata.name },
        { preconditions: { uid: pod.metadata.uid } },
      )
      .catch(ignoreGone);
  if (deployment === undefined || deployment.metadata.deletionTimestamp !== undefined) {
    await Promise.all(alive.map(remove));
    return done;
  }
  const strangers = alive.filter((pod) => controllerOf(pod)?.uid !== deployment.metadata.uid);
  const hash = templateHash(deployment);
  const own = alive.filter((pod) => !strangers.includes(pod));
  const current = own.filter(({ metadata }) => metadata.labels?.[TEMPLATE_HASH] === hash);
  const former = own.filter((pod) => !current.includes(pod));
  const wanted = Math.min(deployment.spec?.replicas ?? 1, MAX_REPLICAS);
  const surplus = [...current]
    .sort((a, b) => Number(isReady(a)) - Number(isReady(b)))
    .slice(0, Math.max(0, current.length - wanted));
  // A place has one name: with a view that is a moment old, no second pod is made in it.
  for (let place = 0, missing = wanted - current.length; missing > 0 && place < MAX_REPLICAS; place += 1) {
    const pod = podOf(deployment, hash, place, nodeName);
    if (mine.some(({ metadata }) => metadata.name === pod.metadata.name)) continue;
    missing -= 1;
    await client.create(pods, pod).then(
      () => recorder.normal(deployment, 'SuccessfulCreate', `Created pod: ${pod.metadata.name}`),
      (error: unknown) => {
        if (!hasReason(error, 'AlreadyExists')) throw error;
      },
    );
  }
  const replaced = current.length >= wanted && current.filter(isReady).length >= wanted;
  await Promise.all([...strangers, ...surplus, ...(replaced || wanted === 0 ? former : [])].map(remove));
  await report(deployment, own, current, wanted, options);
  return done;
}

const isReady = ({ status }: Pod): boolean => isConditionTrue(status?.conditions, 'Ready');

function templateHash({ spec }: Deployment): string {
  return createHash('sha256')
    .update(JSON.stringify(spec?.template ?? {}))
    .digest('hex')
    .slice(0, 10);
}

function podOf(deployment: Stored<Deployment>, hash: string, place: number, nodeName: string): Pod {
  const template = deployment.spec?.template;
  const { name, namespace, uid } = deployment.metadata;
  const suffix = createHash('sha256').update(`${uid}/${hash}/${place}`).digest('hex').slice(0, 5);
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: `${name.slice(0, 40)}-${hash}-${suffix}`,
      ...(namespace === undefined ? {} : { namespace }),
      labels: { ...template?.metadata?.labels, [TEMPLATE_HASH]: hash },
      annotations: { ...template?.metadata?.annotations },
      ownerReferences: [{ ...ownerReference(deployments, deployment), blockOwnerDeletion: true }],
    },
    spec: { containers: [], ...template?.spec, nodeName },
  };
}

async function report(
  deployment: Stored<Deployment>,
  own: readonly Stored<Pod>[],
  current: readonly Stored<Pod>[],
  wanted: number,
  { client, clock }: DeploymentControllerOptions,
): Promise<void> {
  const ready = own.filter(isReady).length;
  const now = rfc3339(clock.now());
  await updateStatus(
    client,
    deployments,
    { namespace: deployment.metadata.namespace, name: deployment.metadata.name },
    (object) => {
      const { generation } = object.metadata;
      const condition = (
        type: string,
        status: 'True' | 'False',
        reason: string,
        message: string,
      ): DeploymentCondition => {
        const before = object.status?.conditions?.find((one) => one.type === type);
        const same = before?.status === status && before.reason === reason && before.message === message;
        return {
          type,
          status,
          reason,
          message,
          lastTransitionTime: before?.status === status ? (before.lastTransitionTime ?? now) : now,
          lastUpdateTime: same ? (before.lastUpdateTime ?? now) : now,
        };
      };
      object.status = {
        replicas: own.length,
        updatedReplicas: current.length,
        readyReplicas: ready,
        availableReplicas: ready,
        unavailableReplicas: Math.max(0, wanted - ready),
        ...(generation === undefined ? {} : { observedGeneration: generation }),
        conditions: [
          ready >= wanted
            ? condition('Available', 'True', 'MinimumReplicasAvailable', 'Deployment has minimum availability.')
            : condition(
                'Available',
                'False',
                'MinimumReplicasUnavailable',
                'Deployment does not have minimum availability.',
              ),
          condition(
            'Progressing',
            'True',
            ready >= wanted ? 'NewReplicaSetAvailable' : 'ReplicaSetUpdated',
            `${ready} of ${wanted} pods are ready`,
          ),
        ],
      };
    },
  );
}

function ignoreGone(error: unknown): void {
  if (!hasReason(error, 'NotFound') && !hasReason(error, 'Conflict')) throw error;
}
