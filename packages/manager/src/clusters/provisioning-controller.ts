import {
  hasReason,
  type ManagementCluster,
  managementClusters,
  type ProvisioningCluster,
  provisioningClusters,
  type Stored,
} from '@drover/api';
import type { Client, Informer } from '@drover/client';
import {
  addFinalizer,
  type Controller,
  createController,
  createIfAbsent,
  done,
  isBeingDeleted,
  isConditionTrue,
  type Observation,
  type Result,
  removeFinalizer,
  Terminal,
  updateStatus,
  watches,
} from '@drover/controller';
import type { Clock, Log, RandomBytes } from '@drover/kit';
import { OWNER_NAME, OWNER_NAMESPACE, provisioningRef } from './cluster-directory.js';
import { clusterIdFor, isManagementFirst, parseClusterId } from './cluster-id.js';
import { observe } from './conditions.js';
import { CREATOR_ID } from './side-objects.js';

/** Holds back the deletion of a provisioning cluster until its management cluster is gone. */
export const PROVISIONING_FINALIZER = 'wrangler.cattle.io/provisioning-cluster-remove';
/** Chooses the id of the management cluster, instead of a derived one. */
const CHOSEN_ID = 'provisioning.cattle.io/management-cluster-name';

/** What the two directions between provisioning and management clusters need. */
export interface ProvisioningParts {
  readonly client: Client;
  readonly management: Informer<ManagementCluster>;
  readonly provisioning: Informer<ProvisioningCluster>;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly log: Log;
}

/**
 * Makes a management cluster for each provisioning cluster, and shows its state on it. Where the management cluster came
 * first (`c-xxxxx`, `local`), makes the provisioning cluster instead.
 */
export function provisioningControllers(parts: ProvisioningParts): readonly Controller[] {
  const { management, provisioning, clock, random, log } = parts;
  return [
    createController({
      name: 'provisioning-cluster',
      reconcile: ({ namespace = '', name }) => reconcileProvisioning(parts, namespace, name),
      sources: [watches(provisioning), watches(management, { map: (cluster) => [provisioningRef(cluster)] })],
      concurrency: 2,
      clock,
      random,
      log,
    }),
    createController({
      name: 'management-first-cluster',
      reconcile: ({ name }) => reconcileManagementFirst(parts, name),
      sources: [watches(management, { when: ({ object }) => isManagementFirst(object.metadata.name) })],
      clock,
      random,
      log,
    }),
  ];
}

async function reconcileProvisioning(parts: ProvisioningParts, namespace: string, name: string): Promise<Result> {
  const { client, provisioning } = parts;
  const cluster = provisioning.get(namespace, name);
  if (cluster === undefined) return done;
  if (isBeingDeleted(cluster)) return removeProvisioning(parts, cluster);
  if (cluster.spec?.rkeConfig) {
    await note(
      parts,
      cluster,
      'spec.rkeConfig asks this server to build machines, which it does not: leave it out to import a cluster',
    );
    throw new Terminal('spec.rkeConfig is set');
  }
  await addFinalizer(client, provisioningClusters, { namespace, name }, PROVISIONING_FINALIZER);
  const id = await managementIdOf(parts, cluster);
  const existing =
    parts.management.get(undefined, id) ??
    (await createIfAbsent(client, managementClusters, managementOf(cluster, id)));
  const owner = provisioningRef(existing);
  if (owner.namespace !== namespace || owner.name !== name) {
    const message = `the management cluster ${id} belongs to ${owner.namespace}/${owner.name}: choose another id in the annotation ${CHOSEN_ID}`;
    await note(parts, cluster, message);
    throw new Terminal(message);
  }
  await updateStatus(client, provisioningClusters, { namespace, name }, (object) => mirror(object, existing));
  return done;
}

async function managementIdOf({ log }: ProvisioningParts, cluster: Stored<ProvisioningCluster>): Promise<string> {
  const { metadata, status } = cluster;
  if (status?.clusterName) return status.clusterName;
  const chosen = metadata.annotations?.[CHOSEN_ID];
  if (chosen === undefined) return clusterIdFor(metadata.uid);
  if (parseClusterId(chosen) !== undefined) return chosen;
  log.warn('an annotation chooses no valid cluster id', { annotation: CHOSEN_ID, value: chosen });
  throw new Terminal(`the annotation ${CHOSEN_ID} must be an id such as c-m-xxxxxxxx`);
}

function managementOf(cluster: Stored<ProvisioningCluster>, id: string): ManagementCluster {
  const { name, namespace = '', labels = {}, annotations = {} } = cluster.metadata;
  const { [LAST_APPLIED]: _, ...kept } = annotations;
  const { agentEnvVars, clusterAgentDeploymentCustomization: agent } = cluster.spec ?? {};
  const description = annotations['field.cattle.io/description'];
  return {
    apiVersion: 'management.cattle.io/v3',
    kind: 'Cluster',
    metadata: {
      name: id,
      labels: { ...labels },
      annotations: {
        ...kept,
        'provisioning.cattle.io/administrated': 'false',
        [OWNER_NAMESPACE]: namespace,
        [OWNER_NAME]: name,
        'objectset.rio.cattle.io/owner-gvk': 'provisioning.cattle.io/v1, Kind=Cluster',
        ...(annotations[CREATOR_ID] === undefined
          ? {}
          : { 'authz.management.cattle.io/creator-role-bindings': OWNER_ROLE }),
      },
    },
    spec: {
      displayName: name,
      ...(description === undefined ? {} : { description }),
      importedConfig: {},
      fleetWorkspaceName: namespace,
      agentEnvVars: (agentEnvVars ?? []).map((variable) => ({
        name: variable.name ?? '',
        value: variable.value ?? '',
      })),
      ...(agent === undefined || agent === null
        ? {}
        : { clusterAgentDeploymentCustomization: JSON.parse(JSON.stringify(agent)) }),
    },
  };
}

/** What kubectl remembers is about the provisioning object alone. */
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';
const OWNER_ROLE = '{"created":["cluster-owner"],"required":["cluster-owner"]}';

function mirror(object: Stored<ProvisioningCluster>, { metadata, status, spec }: Stored<ManagementCluster>): void {
  object.status = {
    ...object.status,
    clusterName: metadata.name,
    // It has been usable once; whether it is now is in the conditions.
    ready: object.status?.ready === true || isConditionTrue(status?.conditions, 'Connected'),
    agentDeployed: isConditionTrue(status?.conditions, 'AgentDeployed'),
    fleetWorkspaceName: spec?.fleetWorkspaceName ?? object.metadata.namespace ?? '',
    ...(object.metadata.generation === undefined ? {} : { observedGeneration: object.metadata.generation }),
    conditions: (status?.conditions ?? []).map((condition) => ({ ...condition })),
  };
}

async function removeProvisioning(parts: ProvisioningParts, cluster: Stored<ProvisioningCluster>): Promise<Result> {
  const { client, management } = parts;
  const { namespace, name, uid } = cluster.metadata;
  const id = cluster.status?.clusterName || clusterIdFor(uid);
  const existing = management.get(undefined, id);
  if (existing !== undefined) {
    const owner = provisioningRef(existing);
    if (owner.namespace === namespace && owner.name === name) {
      if (!isBeingDeleted(existing)) {
        await client.delete(managementClusters, { name: id }).catch((error: unknown) => {
          if (!hasReason(error, 'NotFound')) throw error;
        });
      }
      // Its removal ends with an event that brings us here again.
      return done;
    }
  }
  await removeFinalizer(client, provisioningClusters, { namespace, name }, PROVISIONING_FINALIZER);
  return done;
}

async function reconcileManagementFirst({ client, management }: ProvisioningParts, id: string): Promise<Result> {
  const cluster = management.get(undefined, id);
  if (cluster === undefined || isBeingDeleted(cluster)) return done;
  const { namespace, name } = provisioningRef(cluster);
  await createIfAbsent(client, provisioningClusters, {
    apiVersion: 'provisioning.cattle.io/v1',
    kind: 'Cluster',
    metadata: {
      namespace,
      name,
      labels: { ...cluster.metadata.labels },
      annotations: {
        [CHOSEN_ID]: id,
        'provisioning.cattle.io/management-cluster-display-name': cluster.spec?.displayName ?? id,
      },
    },
    spec: {},
  });
  return done;
}

async function note(parts: ProvisioningParts, cluster: Stored<ProvisioningCluster>, message: string): Promise<void> {
  const { namespace, name } = cluster.metadata;
  const observed: Observation = { type: 'Created', status: 'False', reason: 'Refused', message };
  await updateStatus(parts.client, provisioningClusters, { namespace, name }, (object) => {
    object.status = { ...object.status, conditions: observe(object.status?.conditions, observed, parts.clock.now()) };
  });
}
